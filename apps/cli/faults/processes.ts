/** The processes of a case: servers, Redis, a load balancer. Each ends with the test that started it. */
import { spawn, type ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";

import { createFolder, findFreePorts, startProgram, type Program } from "../src/harness.ts";

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

export function temporaryFolder(): string {
  const { folder, remove } = createFolder();
  onTestFinished(remove);
  return folder;
}

/** Asks for a run. @returns Its id. */
export async function startRun(serverUrl: string, sampleId: number): Promise<string> {
  const response = await fetch(`${serverUrl}/api/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ projectId: 1, sampleId }),
  });
  const { runId } = (await response.json()) as { runId?: string };
  if (runId === undefined) throw new Error(`No run: ${response.status}`);
  return runId;
}

export interface RunSummary {
  readonly runId: string;
  readonly state: string;
  readonly windows: number;
  readonly warning?: string;
}

export async function readRun(serverUrl: string, runId: string): Promise<RunSummary> {
  return (await (await fetch(`${serverUrl}/api/v1/runs/${runId}`)).json()) as RunSummary;
}

/** Waits until a run has so many windows or is over. */
export async function untilRunHas(
  serverUrl: string,
  runId: string,
  windows: number,
  timeoutMs: number,
): Promise<RunSummary> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const run = await readRun(serverUrl, runId).catch(() => undefined);
    if (run && (run.windows >= windows || ["finished", "failed", "cancelled"].includes(run.state))) return run;
    if (performance.now() > untilMs) throw new Error(`${runId} stays at ${JSON.stringify(run)}`);
    await pause(5);
  }
}

export function untilFinished(serverUrl: string, runId: string, timeoutMs: number): Promise<RunSummary> {
  return untilRunHas(serverUrl, runId, Infinity, timeoutMs);
}

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

const NGINX = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx"];

/** Starts nginx before these ports. @returns Its address, and the lines of its access log so far. */
export async function startLoadBalancer(
  ports: readonly number[],
): Promise<{ readonly url: string; readonly liveUrl: string; readonly accessLog: () => string }> {
  const program = NGINX.find((candidate) => existsSync(candidate));
  if (program === undefined) throw new Error("No nginx found. Install it (Debian: apt-get install nginx-light).");
  const [port = 0] = await findFreePorts(1);
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, "tmp"));
  const file = path.join(folder, "nginx.conf");
  writeFileSync(file, nginxConfig(folder, port, ports));
  const child = spawn(program, ["-c", file, "-p", folder, "-e", path.join(folder, "error.log")], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  await untilListening(port);
  const accessLog = () => readFileSync(path.join(folder, "access.log"), "utf8");
  return { url: `http://127.0.0.1:${port}`, liveUrl: `ws://127.0.0.1:${port}/live`, accessLog };
}

/**
 * `max_fails=0`: nginx takes a server back after a failure when one request to it has ended well. A WebSocket does not
 * end, so after a restart it would let in one viewer for each `fail_timeout`.
 */
function nginxConfig(folder: string, port: number, servers: readonly number[]): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/tmp/${kind};`)
    .join(" ");
  return `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
${process.getuid?.() === 0 ? "user root;" : ""}
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log ${folder}/access.log; ${temporary}
  map $http_upgrade $connection_upgrade { default upgrade; "" close; }
  upstream servers {
${servers.map((server) => `    server 127.0.0.1:${server} max_fails=0;`).join("\n")}
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://servers;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_connect_timeout 2s;
      proxy_next_upstream error timeout http_502 http_503;
    }
  }
}
`;
}

async function untilListening(port: number): Promise<void> {
  const untilMs = performance.now() + READY_MS;
  for (;;) {
    const isListening = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("close", () => socket.destroy());
      socket.once("connect", () => socket.destroy());
    });
    if (isListening) return;
    if (performance.now() > untilMs) throw new Error(`Nobody listens on port ${port}.`);
    await pause(20);
  }
}

/** Memory of a process that is really there, in MiB. */
export function rssMiB(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1]) / 1024;
}

/** What a server really holds in its heap, MiB: has it collect its garbage first, through Node's inspector. */
export async function heapMiB(server: ServerProcess): Promise<number> {
  const url = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(
    server.output.slice(server.output.lastIndexOf("Debugger listening")),
  )?.[0];
  if (url === undefined) throw new Error("The server has no inspector.");
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  let lastId = 0;
  const call = (method: string, params: object = {}) => {
    const id = ++lastId;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise<{ result?: { value?: unknown } }>((resolve) => {
      socket.on("message", (data: Buffer) => {
        const answer = JSON.parse(data.toString("utf8")) as { id?: number; result: { result?: { value?: unknown } } };
        if (answer.id === id) resolve(answer.result);
      });
    });
  };
  await call("HeapProfiler.collectGarbage");
  const expression = "process.memoryUsage().heapUsed + process.memoryUsage().external";
  const { result } = await call("Runtime.evaluate", { expression, returnByValue: true });
  socket.terminate();
  return Number(result?.value) / 2 ** 20;
}

/** Open files of a process, and how many of them are sockets. */
export function openFiles(pid: number): { files: number; sockets: number } {
  const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return { files: targets.length, sockets: targets.filter((target) => target.startsWith("socket:")).length };
}

/** A number of the server's metrics, all its labels together; `undefined` when it has no such metric. */
export async function readMetric(serverUrl: string, name: string): Promise<number | undefined> {
  const response = await fetch(`${serverUrl}/metrics`);
  if (!response.ok) return undefined;
  const lines = (await response.text())
    .split("\n")
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.length === 0 ? undefined : lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
