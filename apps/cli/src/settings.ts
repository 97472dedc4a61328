import path from "node:path";

import { STUDIO_PORTS } from "@windowscope/studio";

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
