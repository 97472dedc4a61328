import { isTransient, StudioJobError } from "./errors.ts";
import { pause } from "./pause.ts";
import type { Studio } from "./studio.ts";

/** Tells early that a job may be over, so that nobody has to wait for the next look at its status. */
export interface JobHints {
  /**
   * Calls back when a job says that it has finished. May be late, may never come: the status is the truth.
   *
   * @returns Ends it.
   */
  watch(jobId: number, onFinished: () => void): () => void;
}

export interface JobWait {
  readonly projectId: number;
  readonly hints?: JobHints | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Studio has no progress to ask for, so the looks at the status grow rarer: 0.25 s, 0.5 s and so on up to this. */
const FIRST_LOOK_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const LAST_LINES = 20;

/**
 * Waits until a job is over.
 *
 * A status that cannot be read for the moment is asked for again; the wait ends with the job or with `signal`.
 *
 * @throws {StudioJobError} when the job did not succeed.
 * @throws The signal's reason when it aborts.
 */
export async function waitForJob(studio: Studio, jobId: number, { projectId, hints, signal }: JobWait): Promise<void> {
  let wake: (() => void) | undefined;
  let isHinted: boolean;
  const unwatch = hints?.watch(jobId, () => {
    isHinted = true;
    wake?.();
  });
  try {
    for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      isHinted = false;
      const job = await readJob(studio, projectId, jobId, signal);
      if (job?.finishedSuccessful === true) return;
      if (job?.finishedSuccessful === false) {
        throw new StudioJobError(jobId, await readLastLines(studio, projectId, jobId, signal));
      }
      if (isHinted) continue;
      await interruptiblePause(pauseMs, signal, (interrupt) => (wake = interrupt));
    }
  } finally {
    unwatch?.();
  }
}

async function readJob(studio: Studio, projectId: number, jobId: number, signal: AbortSignal | undefined) {
  try {
    const { job } = await studio.call("getJobStatus", { path: { projectId, jobId }, signal });
    return job;
  } catch (error) {
    if (isTransient(error)) return undefined;
    throw error;
  }
}

/** What the job printed last, oldest first. Knowing less must not hide that the job failed. */
async function readLastLines(studio: Studio, projectId: number, jobId: number, signal: AbortSignal | undefined) {
  try {
    const { stdout } = await studio.call("getJobsLogs", {
      path: { projectId, jobId },
      query: { limit: LAST_LINES },
      signal,
    });
    const isNewestFirst = (stdout[0]?.created ?? "") >= (stdout.at(-1)?.created ?? "");
    return (isNewestFirst ? [...stdout].reverse() : stdout).map(({ data }) => data.trimEnd());
  } catch {
    signal?.throwIfAborted();
    return [];
  }
}

async function interruptiblePause(
  ms: number,
  signal: AbortSignal | undefined,
  onStart: (interrupt: () => void) => void,
): Promise<void> {
  const interrupted = new AbortController();
  onStart(() => interrupted.abort());
  const either = signal ? AbortSignal.any([signal, interrupted.signal]) : interrupted.signal;
  await pause(ms, either).catch((reason: unknown) => {
    if (!interrupted.signal.aborted || signal?.aborted) throw reason;
  });
}
