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
  | { readonly kind: "classify-test-set"; readonly impulseId: number; readonly variants: readonly Variant[] }
  | { readonly kind: "train"; readonly impulseId: number; readonly blockIds: readonly number[] };

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

/** Which jobs to list. */
export interface JobFilter {
  readonly isFinished?: boolean | undefined;
  readonly isSuccessful?: boolean | undefined;
  readonly key?: string | undefined;
  readonly kind?: string | undefined;
  /** ISO 8601; the job was asked for then or later. */
  readonly from?: string | undefined;
  /** ISO 8601; the job was asked for then or earlier. */
  readonly until?: string | undefined;
}

/** The jobs and what they said, in the database. */
export class JobStore {
  readonly #database: Database.Database;
  readonly #insert;
  readonly #byId;
  readonly #unfinished;
  readonly #unfinishedByKey;
  readonly #deleteOldLines;
  readonly #deleteOld;
  readonly #deleteLinesOfProject;
  readonly #deleteOfProject;
  readonly #setStarted;
  readonly #setFinished;
  readonly #addLine;
  readonly #linesSince;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#insert = database.prepare("INSERT INTO job (project_id, key, task, created) VALUES (?, ?, ?, ?) RETURNING *");
    this.#byId = database.prepare("SELECT * FROM job WHERE id = ?");
    this.#unfinished = database.prepare("SELECT * FROM job WHERE is_successful IS NULL ORDER BY id");
    this.#unfinishedByKey = database.prepare(
      "SELECT * FROM job WHERE project_id = ? AND key = ? AND is_successful IS NULL",
    );
    const old = `SELECT id FROM job WHERE project_id = ? AND is_successful IS NOT NULL ORDER BY id DESC LIMIT -1 OFFSET ?`;
    this.#deleteOldLines = database.prepare(`DELETE FROM job_line WHERE job_id IN (${old})`);
    this.#deleteOld = database.prepare(`DELETE FROM job WHERE id IN (${old})`);
    this.#deleteLinesOfProject = database.prepare(
      "DELETE FROM job_line WHERE job_id IN (SELECT id FROM job WHERE project_id = ?)",
    );
    this.#deleteOfProject = database.prepare("DELETE FROM job WHERE project_id = ?");
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

  list(projectId: number, filter: JobFilter, { limit, offset }: { limit: number; offset: number }): Job[] {
    const { where, values } = conditions(projectId, filter);
    const query = this.#database.prepare(`SELECT * FROM job WHERE ${where} ORDER BY id DESC LIMIT ? OFFSET ?`);
    return (query.all([...values, limit, offset]) as JobRow[]).map(toJob);
  }

  count(projectId: number, filter: JobFilter): number {
    const { where, values } = conditions(projectId, filter);
    const query = this.#database.prepare(`SELECT count(*) AS count FROM job WHERE ${where}`);
    const [{ count }] = query.all(values) as [{ count: number }];
    return count;
  }

  unfinished(): Job[] {
    return (this.#unfinished.all([]) as JobRow[]).map(toJob);
  }

  unfinishedByKey(projectId: number, key: string): Job | undefined {
    return first(this.#unfinishedByKey.all([projectId, key]));
  }

  /** Deletes all but the newest finished jobs of a project, with what they said. */
  keepNewest(projectId: number, keep: number): void {
    this.#database.transaction(() => {
      this.#deleteOldLines.run([projectId, keep]);
      this.#deleteOld.run([projectId, keep]);
    })();
  }

  /** Deletes every job of a project, with what they said. */
  deleteAll(projectId: number): void {
    this.#database.transaction(() => {
      this.#deleteLinesOfProject.run([projectId]);
      this.#deleteOfProject.run([projectId]);
    })();
  }

  setStarted(id: number): Job {
    return first(this.#setStarted.all([now(), id])) as Job;
  }

  /** A job has ended with its last lines: both at once, so that no job says twice that it has. */
  setFinished(id: number, isSuccessful: boolean, lines: readonly string[]): Job {
    return this.#database.transaction(() => {
      for (const line of lines) this.addLine(id, line);
      return first(this.#setFinished.all([now(), isSuccessful ? 1 : 0, id])) as Job;
    })();
  }

  addLine(jobId: number, text: string): void {
    this.#addLine.run([jobId, now(), text]);
  }

  linesSince(id: number, since: string): JobLine[] {
    return this.#linesSince.all([id, since]) as JobLine[];
  }
}

function conditions(
  projectId: number,
  { isFinished, isSuccessful, key, kind, from, until }: JobFilter,
): { where: string; values: (string | number)[] } {
  const parts = ["project_id = ?"];
  const values: (string | number)[] = [projectId];
  function demand(condition: string, value: string | number | undefined): void {
    if (value === undefined) return;
    parts.push(condition);
    values.push(value);
  }
  if (isFinished !== undefined) parts.push(`is_successful IS ${isFinished ? "NOT NULL" : "NULL"}`);
  demand("is_successful = ?", isSuccessful === undefined ? undefined : Number(isSuccessful));
  demand("key = ?", key);
  demand("json_extract(task, '$.kind') = ?", kind);
  demand("created >= ?", from);
  demand("created <= ?", until);
  return { where: parts.join(" AND "), values };
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
