import { randomBytes } from "node:crypto";

import { NoSuchLogError, type LogState } from "@windowscope/runlog";

import type { StoredTask, Task, TaskLease, TaskLogsOptions, TaskRecord } from "./task.ts";
import { TaskWriter } from "./task-writer.ts";

/** After so long another process may go on with the work of one that gives no sign of life, ms. */
const LEASE_MS = 10_000;

/**
 * Tasks of one kind, on a run log: each has a log of its own, whose entries tell how it stands and what it found, and
 * the log `feed` tells of its states. Who writes a task holds the lease of its log.
 */
export class TaskLogs<T extends Task, M> implements TaskLease<T> {
  readonly options: TaskLogsOptions<T>;

  constructor(options: TaskLogsOptions<T>) {
    this.options = options;
  }

  newId(): string {
    return this.options.prefix + randomBytes(8).toString("hex");
  }

  async create(id: string, task: T, memo: M): Promise<void> {
    const { runLog, commit, encode } = this.options;
    const { number } = await runLog.open(id);
    const meta = JSON.stringify({ task, memo } satisfies TaskRecord<T, M>);
    const entries = [encode({ log: number, seq: 0 }, task)];
    await commit([{ log: id, at: 0, entries, meta }], (position) => encode(position, task));
  }

  async find(id: string): Promise<StoredTask<T, M> | undefined> {
    const { runLog, prefix } = this.options;
    return parse<T, M>(id.startsWith(prefix) ? await runLog.stat(id) : undefined);
  }

  /** The tasks that are not over, the oldest first. */
  async unfinished(): Promise<StoredTask<T, M>[]> {
    const { runLog, prefix } = this.options;
    const states = await runLog.list({ prefix, isSealed: false, limit: Number.MAX_SAFE_INTEGER });
    return states.reverse().flatMap((state) => parse<T, M>(state) ?? []);
  }

  /**
   * A page of a project's tasks, the newest first.
   *
   * @param before Number from an earlier page, to go on behind it.
   * @returns `next`: the number for the next page; `undefined` on the last.
   */
  async list(projectId: number, limit: number, before?: number): Promise<{ tasks: T[]; next: number | undefined }> {
    const { runLog, prefix } = this.options;
    const found: StoredTask<T, M>[] = [];
    for (let behind = before; found.length <= limit;) {
      const states = await runLog.list({ prefix, limit: limit + 1, ...(behind !== undefined && { before: behind }) });
      const stored = states.flatMap((state) => parse<T, M>(state) ?? []);
      found.push(...stored.filter(({ task }) => task.projectId === projectId));
      behind = states.at(-1)?.number;
      if (states.length <= limit) break;
    }
    const shown = found.slice(0, limit);
    return { tasks: shown.map(({ task }) => task), next: found.length > limit ? shown.at(-1)?.log.number : undefined };
  }

  /**
   * Takes a task that is not over, to go on with it.
   *
   * @param force Takes it away from the process that works on it.
   * @returns `undefined` when it is over, and while another process has it.
   */
  async claim(id: string, { force = false } = {}): Promise<TaskWriter<T, M> | undefined> {
    const fence = await this.lease(id, force);
    if (fence === undefined) return undefined;
    // Read under the lease: nobody else writes from here on.
    const stored = await this.find(id);
    if (stored && stored.task.endedAt === undefined) return new TaskWriter(this, id, stored, fence);
    await this.release(id);
    return undefined;
  }

  /** @returns The fence; `undefined` while another process has the log, and when it is gone. */
  async lease(id: string, force = false): Promise<number | undefined> {
    const { runLog, holder } = this.options;
    try {
      return await runLog.lease(id, { holder, ttlMs: LEASE_MS, force });
    } catch (error) {
      if (error instanceof NoSuchLogError) return undefined;
      throw error;
    }
  }

  release(id: string): Promise<void> {
    return this.options.runLog.release(id, this.options.holder);
  }
}

/** A process that died between opening a log and writing to it left no record. */
function parse<T extends Task, M>(log: LogState | undefined): StoredTask<T, M> | undefined {
  return log?.meta === undefined ? undefined : { ...(JSON.parse(log.meta) as TaskRecord<T, M>), log };
}
