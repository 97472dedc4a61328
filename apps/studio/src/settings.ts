/** The settings that the environment makes for a local Studio; the README lists them. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";

import { keyFileOf, readOrCreateKey } from "./key.ts";
import { STUDIO_PORTS } from "./ports.ts";

/** A setting is wrong. The message names the variable. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

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

/** The key of the local Studio's project: the environment's, or the one that is kept in the data folder. @throws {KeyError} */
export function keySettingOf(env: Env, dataDir: string): { apiKey: string; keyFile: string | undefined } {
  if (env.WINDOWSCOPE_STUDIO_KEY) return { apiKey: env.WINDOWSCOPE_STUDIO_KEY, keyFile: undefined };
  return { apiKey: readOrCreateKey(dataDir), keyFile: keyFileOf(dataDir) };
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
