import type { StudioState } from "@windowscope/protocol";
import { newestSampleId, StudioAuthenticationError, watchSamples, type Studio } from "@windowscope/sdk";

import type { RunJournal } from "./runs/journal.ts";
import type { Pause, Runs } from "./runs/runs.ts";

/** How the server stands with its Studio, in a word and in a sentence. */
export interface StudioStatus {
  readonly state: StudioState;
  readonly message: string;
}

const POLL_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 10_000;

/**
 * Watches the projects that the key opens, and starts a run for each new sample, until `signal` aborts.
 *
 * What counts as new is remembered: a sample that came while the server was down gets its run afterwards. When a
 * project is seen for the first time, the samples that it already has are old.
 */
export async function watchStudio(options: {
  readonly studio: Studio;
  readonly journal: RunJournal;
  readonly runs: Runs;
  readonly categories: readonly string[];
  readonly onStatus: (status: StudioStatus) => void;
  readonly pause: Pause;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { studio, categories, onStatus, pause, signal } = options;
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    // One category that fails takes the others down with it, and all begin again together.
    const attempt = new AbortController();
    const either = AbortSignal.any([signal, attempt.signal]);
    try {
      const { projects } = await studio.call("listProjects", { signal });
      const places = projects.flatMap(({ id }) => categories.map((category) => ({ projectId: id, category })));
      // Only who may list the samples of each is connected.
      const newest = await Promise.all(places.map((place) => newestSampleId(studio, { ...place, signal })));
      onStatus({ state: "connected", message: `Connected to ${studio.baseUrl}` });
      retryMs = FIRST_RETRY_MS;
      const watches = places.map((place, i) => watch(options, place, newest[i] ?? 0, either));
      await (watches.length > 0 ? Promise.all(watches) : untilAborted(signal));
    } catch (error) {
      attempt.abort();
      if (signal.aborted) return;
      onStatus(describe(error));
      await pause(retryMs, signal).catch(() => undefined);
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    }
  }
}

async function watch(
  { studio, journal, runs }: Pick<Parameters<typeof watchStudio>[0], "studio" | "journal" | "runs">,
  { projectId, category }: { readonly projectId: number; readonly category: string },
  newestId: number,
  signal: AbortSignal,
): Promise<void> {
  let sinceId = await journal.watchedSince(projectId, category);
  if (sinceId === undefined) {
    sinceId = newestId;
    await journal.setWatchedSince({ projectId, category, sinceId });
  }
  for await (const { id, filename, label } of watchSamples(studio, {
    projectId,
    category,
    sinceId,
    intervalMs: POLL_MS,
    signal,
  })) {
    await runs.start({ projectId, sampleId: id }, { name: filename, label }, { category });
  }
}

function describe(error: unknown): StudioStatus {
  const message = error instanceof Error ? error.message : String(error);
  return { state: error instanceof StudioAuthenticationError ? "refused" : "unreachable", message };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
