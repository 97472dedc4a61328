import { EventEmitter } from "node:events";
import { setImmediate } from "node:timers/promises";

import type { Variant } from "@windowscope/engine";
import type Database from "libsql";

/** What a job does. */
export type Task =
  | {
      readonly kind: "classify-sample";
      readonly sampleId: number;
      readonly impulseId: number;
      readonly variant: Variant;
    }
  | { readonly kind: "classify-test-set"; readonly impulseId: number; readonly variants: readonly Variant[] };

export interface Job {
  readonly id: number;
  readonly projectId: number;
  /** The same for the same work, so that whoever asks twice finds the job that runs. */
  readonly key: string;
  readonly task: Task;
  /** ISO 8601. */
  readonly created: string;
  readonly started: string | undefined;
  readonly finished: string | undefined;
  /** `undefined` while it runs. */
  readonly isSuccessful: boolean | undefined;
}

export interface JobLine {
  /** ISO 8601. */
  readonly created: string;
  readonly text: string;
}

interface JobEvents {
  line: [job: Job, text: string];
  finished: [job: Job];
}

/** Does a job's work. What it throws is the job's failure. */
export type RunTask = (job: Job, log: (line: string) => void) => Promise<void>;

/**
 * Jobs, done one after another in the order in which they were asked for.
 *
 * A job that was not finished when the process ended is done again after the next start.
 */
export class Jobs extends EventEmitter<JobEvents> {
  readonly #store: JobStore;
  readonly #run: RunTask;
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(database: Database.Database, run: RunTask) {
    super();
    this.#store = new JobStore(database);
    this.#run = run;
    for (const job of this.#store.unfinished()) this.#enqueue(job.id);
  }

  /** Starts a job, or finds the one that is already under way for the same work. */
  start(projectId: number, task: Task): Job {
    const key = keyOf(task);
    const running = this.#store.unfinishedByKey(projectId, key);
    if (running) return running;
    const job = this.#store.insert(projectId, key, task);
    this.#log(job, `Creating job... OK (ID: ${job.id})`);
    this.#enqueue(job.id);
    return job;
  }

  get(projectId: number, id: number): Job | undefined {
    const job = this.#store.get(id);
    return job?.projectId === projectId ? job : undefined;
  }

  /** The newest job that classified the whole test set in this variant, among other variants perhaps. */
  newestTestSetJob(projectId: number, impulseId: number, variant: Variant): Job | undefined {
    return this.#store.newestTestSetJob(projectId, impulseId, variant);
  }

  /**
   * What a job has said, oldest first.
   *
   * @param sinceMs Only later lines, in ms since 1970.
   */
  linesSince(id: number, sinceMs: number): JobLine[] {
    return this.#store.linesSince(id, new Date(sinceMs).toISOString());
  }

  /** Lets the job that runs finish its work, and starts no other. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
  }

  #enqueue(id: number): void {
    // The pause lets the answer that names the job leave first, and HTTP breathe between jobs.
    this.#work = this.#work
      .then(() => setImmediate())
      .then(() => (this.#isClosed ? undefined : this.#do(id)))
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.stack : String(error);
        process.stderr.write(`Job ${id} cannot be stored; the next start does it again. ${reason}\n`);
      });
  }

  async #do(id: number): Promise<void> {
    const job = this.#store.setStarted(id);
    this.#log(job, "Job started");
    let isSuccessful = true;
    try {
      await this.#run(job, (line) => this.#log(job, line));
      this.#log(job, "Job completed");
    } catch (error) {
      isSuccessful = false;
      this.#log(job, error instanceof Error ? error.message : String(error));
      this.#log(job, "Job failed (see above)");
    }
    this.emit("finished", this.#store.setFinished(id, isSuccessful));
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
    default:
      return task satisfies never;
  }
}

class JobStore {
  readonly #insert;
  readonly #byId;
  readonly #unfinished;
  readonly #unfinishedByKey;
  readonly #newestTestSetJob;
  readonly #setStarted;
  readonly #setFinished;
  readonly #addLine;
  readonly #linesSince;

  constructor(database: Database.Database) {
    this.#insert = database.prepare("INSERT INTO job (project_id, key, task, created) VALUES (?, ?, ?, ?) RETURNING *");
    this.#byId = database.prepare("SELECT * FROM job WHERE id = ?");
    this.#unfinished = database.prepare("SELECT * FROM job WHERE is_successful IS NULL ORDER BY id");
    this.#unfinishedByKey = database.prepare(
      "SELECT * FROM job WHERE project_id = ? AND key = ? AND is_successful IS NULL",
    );
    this.#newestTestSetJob = database.prepare(
      `SELECT * FROM job WHERE project_id = ? AND is_successful = 1 AND json_extract(task, '$.impulseId') = ?
         AND EXISTS (SELECT 1 FROM json_each(task, '$.variants') WHERE value = ?) ORDER BY id DESC LIMIT 1`,
    );
    this.#setStarted = database.prepare("UPDATE job SET started = ? WHERE id = ? RETURNING *");
    this.#setFinished = database.prepare("UPDATE job SET finished = ?, is_successful = ? WHERE id = ? RETURNING *");
    this.#addLine = database.prepare("INSERT INTO job_line (job_id, created, text) VALUES (?, ?, ?)");
    this.#linesSince = database.prepare(
      "SELECT created, text FROM job_line WHERE job_id = ? AND created > ? ORDER BY id",
    );
  }

  insert(projectId: number, key: string, task: Task): Job {
    return first(this.#insert.all([projectId, key, JSON.stringify(task), now()])) as Job;
  }

  get(id: number): Job | undefined {
    return first(this.#byId.all([id]));
  }

  unfinished(): Job[] {
    return (this.#unfinished.all([]) as JobRow[]).map(toJob);
  }

  unfinishedByKey(projectId: number, key: string): Job | undefined {
    return first(this.#unfinishedByKey.all([projectId, key]));
  }

  newestTestSetJob(projectId: number, impulseId: number, variant: Variant): Job | undefined {
    return first(this.#newestTestSetJob.all([projectId, impulseId, variant]));
  }

  setStarted(id: number): Job {
    return first(this.#setStarted.all([now(), id])) as Job;
  }

  setFinished(id: number, isSuccessful: boolean): Job {
    return first(this.#setFinished.all([now(), isSuccessful ? 1 : 0, id])) as Job;
  }

  addLine(jobId: number, text: string): void {
    this.#addLine.run([jobId, now(), text]);
  }

  linesSince(id: number, since: string): JobLine[] {
    return this.#linesSince.all([id, since]) as JobLine[];
  }
}

interface JobRow {
  readonly id: number;
  readonly project_id: number;
  readonly key: string;
  readonly task: string;
  readonly created: string;
  readonly started: string | null;
  readonly finished: string | null;
  readonly is_successful: number | null;
}

function first(rows: unknown[]): Job | undefined {
  const [row] = rows as JobRow[];
  return row && toJob(row);
}

function toJob({ id, project_id, key, task, created, started, finished, is_successful }: JobRow): Job {
  return {
    id,
    projectId: project_id,
    key,
    task: JSON.parse(task) as Task,
    created,
    started: started ?? undefined,
    finished: finished ?? undefined,
    isSuccessful: is_successful === null ? undefined : is_successful === 1,
  };
}

function now(): string {
  return new Date().toISOString();
}
