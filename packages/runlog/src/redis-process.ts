import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { createClient, type RedisClientType } from "@redis/client";

/** Settings under which run logs are safe. */
export const SAFE_SETTINGS = ["--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"];

/** Whether tests with a real Redis can run here. */
export const hasRedisServer = spawnSync("redis-server", ["--version"]).status === 0;

/** A redis-server of a test's own, with a folder and a port of its own. */
export class RedisProcess {
  readonly url: string;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "windowscope-redis-"));
  readonly #port: number;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;
  #admin: RedisClientType | undefined;

  private constructor(port: number, settings: readonly string[]) {
    this.url = `redis://127.0.0.1:${port}`;
    this.#port = port;
    this.#settings = settings;
  }

  static async start(settings: readonly string[] = SAFE_SETTINGS): Promise<RedisProcess> {
    const redis = new RedisProcess(await freePort(), settings);
    await redis.start();
    return redis;
  }

  /** Starts it again, with what it had stored. */
  async start(): Promise<void> {
    const place = ["--port", String(this.#port), "--bind", "127.0.0.1", "--dir", this.#folder, "--save", ""];
    const child = spawn("redis-server", [...place, ...this.#settings], { stdio: ["ignore", "pipe", "inherit"] });
    this.#process = child;
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      if (String(chunk).includes("Ready to accept connections")) break;
    }
    // Nobody reads on, and a full pipe would stop it.
    child.stdout.resume();
  }

  /** Ends it as a power cut of the process would. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** Stops it where it is, or lets it go on: connected, but silent. */
  freeze(isFrozen: boolean): void {
    this.#process?.kill(isFrozen ? "SIGSTOP" : "SIGCONT");
  }

  /** Sends a command over a connection that has nothing to do with what is tested. */
  async command(...command: readonly string[]): Promise<unknown> {
    if (!this.#admin) {
      this.#admin = createClient({ url: this.url });
      this.#admin.on("error", () => undefined);
      await this.#admin.connect();
    }
    return this.#admin.sendCommand(command);
  }

  async remove(): Promise<void> {
    this.#admin?.destroy();
    await this.kill();
    rmSync(this.#folder, { recursive: true, maxRetries: 20 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
