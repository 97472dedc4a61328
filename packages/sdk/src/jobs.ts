import type { Schemas } from "./api-types.ts";
import { isTransient, JobFailedError } from "./errors.ts";
import { pause } from "./pause.ts";
import { cancelJobRoute, getJobStatus, getJobsLogs } from "./routes.ts";
import type { Transport } from "./transport.ts";

/** What a hint is about: a job has said something, or it may be over. */
export type JobNews = "line" | "finished";

/** Tells early that there is news of a job, so that nobody has to wait for the next look at its status. */
export interface JobHints {
  /**
   * Calls back when there is news of a job. May be late, may never come: the status is the truth.
   *
   * @returns Ends it.
   */
  watch(jobId: number, onNews: (news: JobNews) => void): () => void;
}

/** How a job is waited for, and who hears of it. */
export interface JobWait {
  readonly projectId: number;
  /** Where news comes from early, such as `connectJobSocket`; without it only the status is looked at. */
  readonly hints?: JobHints | undefined;
  /** Ends the wait; the job goes on. `cancelJob` ends that. */
  readonly signal?: AbortSignal | undefined;
  /** Told each line that the job prints, oldest first, each once. */
  readonly onLog?: ((line: string) => void) | undefined;
  /** Told how the job stands: at the first look, when it has been started, and when it is over. */
  readonly onStatus?: ((job: Schemas["Job"]) => void) | undefined;
}

/** Studio has no progress to ask for, so the looks at the status grow rarer: 0.25 s, 0.5 s and so on up to this. */
const FIRST_LOOK_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const LAST_LINES = 20;
const MOST_LATE_READS = 4;

/**
 * Waits until a job is over.
 *
 * A status that cannot be read for the moment is asked for again; the wait ends with the job or with `signal`.
 *
 * @throws {JobFailedError} when the job did not succeed.
 * @throws The signal's reason when it aborts.
 */
export async function waitForJob(studio: Transport, jobId: number, wait: JobWait): Promise<void> {
  const { projectId, hints, signal, onLog, onStatus } = wait;
  const lines = createLineReader(studio, jobId, wait);
  let hasNews = false;
  let hasFinished = false;
  let wake: (() => void) | undefined;
  const unwatch = hints?.watch(jobId, (news) => {
    hasFinished ||= news === "finished";
    hasNews ||= hasFinished || onLog !== undefined;
    if (hasFinished) wake?.();
  });
  let told = "";
  try {
    for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      // A job that talks is looked at often, but not for each of its words; so is one whose status lags behind its end.
      if (hasNews) pauseMs = FIRST_LOOK_MS;
      hasNews = hasFinished = false;
      const job = await readJob(studio, projectId, jobId, signal);
      const isSuccessful = job?.finishedSuccessful;
      const status = `${job?.started} ${isSuccessful}`;
      if (job && status !== told) onStatus?.(job);
      if (job) told = status;
      if (onLog) await lines.tell(onLog, isSuccessful !== undefined);
      if (isSuccessful) return;
      if (isSuccessful === false) throw new JobFailedError(jobId, await lines.last(LAST_LINES));
      // In short pieces, since news of a line ends a long wait as well.
      for (
        let leftMs = pauseMs;
        leftMs > 0 && !hasFinished && (leftMs === pauseMs || !hasNews);
        leftMs -= FIRST_LOOK_MS
      ) {
        await pause(Math.min(leftMs, FIRST_LOOK_MS), signal, (interrupt) => (wake = interrupt));
      }
    }
  } finally {
    unwatch?.();
  }
}

/**
 * Asks Studio to end a job.
 *
 * @param job `isForced` calls it over without waiting for whoever works on it.
 * @throws As `Transport.send`.
 */
export async function cancelJob(
  studio: Transport,
  {
    projectId,
    jobId,
    isForced = false,
    signal,
  }: {
    readonly projectId: number;
    readonly jobId: number;
    readonly isForced?: boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const query = isForced ? { forceCancel: "true" } : {};
  await studio.send(cancelJobRoute, { path: { projectId, jobId }, query, signal });
}

async function readJob(studio: Transport, projectId: number, jobId: number, signal: AbortSignal | undefined) {
  try {
    const { job } = await studio.send(getJobStatus, { path: { projectId, jobId }, signal });
    return job;
  } catch (error) {
    if (isTransient(error)) return undefined;
    throw error;
  }
}

/** Reads what a job has printed. The socket's lines have no numbers, so they are read where they can be counted. */
function createLineReader(studio: Transport, jobId: number, { projectId, signal }: JobWait) {
  let toldCount = 0;

  /** Oldest first; -1 lines when they cannot be read. Knowing less must not end a wait, nor hide that the job failed. */
  async function read(limit?: number): Promise<{ lines: string[]; totalCount: number }> {
    try {
      const { stdout, totalCount } = await studio.send(getJobsLogs, {
        path: { projectId, jobId },
        query: { limit },
        signal,
      });
      const lines = stdout.map(({ data }) => data.trimEnd());
      const isNewestFirst = (stdout[0]?.created ?? "") >= (stdout.at(-1)?.created ?? "");
      return { lines: isNewestFirst ? lines.reverse() : lines, totalCount };
    } catch {
      signal?.throwIfAborted();
      return { lines: [], totalCount: -1 };
    }
  }

  return {
    last: async (count: number) => (await read(count)).lines.slice(-count),

    /**
     * Tells the lines that were not told yet. Those that Studio no longer has, of a thousand and more, are passed over.
     *
     * @param isOver There is no later look: lines that cannot be read are asked for a few times more.
     */
    async tell(onLog: (line: string) => void, isOver: boolean): Promise<void> {
      for (let n = 0; ; n++) {
        const { lines, totalCount } = await read();
        if (totalCount > toldCount) {
          lines.slice(toldCount - totalCount).forEach((line) => onLog(line));
          toldCount = totalCount;
        }
        if (totalCount >= 0 || !isOver || n === MOST_LATE_READS) return;
        await pause(FIRST_LOOK_MS << n, signal);
      }
    },
  };
}
