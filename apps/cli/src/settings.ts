import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";

import { STUDIO_PORTS } from "@windowscope/studio";

/** A setting is wrong. The message names the variable. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

/** What the environment may set; anything else with these beginnings is probably a slip. */
const NAMES = [
  "EI_API_KEY",
  "EI_STUDIO_URL",
  "WINDOWSCOPE_CATEGORIES",
  "WINDOWSCOPE_DATA_DIR",
  "WINDOWSCOPE_DEMO",
  "WINDOWSCOPE_DEVICES_PORT",
  "WINDOWSCOPE_HOST",
  "WINDOWSCOPE_INGESTION_PORT",
  "WINDOWSCOPE_PORT",
  "WINDOWSCOPE_RUNLOG",
  "WINDOWSCOPE_STUDIO_KEY",
  "WINDOWSCOPE_STUDIO_PORT",
];

type Env = Readonly<Record<string, string | undefined>>;

/** Folder of the databases and of the local Studio's key. */
export function dataDirOf(env: Env): string {
  return path.resolve(env.WINDOWSCOPE_DATA_DIR || ".windowscope");
}

/**
 * The data folder, made if need be.
 *
 * @throws {SettingError} when it cannot be made.
 */
export function createDataDir(env: Env): string {
  const dataDir = dataDirOf(env);
  try {
    createFolder(dataDir);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SettingError(`WINDOWSCOPE_DATA_DIR is "${dataDir}", which cannot be a folder for data: ${reason}`, {
      cause,
    });
  }
  return dataDir;
}

/** Step by step: told to make all of a path, Node never comes back from some of the system's own folders. */
function createFolder(folder: string): void {
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is a file`);
    accessSync(folder, constants.W_OK);
    return;
  }
  createFolder(path.dirname(folder));
  mkdirSync(folder);
}

/** Names of settings that have no effect, for somebody to look at. */
export function idleSettings(env: Env): string[] {
  const unknown = Object.keys(env).filter((name) => name.startsWith("WINDOWSCOPE_") && !NAMES.includes(name));
  return env.EI_STUDIO_URL && !env.EI_API_KEY ? [...unknown, "EI_STUDIO_URL (without EI_API_KEY)"] : unknown;
}

/**
 * Makes sure that nobody listens on the ports that are going to be used.
 *
 * @param ports By the names of their settings.
 * @throws {SettingError} when two are the same, or one is taken.
 */
export async function checkPorts(host: string, ports: Readonly<Record<string, number>>): Promise<void> {
  const names = new Map<number, string>();
  for (const [name, port] of Object.entries(ports)) {
    const other = names.get(port);
    if (port !== 0 && other !== undefined) throw new SettingError(`${name} and ${other} are both ${port}.`);
    names.set(port, name);
    if (!(await isFree(host, port))) {
      throw new SettingError(`Port ${port} is taken. Is Windowscope running already? ${name} chooses another.`);
    }
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/**
 * The local Studio's ports: those of Edge Impulse's own, unless the environment says otherwise.
 *
 * @throws {SettingError} for something that is no port.
 */
export function studioPortsOf(env: Env): { studio: number; devices: number; ingestion: number } {
  return {
    studio: readPort(env, "WINDOWSCOPE_STUDIO_PORT", STUDIO_PORTS.studio),
    devices: readPort(env, "WINDOWSCOPE_DEVICES_PORT", STUDIO_PORTS.devices),
    ingestion: readPort(env, "WINDOWSCOPE_INGESTION_PORT", STUDIO_PORTS.ingestion),
  };
}

/** Whether the local Studio has the demo project and its device. */
export function isDemoOn(env: Env): boolean {
  const value = env.WINDOWSCOPE_DEMO || "on";
  if (value !== "on" && value !== "off")
    throw new SettingError(`WINDOWSCOPE_DEMO has to be on or off, and is "${value}".`);
  return value === "on";
}

function readPort(env: Env, name: string, fallback: number): number {
  const text = env[name];
  if (!text) return fallback;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new SettingError(`${name} has to be a port from 0 to 65535, and is "${text}".`);
}
