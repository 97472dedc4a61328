import { fork, type ChildProcess } from "node:child_process";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

import type { Answer, Look, Order } from "./viewer-process.ts";
import type { ViewerSpec } from "./viewer.ts";
import type { ViewerReport } from "./viewer-tally.ts";

const PROGRAM = path.resolve(import.meta.dirname, "viewer-process.ts");
const LOOK_MS = 100;

/** Many viewers in processes of their own, so that neither the test nor the server waits for them. */
export class ViewerPool {
  readonly #children: ChildProcess[];
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;
  #streams = 0;

  /** Starts the processes, and ends them after the test. */
  constructor(processes = 1) {
    this.#children = Array.from({ length: processes }, () => {
      const child = fork(PROGRAM, {
        execArgv: ["--import", "tsx", "--conditions=@windowscope/source"],
        cwd: import.meta.dirname,
      });
      child.on("message", ({ id, answer }: { id: number; answer: Answer }) => {
        this.#waiting.get(id)?.(answer);
        this.#waiting.delete(id);
      });
      return child;
    });
    onTestFinished(() => this.end());
  }

  get pids(): number[] {
    return this.#children.map(({ pid }) => pid ?? 0);
  }

  end(): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }

  /** Opens so many viewers, spread over the processes. */
  async open(count: number, spec: ViewerSpec): Promise<void> {
    const share = Math.ceil(count / this.#children.length);
    const shares = this.#children.map((_child, i) => Math.max(0, Math.min(share, count - i * share)));
    await Promise.all(
      this.#children.map((child, i) => {
        return this.#ask(child, { type: "open", spec, count: shares[i] ?? 0, stream: ++this.#streams });
      }),
    );
  }

  async look(): Promise<Look> {
    const looks = (await this.#askAll({ type: "look" })) as Look[];
    const sum = (key: keyof Look) => looks.reduce((total, look) => total + look[key], 0);
    return {
      viewers: sum("viewers"),
      live: sum("live"),
      over: sum("over"),
      fewestEntries: Math.min(...looks.map(({ fewestEntries }) => fewestEntries)),
      mostEntries: Math.max(...looks.map(({ mostEntries }) => mostEntries)),
      connections: sum("connections"),
      resets: sum("resets"),
      lastEntryMs: Math.max(...looks.map(({ lastEntryMs }) => lastEntryMs)),
    };
  }

  /** Waits until the viewers stand so. @throws {Error} saying how they stand when the time is over. */
  async until(isSo: (look: Look) => boolean, timeoutMs: number, what: string): Promise<Look> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const look = await this.look();
      if (isSo(look)) return look;
      if (performance.now() > untilMs) {
        throw new Error(`Viewers are not ${what} after ${timeoutMs / 1000} s: ${JSON.stringify(look)}`);
      }
      await pause(LOOK_MS);
    }
  }

  async reports(): Promise<ViewerReport[]> {
    return ((await this.#askAll({ type: "report" })) as ViewerReport[][]).flat();
  }

  /** Has the first viewers of each process read, or not. */
  async setReading(isReading: boolean, countEach: number): Promise<void> {
    await this.#askAll({ type: "read", isReading, count: countEach });
  }

  async forgetLatencies(): Promise<void> {
    await this.#askAll({ type: "forget latencies" });
  }

  /** Closes the oldest viewers of each process. */
  async close(countEach: number): Promise<void> {
    await this.#askAll({ type: "close", count: countEach });
  }

  #askAll(order: Order): Promise<Answer[]> {
    return Promise.all(this.#children.map((child) => this.#ask(child, order)));
  }

  #ask(child: ChildProcess, order: Order): Promise<Answer> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve);
      child.send({ id, order }, (error) => error && reject(error));
    });
  }
}
