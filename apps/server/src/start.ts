import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as timer } from "node:timers/promises";

import { createAdaptorServer } from "@hono/node-server";
import { createMemoryRunLog, openSqliteRunLog } from "@windowscope/runlog";
import { connectJobSocket, createStudio, type JobHints } from "@windowscope/sdk";
import { WebSocket } from "ws";

import { createApp } from "./app.ts";
import type { ServerConfig } from "./config.ts";
import { LiveHub } from "./live/hub.ts";
import { createLiveSocketServer, guardUpgrades, SLOW_CLIENT_LIMITS } from "./live/upgrade.ts";
import { createLog } from "./log.ts";
import { RunJournal } from "./runs/journal.ts";
import { Runs } from "./runs/runs.ts";
import { watchStudio } from "./studio-watch.ts";

export interface RunningServer {
  /** Address of the page, such as `http://127.0.0.1:4700`. */
  readonly url: string;
  /** Sends viewers away, stops the work where it is, and frees the port. */
  close(): Promise<void>;
}

/** Connections that have not closed by themselves are cut after so long. */
const DRAIN_MS = 1_000;

/**
 * Starts the server: it listens at once, and connects to Studio as soon as that answers.
 *
 * @param options `viewerDir`: folder with the built page. `log`: told what happens, a line each.
 * @throws {RunLogInUseError} when another server uses the data folder.
 * @throws {Error} with `code: "EADDRINUSE"` when the port is taken.
 */
export async function startServer(
  config: ServerConfig,
  { viewerDir, log }: { readonly viewerDir?: string | undefined; readonly log: (line: string) => void },
): Promise<RunningServer> {
  const runLog = config.runLog === "memory" ? createMemoryRunLog() : openSqliteRunLog(databaseFile(config.dataDir));
  // The watch and the runs try again by themselves, and say so on the page.
  const studio = createStudio({ apiKey: config.apiKey, baseUrl: config.studioUrl, retry: { most: 0 } });
  const stop = new AbortController();

  const jobSockets = new Map<number, JobHints>();
  function hintsFor(projectId: number): JobHints {
    const openSocket = (url: string) => new WebSocket(url);
    const known = jobSockets.get(projectId);
    const hints = known ?? connectJobSocket(studio, { projectId, openSocket, signal: stop.signal });
    jobSockets.set(projectId, hints);
    return hints;
  }

  const journal = await RunJournal.open(runLog);
  const pause = (ms: number, signal: AbortSignal) => timer(ms, undefined, { signal });
  const runs = new Runs({ studio, journal, hintsFor, pause, log });
  const hub = new LiveHub({ runLog, log: createLog("info", { write: (line) => log(line.trimEnd()) }) });
  const sockets = createLiveSocketServer();
  const app = createApp({ studio, runs, journal, runLog, log, hub, viewerDir });
  const server = createAdaptorServer({
    fetch: app.fetch,
    websocket: { server: sockets },
    serverOptions: SLOW_CLIENT_LIMITS,
  }) as Server;
  guardUpgrades(server, sockets);
  try {
    await listen(server, config.host, config.port);
  } catch (error) {
    await runLog.close();
    throw error;
  }

  await runs.resume();
  const watching = watchStudio({
    studio,
    journal,
    runs,
    categories: config.categories,
    pause,
    signal: stop.signal,
    onStatus: (status) => {
      if (status.message !== hub.status.message) log(status.message);
      hub.setStatus(status);
    },
  });

  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    async close() {
      stop.abort();
      await Promise.all([hub.drain(), watching, runs.close(), closeServer(server, () => sockets.clients)]);
      await runLog.close();
    },
  };
}

function databaseFile(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true });
  return path.join(dataDir, "runs.db");
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Stops listening, lets open connections end, and cuts those that do not. */
async function closeServer(server: Server, liveSockets: () => Iterable<WebSocket>): Promise<void> {
  const timer = setTimeout(() => {
    for (const socket of liveSockets()) socket.terminate();
    server.closeAllConnections();
  }, DRAIN_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
