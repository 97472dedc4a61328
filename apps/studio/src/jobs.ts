import { EventEmitter } from "node:events";
import { setImmediate } from "node:timers/promises";

import type Database from "libsql";

import { NORMAL, type Behaviour } from "./behaviour/behaviour.ts";
import { Delayed } from "./behaviour/delayed.ts";
import { JobStore, type Job, type JobFilter, type JobLine, type Task } from "./job-store.ts";

export type { Job, JobFilter, JobLine, Task } from "./job-store.ts";

interface JobEvents {
  line: [job: Job, text: string];
  finished: [job: Job];
}

/** Does a job's work. What it throws is the job's failure; it should end early when the signal says so. */
export type RunTask = (job: Job, log: (line: string) => void, signal: AbortSignal) => Promise<void>;

/** Jobs of different lanes are done side by side: a sample that was just recorded does not wait for a training. */
type Lane = "sample" | "set";

/** Work that goes wrong on purpose. */
const TROUBLE = {
  stuck: (_job, _log, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
  fail: async (_job, log) => {
    log("This Studio was told to let jobs fail.");
    throw new Error("Application exited with code 1");
  },
} as const satisfies Record<Exclude<Behaviour["jobs"], "normal">, RunTask>;

/** The last line of a job that failed; the one before says why. */
export const FAILED_LINE = "Job failed (see above)";

/** Of a project's finished jobs so many are kept: a Studio may run for years. */
const KEEP_JOBS = 5_000;

/**
 * Jobs, done one after another in each lane, in the order in which they were asked for.
 *
 * A job that was not finished when the process ended is done again after the next start.
 */
export class Jobs extends EventEmitter<JobEvents> {
  readonly #store: JobStore;
  readonly #run: RunTask;
  readonly #behaviourOf: (projectId: number) => Pick<Behaviour, "jobs" | "jobDelayMs">;
  readonly #delayed = new Delayed();
  readonly #work: Record<Lane, Promise<void>> = { sample: Promise.resolve(), set: Promise.resolve() };
  readonly #running = new Map<number, AbortController>();
  #isClosed = false;

  /** @param behaviourOf How a project's new jobs go; by default well. */
  constructor(
    database: Database.Database,
    run: RunTask,
    behaviourOf: (projectId: number) => Pick<Behaviour, "jobs" | "jobDelayMs"> = () => NORMAL,
  ) {
    super();
    this.#store = new JobStore(database);
    this.#run = run;
    this.#behaviourOf = behaviourOf;
    for (const job of this.#store.unfinished()) this.#enqueue(job, run);
  }

  /** Starts a job, or finds the one that is already under way for the same work. */
  start(projectId: number, task: Task): Job {
    const key = keyOf(task);
    const running = this.#store.unfinishedByKey(projectId, key);
    if (running) return running;
    const job = this.#store.insert(projectId, key, task);
    this.#log(job, `Creating job... OK (ID: ${job.id})`);
    const { jobs: fate, jobDelayMs } = this.#behaviourOf(projectId);
    if (jobDelayMs > 0) this.#log(job, "Scheduling job in cluster...");
    this.#delayed.after(jobDelayMs, () => this.#enqueue(job, fate === "normal" ? this.#run : TROUBLE[fate]));
    return job;
  }

  get(projectId: number, id: number): Job | undefined {
    const job = this.#store.get(id);
    return job?.projectId === projectId ? job : undefined;
  }

  /** A page of jobs, the newest first. */
  list(projectId: number, filter: JobFilter, page: { readonly limit: number; readonly offset: number }): Job[] {
    return this.#store.list(projectId, filter, page);
  }

  count(projectId: number, filter: JobFilter): number {
    return this.#store.count(projectId, filter);
  }

  /** Ends a job without success, now; one that has ended stays as it is. */
  cancel({ id, projectId }: Job): void {
    const job = this.get(projectId, id);
    if (!job || job.isSuccessful !== undefined) return;
    this.#running.get(id)?.abort();
    this.#finish(job, false, ["Job cancelled"]);
  }

  /** Cancels what a project still has to do, and forgets all that it did. */
  deleteAll(projectId: number): void {
    for (const job of this.#store.list(projectId, { isFinished: false }, { limit: -1, offset: 0 })) this.cancel(job);
    this.#store.deleteAll(projectId);
  }

  /**
   * What a job has said, oldest first.
   *
   * @param sinceMs Only later lines, in ms since 1970.
   */
  linesSince(id: number, sinceMs: number): JobLine[] {
    return this.#store.linesSince(id, new Date(sinceMs).toISOString());
  }

  /** Starts no other job; those that run are interrupted, and done again after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#delayed.flush();
    for (const stop of this.#running.values()) stop.abort();
    await Promise.all(Object.values(this.#work));
  }

  #enqueue({ id, task }: Job, run: RunTask): void {
    const lane = task.kind === "classify-sample" ? "sample" : "set";
    // A stuck job would block all behind it, of other projects too.
    if (run === TROUBLE.stuck) void this.#doAfter(Promise.resolve(), id, run);
    else this.#work[lane] = this.#doAfter(this.#work[lane], id, run);
  }

  #doAfter(earlier: Promise<void>, id: number, run: RunTask): Promise<void> {
    // The pause lets the answer that names the job leave first, and HTTP breathe between jobs.
    return earlier
      .then(() => setImmediate())
      .then(() => (this.#isClosed ? undefined : this.#do(id, run)))
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.stack : String(error);
        process.stderr.write(`Job ${id} cannot be stored; the next start does it again. ${reason}\n`);
      });
  }

  async #do(id: number, run: RunTask): Promise<void> {
    const waiting = this.#store.get(id);
    // It was cancelled while it waited, or even deleted.
    if (!waiting || waiting.isSuccessful !== undefined) return;
    const job = this.#store.setStarted(id);
    const stop = new AbortController();
    this.#running.set(id, stop);
    // Nothing is heard of a job after its end.
    const log = (line: string) => (stop.signal.aborted ? undefined : this.#log(job, line));
    log("Job started");
    let failure: string | undefined;
    try {
      await run(job, log, stop.signal);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    } finally {
      this.#running.delete(id);
    }
    if (stop.signal.aborted) return;
    if (failure === undefined) this.#finish(job, true, ["Job completed"]);
    else this.#finish(job, false, [failure, FAILED_LINE]);
  }

  #finish({ id, projectId }: Job, isSuccessful: boolean, lines: readonly string[]): void {
    const job = this.#store.setFinished(id, isSuccessful, lines);
    for (const line of lines) this.emit("line", job, line);
    this.#store.keepNewest(projectId, KEEP_JOBS);
    this.emit("finished", job);
  }

  #log(job: Job, text: string): void {
    this.#store.addLine(job.id, text);
    this.emit("line", job, text);
  }
}

function keyOf(task: Task): string {
  switch (task.kind) {
    case "classify-sample":
      return `classify-sample-${task.sampleId}-${task.impulseId}-${task.variant}`;
    case "classify-test-set":
      return `classify-${task.impulseId}-${task.variants.join("-")}`;
    case "train":
      return `train-${task.impulseId}-${task.blockIds.join("-")}`;
    default:
      return task satisfies never;
  }
}
