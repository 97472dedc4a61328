import { createServer } from "node:net";

import { SETTINGS as SERVER_SETTINGS } from "@windowscope/server";
import { SettingError } from "@windowscope/studio/settings";

/** What the environment may set; anything else with these beginnings is probably a slip. */
const NAMES = [
  ...Object.keys(SERVER_SETTINGS),
  "WINDOWSCOPE_DEMO",
  "WINDOWSCOPE_DEVICES_PORT",
  "WINDOWSCOPE_INGESTION_PORT",
  "WINDOWSCOPE_STUDIO_KEY",
  "WINDOWSCOPE_STUDIO_PORT",
];

type Env = Readonly<Record<string, string | undefined>>;

/** Names of settings that have no effect, for somebody to look at. */
export function idleSettings(env: Env): string[] {
  const unknown = Object.keys(env).filter((name) => name.startsWith("WINDOWSCOPE_") && !NAMES.includes(name));
  if (env.EI_API_KEY) return unknown;
  const ofCloud = ["EI_STUDIO_URL", "EI_INGESTION_URL"].filter((name) => env[name]);
  return [...unknown, ...ofCloud.map((name) => `${name} (without EI_API_KEY)`)];
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
