/** For tests: the app over a log in memory and a Studio in memory, and requests to it. */
import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import type { Ingestion } from "@windowscope/sdk";
import { expect, vi } from "vitest";

import { createAccess } from "./access/token-access.ts";
import { createApp, type AppParts } from "./app.ts";
import { createFakeStudio, fakeablePause } from "./fakes.ts";
import { LiveHub } from "./live/hub.ts";
import { createLog } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { RunJournal } from "./runs/journal.ts";
import { Runs } from "./runs/runs.ts";
import type { Recordings } from "./recordings/recordings.ts";
import type { TestRuns } from "./test-runs/test-runs.ts";

export const TEST_TOKEN = "0123456789abcdef-token";

export type Body = Record<string, unknown>;

export interface TestAnswer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  /** When the answer is JSON. */
  readonly body: Body;
  readonly text: string;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address that the request comes from. */
  readonly from?: string;
}

export interface TestOptions {
  /** What people have to sign in with. */
  readonly token?: string;
  readonly config?: Partial<AppParts["config"]>;
  readonly viewerDir?: string;
  readonly ingestion?: Ingestion;
  /** The one of another replica. */
  readonly runLog?: ReturnType<typeof createMemoryRunLog>;
}

/** Deletes each log as soon as somebody has heard that it is there, as retention may. */
export function deleteOnceFound(runLog: RunLog): void {
  const stat = runLog.stat.bind(runLog);
  vi.spyOn(runLog, "stat").mockImplementation(async (log) => {
    const state = await stat(log);
    await runLog.delete(log);
    return state;
  });
}

export type TestApp = Awaited<ReturnType<typeof createTestApp>>;

export async function createTestApp({ token, config, viewerDir, ingestion, ...rest }: TestOptions = {}) {
  const { runLog = createMemoryRunLog() } = rest;
  const studio = createFakeStudio();
  const lines: string[] = [];
  const log = createLog("debug", { destination: { write: (line) => void lines.push(line) } });
  const access = token === undefined ? undefined : await createAccess(runLog, token);
  const hub = new LiveHub({ runLog, log, ...(access && { access }) });
  const journal = await RunJournal.open(runLog, { pause: fakeablePause });
  const hintsFor = () => ({ watch: () => () => undefined });
  const runs = new Runs({ studio, journal, hintsFor });
  const uploads: AppParts["uploads"] = {
    ingestion,
    sampleRuns: {
      isWatched: () => false,
      findRun: async () => undefined,
      startRun: async (projectId, { id: sampleId, filename: name, label }) =>
        (await runs.start({ projectId, sampleId }, { name, label })).runId,
    },
    pause: fakeablePause,
  };
  const metrics = new Metrics();
  const state = { isDraining: false };
  const app = createApp({
    uploads,
    // Tested where they are.
    ...{ testRuns: {} as TestRuns, recordings: {} as Recordings },
    ...{ studio, runs, journal, runLog, log, hub, metrics, access, viewerDir },
    config: {
      host: "127.0.0.1",
      allowedHosts: [],
      allowedOrigins: [],
      frameAncestors: [],
      trustedProxies: [],
      ...config,
    },
    isDraining: () => state.isDraining,
  });

  async function fetchRaw(
    method: string,
    path: string,
    { body, headers, from = "127.0.0.1" }: RequestOptions = {},
  ): Promise<Response> {
    const init = {
      method,
      headers: {
        host: "127.0.0.1:4700",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const connection = { incoming: { socket: { remoteAddress: from } } };
    return app.request(`http://127.0.0.1:4700${path}`, init, connection);
  }

  async function request(method: string, path: string, options?: RequestOptions): Promise<TestAnswer> {
    const response = await fetchRaw(method, path, options);
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    const parsed = type.includes("json") ? (JSON.parse(text) as Body) : {};
    return { status: response.status, type, headers: response.headers, body: parsed, text };
  }

  /** Starts a run of the fake sample and waits for its end. */
  async function finishedRun(body: Body = { projectId: 1, sampleId: 7 }): Promise<string> {
    const started = await request("POST", "/api/v1/runs", { body });
    const runId = String(started.body.runId);
    await vi.waitFor(async () => expect((await request("GET", `/api/v1/runs/${runId}`)).body.endedAt).toBeDefined(), {
      timeout: 15_000,
    });
    return runId;
  }

  return { app, studio, lines, log, hub, runLog, journal, metrics, access, state, fetchRaw, request, finishedRun };
}
