import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, statSync, truncateSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

import { findFreePorts } from "../src/harness.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const READY_MS = 20_000;

/** A redis-server that keeps what it is told, in a file that it appends to. */
export class RedisProcess {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, options: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  static async start(options: readonly string[] = ["--appendonly", "yes"]): Promise<RedisProcess> {
    const [port = 0] = await findFreePorts(1);
    const redis = new RedisProcess(port, temporaryFolder(), options);
    onTestFinished(() => redis.kill());
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const args = [
      "--port",
      String(this.port),
      "--bind",
      "127.0.0.1",
      "--dir",
      this.#folder,
      "--save",
      "",
      ...this.#options,
    ];
    this.#child = spawn("redis-server", args, { stdio: "ignore" });
    const untilMs = performance.now() + READY_MS;
    while ((await this.command("PING").catch(() => "")) !== "+PONG") {
      if (performance.now() > untilMs) throw new Error("redis-server does not answer.");
      await pause(20);
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** Kills it, takes so many bytes off the end of its file, and starts it again: what a lost disk cache does. */
  async restartWithoutTail(bytes: number): Promise<void> {
    await this.kill();
    const folder = path.join(this.#folder, "appendonlydir");
    const name = readdirSync(folder).find((each) => each.endsWith(".incr.aof"));
    if (name === undefined) throw new Error("Redis has no append-only file.");
    const file = path.join(folder, name);
    truncateSync(file, Math.max(0, statSync(file).size - bytes));
    await this.start();
  }

  /** Sends one command of plain words. @returns The first line of the answer. */
  command(...words: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, "127.0.0.1", () => socket.write(`${words.join(" ")}\r\n`));
      socket.setTimeout(10_000, () => socket.destroy(new Error("no answer")));
      socket.once("error", reject);
      socket.once("data", (data) => {
        resolve(data.toString("utf8").split("\r\n")[0] ?? "");
        socket.destroy();
      });
    });
  }
}
