import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

import { findFreePorts, startProgram, type Program } from "../src/harness.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export const KEY = "ei_faults_key_that_must_not_leave";
const READY_MS = 20_000;

/** A server process that can be killed and started again on the same port and the same folder. */
export class ServerProcess {
  readonly port: number;
  readonly folder: string;
  readonly #env: Readonly<Record<string, string>>;
  #program: Program | undefined;
  /** What all its processes have printed. */
  #printed = "";

  constructor(port: number, folder: string, env: Readonly<Record<string, string>>) {
    this.port = port;
    this.folder = folder;
    this.#env = env;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get liveUrl(): string {
    return `ws://127.0.0.1:${this.port}/live`;
  }

  get program(): Program {
    if (!this.#program) throw new Error("The server was not started.");
    return this.#program;
  }

  get pid(): number {
    return this.program.child.pid ?? 0;
  }

  get isRunning(): boolean {
    const child = this.#program?.child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  get output(): string {
    return this.#printed + (this.#program?.output() ?? "");
  }

  /** Starts it without waiting. */
  launch(): void {
    this.#printed = this.output;
    this.#program = startProgram(["serve"], {
      EI_API_KEY: KEY,
      WINDOWSCOPE_CATEGORIES: "none",
      WINDOWSCOPE_DATA_DIR: this.folder,
      WINDOWSCOPE_PORT: String(this.port),
      ...this.#env,
    });
  }

  /** Starts it and waits until it is connected to its Studio. @returns How long that took, ms. */
  async start(): Promise<number> {
    const startedMs = performance.now();
    this.launch();
    await this.ready();
    return performance.now() - startedMs;
  }

  async ready(): Promise<void> {
    const untilMs = performance.now() + READY_MS;
    for (;;) {
      const status = await fetch(`${this.url}/readyz`).then(
        (response) => response.status,
        () => 0,
      );
      if (status === 200) return;
      if (!this.isRunning) throw new Error(`The server has ended:\n${this.output.slice(-2_000)}`);
      if (performance.now() > untilMs) throw new Error(`The server is not ready:\n${this.output.slice(-2_000)}`);
      await pause(20);
    }
  }

  async kill(): Promise<void> {
    if (!this.isRunning) return;
    await this.program.end("SIGKILL");
  }
}

export interface ServerOptions {
  readonly studioUrl: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** A server of its own folder, not started yet. */
export async function createServer({ studioUrl, env = {}, folder }: ServerOptions): Promise<ServerProcess> {
  const [port = 0, inspectorPort = 0] = await findFreePorts(2);
  const server = new ServerProcess(port, folder ?? temporaryFolder(), {
    EI_STUDIO_URL: studioUrl,
    // Costs nothing until somebody asks; see heapMiB.
    NODE_OPTIONS: `--inspect=127.0.0.1:${inspectorPort}`,
    ...env,
  });
  onTestFinished(() => server.kill());
  return server;
}

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const server = await createServer(options);
  await server.start();
  return server;
}
