import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

import { createAdaptorServer } from "@hono/node-server";
import { createMemoryRunLog, openRedisRunLog, openSqliteRunLog, type RunLog } from "@windowscope/runlog";
import { connectJobSocket, createStudio, type JobHints } from "@windowscope/sdk";
import { WebSocket } from "ws";

import { OPEN_ACCESS } from "./access/access.ts";
import { createAccess } from "./access/token-access.ts";
import { createApp, takesLongBodies } from "./app.ts";
import type { ServerConfig } from "./config.ts";
import { LiveHub } from "./live/hub.ts";
import { createLiveSocketServer, guardUpgrades } from "./live/upgrade.ts";
import type { ServerLog } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { keepRetention } from "./retention.ts";
import { ProjectEvents } from "./recordings/project-events.ts";
import { Recordings } from "./recordings/recordings.ts";
import { RunJournal } from "./runs/journal.ts";
import type { SampleRuns } from "./runs/run-of-sample.ts";
import { Runs } from "./runs/runs.ts";
import { cutSlowBodies, SLOW_CLIENT_LIMITS } from "./slow-clients.ts";
import { toLogLine, watchStudio } from "./studio-watch.ts";
import { TestRuns } from "./test-runs/test-runs.ts";

export interface RunningServer {
  /** Address of the page, such as `http://127.0.0.1:4700`. */
  readonly url: string;
  /** Says that it is not ready any more, sends viewers away, stops the work where it is, and frees the port. */
  close(): Promise<void>;
}

/** Connections that have not closed by themselves are cut after so long. */
const DRAIN_MS = 1_000;

/**
 * Starts the server: it listens at once, and connects to Studio as soon as that answers.
 *
 * @param options `viewerDir`: folder with the built page. `runLog`: is used, and closed, instead of the one that the
 *   configuration names.
 * @throws {RunLogInUseError} when another server uses the data folder.
 * @throws {RedisNotSafeError} when the Redis of the run log could lose what it acknowledges.
 * @throws {RunLogUnavailableError} when it does not answer.
 * @throws {Error} with `code: "EADDRINUSE"` when the port is taken.
 */
export async function startServer(
  config: ServerConfig,
  options: { readonly viewerDir?: string | undefined; readonly log: ServerLog; readonly runLog?: RunLog },
): Promise<RunningServer> {
  const { viewerDir, log, runLog = await openRunLog(config) } = options;
  const access = config.accessToken === undefined ? undefined : await createAccess(runLog, config.accessToken);
  const metrics = new Metrics({ measuresProcess: true });
  // The watch and the runs try again by themselves, and say so on the page.
  const studio = createStudio({ apiKey: config.apiKey, baseUrl: config.studioUrl, retry: { most: 0 } });
  const stop = new AbortController();

  const events = new ProjectEvents();
  const jobSockets = new Map<number, JobHints>();
  function hintsFor(projectId: number): JobHints {
    const openSocket = (url: string) => new WebSocket(url);
    const known = jobSockets.get(projectId);
    const onEvent = (event: string, data: unknown) => events.tell(projectId, event, data);
    const hints = known ?? connectJobSocket(studio, { projectId, openSocket, signal: stop.signal, onEvent });
    jobSockets.set(projectId, hints);
    return hints;
  }

  const hub = new LiveHub({ runLog, log, metrics, access: access ?? OPEN_ACCESS });
  const journal = await RunJournal.open(runLog, { log, metrics, onStatus: (status) => hub.setStoreStatus(status) });
  const { store } = journal;
  const runs = new Runs({ studio, journal, hintsFor });
  const testRuns = new TestRuns({ studio, store, hintsFor });
  const sampleRuns: SampleRuns = {
    isWatched: (category) => config.categories.includes(category),
    findRun: async (projectId, sampleId) => (await journal.findOfNewSample(projectId, sampleId))?.runId,
    startRun: async (projectId, { id: sampleId, filename: name, label }) =>
      (await runs.start({ projectId, sampleId }, { name, label })).runId,
  };
  const recordings = new Recordings({ studio, store, events, listenTo: hintsFor, sampleRuns });
  const { apiKey, ingestionUrl } = config;
  const uploads = {
    ingestion: ingestionUrl === undefined ? undefined : { apiKey, baseUrl: ingestionUrl },
    sampleRuns,
    pause: store.pause,
  };
  let isDraining = false;
  const sockets = createLiveSocketServer();
  const app = createApp({
    ...{ studio, runs, journal, runLog, testRuns, recordings, uploads, log, hub, metrics, access, config, viewerDir },
    isDraining: () => isDraining,
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    websocket: { server: sockets },
    serverOptions: SLOW_CLIENT_LIMITS,
  }) as Server;
  guardUpgrades(server, sockets);
  cutSlowBodies(server, { isLong: takesLongBodies });
  try {
    await listen(server, config.host, config.port);
  } catch (error) {
    access?.close();
    await runLog.close();
    throw error;
  }

  await runs.resume();
  testRuns.resume();
  recordings.resume();
  const watching = watchStudio({
    studio,
    journal,
    runs,
    categories: config.categories,
    signal: stop.signal,
    onStatus: (status) => {
      if (status.message !== hub.status.message) log.info(toLogLine(status));
      hub.setStatus(status);
    },
  });

  const retention = keepRetention(store, config, stop.signal);

  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    async close() {
      isDraining = true;
      stop.abort();
      const viewersGone = hub.drain().then(() => closeServer(server, () => sockets.clients));
      await Promise.all([watching, retention, runs.close(), testRuns.close(), recordings.close(), viewersGone]);
      access?.close();
      await runLog.close();
    },
  };
}

async function openRunLog({ runLog, dataDir }: ServerConfig): Promise<RunLog> {
  if (runLog === "memory") return createMemoryRunLog();
  if (runLog === "sqlite") return openSqliteRunLog(databaseFile(dataDir));
  return openRedisRunLog(runLog.redisUrl);
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
