/**
 * How long after Studio says that a job has finished its first window is at a viewer; and, with Edge Impulse's own
 * client, its result in the caller's hand.
 *
 * Studio and server are processes of their own; this one is the viewer, the official client, and who hears Studio.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { connectLive, type LiveConnection } from "@windowscope/protocol";
import { createStudio } from "@windowscope/sdk";
import { EdgeImpulseApi } from "edge-impulse-api";
import { WebSocket } from "ws";

import { median } from "../median.ts";
import { percentile } from "../percentile.ts";
import type { Figure } from "../rows.ts";
import { classifyOfficially } from "../sdk/job-wait.ts";
import { createRecording, upload } from "../studio/recording.ts";
import { withChildren } from "./children.ts";
import { readClockMs } from "./clock.ts";
import type { ServerCommands } from "./server-process.ts";
import { API_KEY } from "./settings.ts";
import type { StudioCommands, StudioPlace } from "./studio-process.ts";

/** Long enough that the viewer has subscribed before the job ends. */
const JOB_MS = 200;
const WARM_UP = 3;
/** The official client sleeps most of the time. */
const OFFICIAL_AT_ONCE = 3;
/** A recording of four seconds. */
const READINGS = 250;
/** Studio drops a connection that is silent for about half a minute. */
const PING_MS = 20_000;
const P50_GOAL = { mostValue: 50 } as const;
const P99_GOAL = { mostValue: 250 } as const;
const RATIO_GOAL = { leastRatio: 20 } as const;

export async function measureFirstWindow(options: {
  readonly jobs: number;
  readonly officialJobs: number;
  readonly log: (line: string) => void;
}): Promise<Figure[]> {
  const { jobs, officialJobs, log } = options;
  const folder = await mkdtemp(path.join(tmpdir(), "windowscope-bench-"));
  const stop = new AbortController();
  try {
    return await withChildren(async (start) => {
      const place = await start<StudioCommands>("studio-process.ts", [String(JOB_MS)]).ask("place");
      const url = await start<ServerCommands>("server-process.ts", ["ours", folder, place.url]).ask("url");
      const measure = await connectContenders(place, url, stop.signal);

      const recording = createRecording("cbor", READINGS);
      const samples: number[] = [];
      for (let n = 0; n < WARM_UP + jobs + officialJobs; n++) {
        samples.push(await upload({ ...place, apiKey: API_KEY }, recording, { category: "training", label: "idle" }));
      }
      const takeSample = () => samples.pop() ?? fail("There are too few samples.");

      // The first ones open connections and compile code.
      for (let n = 0; n < WARM_UP; n++) await measure.ours(takeSample());
      const oursMs: number[] = [];
      const officialMs: number[] = [];
      const rounds = officialJobs / OFFICIAL_AT_ONCE;
      for (let round = 0; round < rounds; round++) {
        // One at a time, so that the job that has just finished is the one of this run.
        for (let n = 0; n < jobs / rounds; n++) oursMs.push(await measure.ours(takeSample()));
        const official = Array.from({ length: OFFICIAL_AT_ONCE }, () => measure.official(takeSample()));
        officialMs.push(...(await Promise.all(official)));
        log(`ours p50 ${median(oursMs).toFixed(1)} ms, edge-impulse-api p50 ${median(officialMs).toFixed(0)} ms`);
      }
      return toFigures(oursMs, officialMs);
    });
  } finally {
    stop.abort();
    await rm(folder, { recursive: true, force: true });
  }
}

function toFigures(oursMs: readonly number[], officialMs: readonly number[]): Figure[] {
  const row = `job-finished, job of ${JOB_MS / 1000} s, to the first window at a viewer`;
  const unit = "ms";
  const official = median(officialMs);
  return [
    { row: `${row}, p50`, value: median(oursMs), unit, goal: P50_GOAL },
    { row: `${row}, p99`, value: percentile(oursMs, 0.99), unit, goal: P99_GOAL },
    { row: `${row}, beside edge-impulse-api`, value: median(oursMs), unit, peerValue: official, goal: RATIO_GOAL },
    { row: `job-finished, job of ${JOB_MS / 1000} s, to the result, edge-impulse-api`, value: official, unit },
  ];
}

/** Two ways to have a sample classified. Each answers how long after the end of the job there was something to see, ms. */
async function connectContenders(place: StudioPlace, url: string, signal: AbortSignal) {
  const live = connectLive(`${url.replace(/^http/, "ws")}/live`, { client: "bench", signal });
  const finishedMs = await listenForJobs(place, signal);
  const api = new EdgeImpulseApi({ endpoint: place.url });
  await api.authenticate({ method: "apiKey", apiKey: API_KEY });
  return {
    async ours(sampleId: number): Promise<number> {
      const jobsBefore = finishedMs.size;
      const runId = await startRun(url, place.projectId, sampleId);
      await untilWindow(live, runId);
      const atViewerMs = readClockMs();
      if (finishedMs.size !== jobsBefore + 1) fail(`Run ${runId} took ${finishedMs.size - jobsBefore} jobs.`);
      return atViewerMs - ([...finishedMs.values()].at(-1) ?? NaN);
    },
    async official(sampleId: number): Promise<number> {
      const jobId = await classifyOfficially(api, place.projectId, sampleId);
      const inHandMs = readClockMs();
      return inHandMs - (finishedMs.get(jobId) ?? fail(`Studio did not say that job ${jobId} finished.`));
    },
  };
}

async function startRun(url: string, projectId: number, sampleId: number): Promise<string> {
  const response = await fetch(`${url}/api/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ projectId, sampleId }),
  });
  if (!response.ok) fail(`The server starts no run: ${await response.text()}`);
  return ((await response.json()) as { readonly runId: string }).runId;
}

async function untilWindow(live: LiveConnection, runId: string): Promise<void> {
  for await (const event of live.subscribe(runId, "start")) {
    if (event.type === "entries" && event.entries.some(({ kind }) => kind === "windows")) return;
  }
  fail(`Run ${runId} ended without a window.`);
}

/** Listens to Studio as its own clients do. @returns When it said of which job that it has finished. */
async function listenForJobs({ url, projectId }: StudioPlace, signal: AbortSignal): Promise<Map<number, number>> {
  const studio = createStudio({ apiKey: API_KEY, baseUrl: url });
  const { token } = await studio.call("getSocketToken", { path: { projectId } });
  const query = new URLSearchParams({
    token: token.socketToken,
    EIO: "3",
    transport: "websocket",
    onDemandLogs: "true",
  });
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/socket.io/?${query.toString()}`);
  const finishedMs = new Map<number, number>();
  const ping = setInterval(() => socket.send("2"), PING_MS);
  signal.addEventListener("abort", () => {
    clearInterval(ping);
    socket.terminate();
  });
  await new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      const nowMs = readClockMs();
      const frame = data.toString();
      if (!frame.startsWith("42")) return;
      const [event, about] = JSON.parse(frame.slice(2)) as [string, { readonly jobId: number }];
      if (event === "hello") resolve();
      if (event === "job-finished") finishedMs.set(about.jobId, nowMs);
    });
  });
  return finishedMs;
}

function fail(message: string): never {
  throw new Error(message);
}
