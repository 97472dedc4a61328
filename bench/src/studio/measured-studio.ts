import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { connectJobSocket, createStudio, type JobHints, type Studio } from "@windowscope/sdk";
import { WebSocket } from "ws";

import type { StudioPlace } from "./studio-process.ts";

const API_KEY = "ei_bench";
/** Without the condition under which packages are read from source: what users get is built. */
const BUILT = ["--import", "tsx"];

/** A local Studio in a process of its own, and its clients. */
export interface MeasuredStudio extends StudioPlace {
  readonly apiKey: string;
  /** Asks no question twice, so that each failure counts. */
  readonly studio: Studio;
  readonly hints: JobHints;
  /** What the Studio's process holds after collecting its garbage, bytes. */
  readMemoryBytes(): Promise<number>;
}

/** Starts a Studio, lets it be measured, and leaves nothing of it behind. */
export async function withStudio<T>(
  project: "demo" | "empty",
  measure: (studio: MeasuredStudio) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "windowscope-bench-"));
  const execArgv = ["--expose-gc", ...BUILT];
  const child = fork(path.join(import.meta.dirname, "studio-process.ts"), [API_KEY, project, dataDir], { execArgv });
  const ended = once(child, "exit");
  const stop = new AbortController();
  try {
    const place = (await readMessage(child)) as StudioPlace;
    const studio = createStudio({ apiKey: API_KEY, baseUrl: place.url, retry: { most: 0 } });
    const openSocket = (address: string) => new WebSocket(address);
    const hints = connectJobSocket(studio, { projectId: place.projectId, openSocket, signal: stop.signal });
    const readMemoryBytes = () => {
      child.send("memory");
      return readMessage(child) as Promise<number>;
    };
    return await measure({ ...place, apiKey: API_KEY, studio, hints, readMemoryBytes });
  } finally {
    stop.abort();
    if (child.connected) child.disconnect();
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** A client of its own process that looks at jobs all the time. */
export async function withStatusCaller<T>(
  { url, projectId }: StudioPlace,
  use: (statusCaller: StatusCaller) => Promise<T>,
): Promise<T> {
  const file = path.join(import.meta.dirname, "status-process.ts");
  const child = fork(file, [url, API_KEY, String(projectId)], { execArgv: BUILT });
  const ended = once(child, "exit");
  try {
    return await use({
      watch: (jobId) => void child.send(jobId),
      stop: () => {
        child.send("stop");
        return readMessage(child) as Promise<StatusCalls>;
      },
    });
  } finally {
    if (child.connected) child.disconnect();
    await ended;
  }
}

export interface StatusCaller {
  /** Calls the status of this job from now on, one call after another. */
  watch(jobId: number): void;
  /** Ends the calls, and says how they went. */
  stop(): Promise<StatusCalls>;
}

export interface StatusCalls {
  readonly timesMs: readonly number[];
  readonly failures: readonly string[];
}

async function readMessage(child: ChildProcess): Promise<unknown> {
  const listening = new AbortController();
  const { signal } = listening;
  try {
    const ended = once(child, "exit", { signal }).then(([code]) => {
      throw new Error(`A process of the bench ended with ${String(code)}; its output says why.`);
    });
    const [message] = (await Promise.race([once(child, "message", { signal }), ended])) as [unknown];
    ended.catch(() => undefined);
    return message;
  } finally {
    listening.abort();
  }
}
