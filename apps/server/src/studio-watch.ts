import type { StudioState } from "@windowscope/protocol";
import { NoSuchLogError } from "@windowscope/runlog";
import { newestSampleId, StudioAuthenticationError, watchSamples, type Studio } from "@windowscope/sdk";

import { Hold } from "./runs/hold.ts";
import type { RunJournal } from "./runs/journal.ts";
import { isTaken, keepRenewing } from "./runs/run-store.ts";
import type { Runs } from "./runs/runs.ts";
import type { WatchPosition } from "./runs/watch-position.ts";

/** How the server stands with its Studio, in a word and in a sentence. */
export interface StudioStatus {
  readonly state: StudioState;
  readonly message: string;
}

const POLL_MS = 1_000;
/** So often it is looked whether the process that watches still does. */
const TAKEOVER_MS = 2_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 10_000;

/**
 * Watches the projects that the key opens, and starts a run for each new sample, until `signal` aborts.
 *
 * Of all processes that share a log one watches a category; when it ends, another one goes on. What counts as new is
 * remembered: a sample that came while the server was down gets its run afterwards. When a project is seen for the first
 * time, the samples that it already has are old.
 */
export async function watchStudio(options: {
  readonly studio: Studio;
  readonly journal: RunJournal;
  readonly runs: Runs;
  readonly categories: readonly string[];
  readonly onStatus: (status: StudioStatus) => void;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { studio, journal, categories, onStatus, signal } = options;
  let retryMs = FIRST_RETRY_MS;
  let watches: Promise<void>[] = [];
  while (!signal.aborted) {
    // One category that fails takes the others down with it, and all begin again together.
    const attempt = new Hold(signal);
    try {
      const { projects } = await studio.call("listProjects", { signal });
      const places = projects.flatMap(({ id }) => categories.map((category) => ({ projectId: id, category })));
      // Only who may list the samples of each is connected.
      const newest = await Promise.all(places.map((place) => newestSampleId(studio, { ...place, signal })));
      onStatus({ state: "connected", message: `Connected to ${studio.baseUrl}` });
      retryMs = FIRST_RETRY_MS;
      watches = places.map((place, i) => watch(options, place, newest[i] ?? 0, attempt.signal));
      await (watches.length > 0 ? Promise.all(watches) : untilAborted(signal));
    } catch (error) {
      attempt.lose();
      // They give their leases back, which the next attempt takes under the same name.
      await Promise.allSettled(watches);
      if (signal.aborted) return;
      onStatus(describe(error));
      await journal.store.pause(retryMs, signal).catch(() => undefined);
      retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    } finally {
      attempt.release();
    }
  }
}

interface Place {
  readonly projectId: number;
  readonly category: string;
}

/** Watches one category of a project whenever no other process does. */
async function watch(
  options: Pick<Parameters<typeof watchStudio>[0], "studio" | "journal" | "runs">,
  place: Place,
  newestId: number,
  signal: AbortSignal,
): Promise<void> {
  const { store } = options.journal;
  const position = options.journal.watchPosition(place.projectId, place.category);
  for (;;) {
    const what = `the watch of project ${place.projectId}, ${place.category}`;
    while (!(await store.insist(what, signal, () => position.take()))) await store.pause(TAKEOVER_MS, signal);
    const hold = new Hold(signal);
    const over = new AbortController();
    const keeping = keepRenewing(store, () => position.renew(), over.signal).then((isLost) => isLost && hold.lose());
    try {
      await watchAlone(options, place, position, newestId, hold.signal);
    } catch (error) {
      if (signal.aborted || !(hold.signal.aborted || isTaken(error))) throw error;
      store.log.info("Another process watches", { ...place });
    } finally {
      over.abort();
      await keeping;
      await position.release();
      hold.release();
    }
  }
}

async function watchAlone(
  { studio, journal, runs }: Pick<Parameters<typeof watchStudio>[0], "studio" | "journal" | "runs">,
  { projectId, category }: Place,
  position: WatchPosition,
  newestId: number,
  signal: AbortSignal,
): Promise<void> {
  const { store } = journal;
  const what = `the watch of project ${projectId}, ${category}`;
  const { sinceId = newestId } = position;
  if (position.sinceId === undefined) await store.insist(what, signal, () => position.moveTo(sinceId));
  for await (const { id, filename, label } of watchSamples(studio, {
    projectId,
    category,
    sinceId,
    intervalMs: POLL_MS,
    signal,
  })) {
    let isFirst = true;
    await store.insist(what, signal, async () => {
      if (!isFirst) await position.confirm();
      isFirst = false;
      // An attempt whose answer was lost may have been stored.
      if ((position.sinceId ?? 0) >= id) return;
      await seeToRun(id, { name: filename, label });
    });
  }

  /** The engine may have forgotten the position; what is known of it here is as good. */
  async function seeToRun(...run: Parameters<typeof startRun>): Promise<void> {
    try {
      await startRun(...run);
    } catch (error) {
      if (!(error instanceof NoSuchLogError)) throw error;
      await position.confirm();
      await startRun(...run);
    }
  }

  async function startRun(sampleId: number, sample: { name: string; label: string }): Promise<void> {
    // Who has sent a recording to the project may have come before the watch.
    if (await journal.findOfNewSample(projectId, sampleId)) await position.moveTo(sampleId);
    else await runs.start({ projectId, sampleId }, sample, position);
  }
}

/** What the log says of it, with what there is to do; the page says that in its own words. */
export function toLogLine({ state, message }: StudioStatus): string {
  if (state === "connecting" || state === "connected") return message;
  const advice = state === "refused" ? "Check EI_API_KEY and restart the server." : "Trying again.";
  return `${message.replace(/[.\s]+$/, "")}. ${advice}`;
}

function describe(error: unknown): StudioStatus {
  const message = error instanceof Error ? error.message : String(error);
  return { state: error instanceof StudioAuthenticationError ? "refused" : "unreachable", message };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
