/** The program `windowscope`: starts and stops the server and the local Studio, and does nothing else itself. */
import path from "node:path";
import { fileURLToPath } from "node:url";

import {
  ConfigError,
  createLog,
  createScrubber,
  readableLines,
  readConfig,
  RedisNotSafeError,
  RunLogInUseError,
  RunLogUnavailableError,
  secretsOf,
  startServer,
} from "@windowscope/server";
import {
  createDataDir,
  dataDirOf,
  DEMO_DEVICE_ID,
  exportImpulse,
  ImpulseFileError,
  importImpulse,
  isDemoOn,
  KeyError,
  keySettingOf,
  readOrCreateKey,
  runDemoDevice,
  SettingError,
  startStudio,
  StudioInUseError,
  studioPortsOf,
  type StudioAddress,
} from "@windowscope/studio";

import { reportReady, untilToldToEnd } from "./child.ts";
import { startEverything } from "./start-command.ts";

const USAGE = `windowscope start                        server, viewer, local Studio and demo; with EI_API_KEY set: server and
                                         viewer for the cloud project of that key
windowscope serve                        server and viewer alone; needs EI_API_KEY
windowscope studio                       a local Studio alone, on the ports of Edge Impulse's tools
windowscope studio import FILE           give the running local Studio an impulse document (docs/IMPULSE.md)
windowscope studio export FILE           write the impulse that the running local Studio classifies with

The README lists the environment variables.
`;

async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command === "start" && args.length === 0) process.exitCode = await startEverything(process.env);
  else if (command === "serve" && args.length === 0) await serve();
  else if (command === "studio" && args.length === 0) await studio();
  else if (command === "studio" && args[0] === "import" && args.length === 2) await studioImport(args[1] ?? "");
  else if (command === "studio" && args[0] === "export" && args.length === 2) await studioExport(args[1] ?? "");
  else if (command === "demo-device") await demoDevice();
  else if (command === "--help" || command === "help") process.stdout.write(USAGE);
  else {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  }
}

async function serve(): Promise<void> {
  const config = readConfig(process.env);
  createDataDir(process.env);
  const viewerDir = path.dirname(fileURLToPath(import.meta.resolve("@windowscope/viewer/index.html")));
  // People read a terminal and what `start` prints; programs read the rest.
  const isForPeople = process.stdout.isTTY || process.send !== undefined;
  const log = createLog(config.logLevel, {
    secrets: secretsOf(config),
    destination: isForPeople ? readableLines((text) => process.stdout.write(text)) : process.stdout,
  });
  // What Node would print itself nobody scrubs.
  process.on("uncaughtException", (error) => {
    log.error("The server ends by a mistake of its own", { error });
    process.exit(1);
  });
  const server = await startServer(config, { viewerDir, log });
  log.info(`listening on ${server.url}`);
  reportReady(server.url);
  await untilToldToEnd(async () => {
    log.info("stopping");
    await server.close();
    log.info("stopped");
  });
}

async function studio(): Promise<void> {
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

async function studioImport(file: string): Promise<void> {
  process.stdout.write(`${await importImpulse(file, runningStudio())}\n`);
}

async function studioExport(file: string): Promise<void> {
  process.stdout.write(`${await exportImpulse(file, runningStudio())}\n`);
}

function runningStudio(): StudioAddress {
  return {
    url: `http://127.0.0.1:${studioPortsOf(process.env).studio}`,
    apiKey: process.env.WINDOWSCOPE_STUDIO_KEY || readOrCreateKey(dataDirOf(process.env)),
  };
}

async function demoDevice(): Promise<void> {
  const ports = studioPortsOf(process.env);
  const stop = new AbortController();
  const device = runDemoDevice({
    remoteManagementUrl: `ws://127.0.0.1:${ports.devices}`,
    ingestionUrl: `http://127.0.0.1:${ports.ingestion}`,
    apiKey: process.env.WINDOWSCOPE_STUDIO_KEY || readOrCreateKey(dataDirOf(process.env)),
    deviceId: DEMO_DEVICE_ID,
    seed: Date.now(),
    signal: stop.signal,
    log: (line) => write("device", line),
  });
  reportReady(DEMO_DEVICE_ID);
  await untilToldToEnd(async () => {
    stop.abort();
    await device;
  });
}

function write(part: string, line: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 23)} ${part.padEnd(6)} ${line}\n`);
}

/** Mistakes that people can mend: a message without a stack. */
function explain(error: unknown): string | undefined {
  const known = [
    ...[ConfigError, SettingError, RunLogInUseError, RedisNotSafeError, RunLogUnavailableError],
    ...[StudioInUseError, ImpulseFileError, KeyError],
  ];
  if (known.some((kind) => error instanceof kind)) return (error as Error).message;
  const { code, port } = (error ?? {}) as { code?: string; port?: number };
  if (code === "EADDRINUSE") {
    return `Port ${port} is taken. Is Windowscope running already? The README says how to use other ports.`;
  }
  return code === "EACCES" ? `Port ${port} may not be used. The README says how to use other ports.` : undefined;
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  const text = explain(error) ?? (error instanceof Error ? error.stack : undefined) ?? String(error);
  process.stderr.write(`${createScrubber([])(text)}\n`);
  process.exit(1);
});
