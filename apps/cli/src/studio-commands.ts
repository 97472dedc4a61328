/** The commands that are about a local Studio. */
import {
  createDataDir,
  dataDirOf,
  DEMO_DEVICE_ID,
  exportImpulse,
  importImpulse,
  isDemoOn,
  keySettingOf,
  readOrCreateKey,
  runDemoDevices,
  startStudio,
  studioPortsOf,
  type StudioAddress,
} from "@windowscope/studio";

import { reportReady, untilToldToEnd } from "./child.ts";

/** Runs a local Studio until the process is told to end. */
export async function studio(): Promise<void> {
  const dataDir = createDataDir(process.env);
  const isDemo = isDemoOn(process.env);
  const running = await startStudio({
    dataDir,
    ...keySettingOf(process.env, dataDir),
    project: isDemo ? "demo" : "empty",
    conductsDemo: isDemo,
    ports: studioPortsOf(process.env),
    log: (line) => write("studio", line),
  });
  write("studio", `listening on ${running.url}, ingestion ${running.ingestionUrl}, devices ${running.devicesUrl}`);
  reportReady(running.url);
  await untilToldToEnd(() => running.close());
}

/** Gives the running local Studio an impulse document. */
export async function studioImport(file: string): Promise<void> {
  process.stdout.write(`${await importImpulse(file, runningStudio())}\n`);
}

/** Writes the impulse of the running local Studio to a file. */
export async function studioExport(file: string): Promise<void> {
  process.stdout.write(`${await exportImpulse(file, runningStudio())}\n`);
}

/** Runs the demo devices until the process is told to end. */
export async function demoDevice(): Promise<void> {
  const ports = studioPortsOf(process.env);
  const stop = new AbortController();
  const devices = runDemoDevices({
    remoteManagementUrl: `ws://127.0.0.1:${ports.devices}`,
    ingestionUrl: `http://127.0.0.1:${ports.ingestion}`,
    apiKey: process.env.WINDOWSCOPE_STUDIO_KEY || readOrCreateKey(dataDirOf(process.env)),
    seed: Date.now(),
    signal: stop.signal,
    log: (line) => write("device", line),
  });
  reportReady(DEMO_DEVICE_ID);
  await untilToldToEnd(async () => {
    stop.abort();
    await devices;
  });
}

function runningStudio(): StudioAddress {
  return {
    url: `http://127.0.0.1:${studioPortsOf(process.env).studio}`,
    apiKey: process.env.WINDOWSCOPE_STUDIO_KEY || readOrCreateKey(dataDirOf(process.env)),
  };
}

function write(part: string, line: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 23)} ${part.padEnd(6)} ${line}\n`);
}
