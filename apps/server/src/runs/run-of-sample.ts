import type { Schemas } from "@windowscope/sdk/api-types";

import type { Pause } from "./run-store.ts";

/** What is needed to find or to start the run of a sample that has just come. */
export interface SampleRuns {
  /** Whether each new sample of the category gets a run anyway. */
  readonly isWatched: (category: string) => boolean;
  readonly findRun: (projectId: number, sampleId: number) => Promise<string | undefined>;
  readonly startRun: (projectId: number, sample: NewSample) => Promise<string>;
}

export type NewSample = Pick<Schemas["Sample"], "id" | "filename" | "label">;

/** How long the watch of the category may take to begin the run of a sample that is there. */
const RUN_LOOKS = 20;
const RUN_LOOK_MS = 500;

/**
 * The run that the watch begins for a sample of a watched category, or one that is begun for it.
 *
 * @returns `undefined` when the watch does not begin one in time.
 */
export async function runOfSample(
  { isWatched, findRun, startRun }: SampleRuns,
  { projectId, category, sample }: { projectId: number; category: string; sample: NewSample },
  pause: Pause,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!isWatched(category)) return (await findRun(projectId, sample.id)) ?? startRun(projectId, sample);
  for (let looks = 0; looks < RUN_LOOKS; looks++) {
    const runId = await findRun(projectId, sample.id);
    if (runId !== undefined) return runId;
    await pause(RUN_LOOK_MS, signal);
  }
  return undefined;
}
