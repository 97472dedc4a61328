import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";

import { readConfig } from "@windowscope/server";
import { createDataDir, isDemoOn, readOrCreateKey, studioPortsOf } from "@windowscope/studio";

import { checkPorts, idleSettings } from "./settings.ts";

type Env = Record<string, string | undefined>;

/** Children get this long to end by themselves. */
const END_MS = 4_500;

/**
 * Starts everything, each part as a process of its own, and ends all of them together.
 *
 * With EI_API_KEY that is the server alone, for the cloud project of that key; without, also a local Studio and, unless
 * WINDOWSCOPE_DEMO is off, a demo device.
 *
 * @returns The exit code: 0 when it was told to end, 1 when a part ended by itself.
 * @throws {SettingError} for a wrong setting.
 * @throws {ConfigError} for one of the server's.
 */
export async function startEverything(env: Env): Promise<number> {
  const toldToEnd = new Promise<undefined>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(undefined));
  });
  const idle = idleSettings(env);
  if (idle.length > 0) process.stderr.write(`Without effect: ${idle.join(", ")}. The README lists the settings.\n`);
  const parts = new Parts(env);
  const starting = env.EI_API_KEY ? startForCloud(env, parts) : startOffline(env, parts);
  const failure = await Promise.race([toldToEnd, parts.firstEnd, starting.then(announce)]);
  if (failure !== undefined) process.stderr.write(`${failure}; ending everything.\n`);
  await parts.endAll();
  process.stdout.write("Ended.\n");
  return failure === undefined ? 0 : 1;

  /** Says that everything runs, and waits for the end of that. */
  function announce(lines: readonly string[]): Promise<string | undefined> {
    process.stdout.write(`\n${lines.join("\n")}\n\nCtrl-C ends everything.\n\n`);
    return Promise.race([toldToEnd, parts.firstEnd]);
  }
}

async function startForCloud(env: Env, parts: Parts): Promise<string[]> {
  const { host, port } = readConfig(env);
  await checkPorts(host, { WINDOWSCOPE_PORT: port });
  createDataDir(env);
  const viewer = await parts.start("The server", "serve");
  return [`Windowscope  ${viewer}`, `Studio       ${env.EI_STUDIO_URL || "https://studio.edgeimpulse.com"}`];
}

async function startOffline(env: Env, parts: Parts): Promise<string[]> {
  const ports = studioPortsOf(env);
  const isDemo = isDemoOn(env);
  const apiKey = env.WINDOWSCOPE_STUDIO_KEY || readOrCreateKey(createDataDir(env));
  // Without it the others read the key where it is kept, and say so.
  const local: Env = env.WINDOWSCOPE_STUDIO_KEY ? { WINDOWSCOPE_STUDIO_KEY: apiKey } : {};
  const forServer = {
    EI_API_KEY: apiKey,
    EI_STUDIO_URL: `http://127.0.0.1:${ports.studio}`,
    EI_INGESTION_URL: `http://127.0.0.1:${ports.ingestion}`,
  };
  // Before the demo is trained, so that nobody waits for a mistake.
  const { host, port } = readConfig({ ...env, ...forServer });
  await checkPorts(host, {
    WINDOWSCOPE_PORT: port,
    WINDOWSCOPE_STUDIO_PORT: ports.studio,
    WINDOWSCOPE_DEVICES_PORT: ports.devices,
    WINDOWSCOPE_INGESTION_PORT: ports.ingestion,
  });
  const studio = await parts.start("The local Studio", "studio", local);
  const [viewer] = await Promise.all([
    parts.start("The server", "serve", forServer),
    isDemo && parts.start("The demo device", "demo-device", local),
  ]);
  return [
    `Windowscope  ${viewer}`,
    `Studio       ${studio}, local${isDemo ? ", with a demo project: its recordings are simulated" : ""}`,
  ];
}

/** The processes that were started. */
class Parts {
  /** Resolves with what happened as soon as one ends. */
  readonly firstEnd: Promise<string>;
  readonly #env: Env;
  readonly #children: ChildProcess[] = [];
  #onEnd: ((what: string) => void) | undefined;

  constructor(env: Env) {
    this.#env = env;
    this.firstEnd = new Promise((resolve) => (this.#onEnd = resolve));
  }

  /** Starts this program with another command; resolves with the address that it works at. */
  start(name: string, command: string, env: Env = {}): Promise<string> {
    const child = fork(process.argv[1] ?? "", [command], { env: { ...this.#env, ...env } });
    this.#children.push(child);
    child.once("exit", (code, signal) => this.#onEnd?.(`${name} has ended (${signal ?? `code ${code}`})`));
    return new Promise((resolve) => {
      child.on("message", (message) => {
        const { ready } = message as { ready?: string };
        if (ready !== undefined) resolve(ready);
      });
    });
  }

  async endAll(): Promise<void> {
    const running = this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const exits = running.map((child) => once(child, "exit"));
    for (const child of running) child.kill("SIGTERM");
    const timer = setTimeout(() => running.forEach((child) => child.kill("SIGKILL")), END_MS);
    await Promise.all(exits);
    clearTimeout(timer);
  }
}
