import { randomBytes } from "node:crypto";

import { AppendConflictError, NoSuchLogError, type Append, type LogState } from "@windowscope/runlog";

import type { RunStore } from "../runs/run-store.ts";
import type { StoredTask, Task, TaskKind, TaskRecord } from "./task.ts";
import { TaskWriter } from "./task-writer.ts";

/**
 * Tasks of one kind, on a run log: each has a log of its own, whose entries tell how it stands and what it found, and
 * the log `feed` tells of its states. Who writes a task holds the lease of its log.
 */
export class TaskLogs<T extends Task, M> {
  readonly store: RunStore;
  readonly #kind: TaskKind<T, M>;

  constructor(store: RunStore, kind: TaskKind<T, M>) {
    this.store = store;
    this.#kind = kind;
  }

  newId(): string {
    return this.#kind.prefix + randomBytes(8).toString("hex");
  }

  /** @param together What has to be stored with the new task or not at all. */
  async create(id: string, task: T, memo: M, together: readonly Append[]): Promise<void> {
    const { encode } = this.#kind;
    const { number } = await this.store.runLog.open(id);
    const meta = JSON.stringify({ task, memo } satisfies TaskRecord<T, M>);
    const append = { log: id, at: 0, entries: [encode({ log: number, seq: 0 }, task)], meta };
    try {
      await this.store.append([...together, append], (position) => encode(position, task));
    } catch (error) {
      // Nobody else creates this task: it was stored, and the answer was lost on the way.
      if (!(error instanceof AppendConflictError) || error.log !== id) throw error;
    }
  }

  async find(id: string): Promise<StoredTask<T, M> | undefined> {
    return parse<T, M>(id.startsWith(this.#kind.prefix) ? await this.store.runLog.stat(id) : undefined);
  }

  /** The tasks that are not over, the oldest first. */
  async unfinished(): Promise<StoredTask<T, M>[]> {
    const { prefix } = this.#kind;
    const states = await this.store.runLog.list({ prefix, isSealed: false, limit: Number.MAX_SAFE_INTEGER });
    return states.reverse().flatMap((state) => parse<T, M>(state) ?? []);
  }

  /**
   * A page of a project's tasks, the newest first.
   *
   * @param before Number from an earlier page, to go on behind it.
   * @returns `next`: the number for the next page; `undefined` on the last.
   */
  async list(projectId: number, limit: number, before?: number): Promise<{ tasks: T[]; next: number | undefined }> {
    const { prefix } = this.#kind;
    const found: StoredTask<T, M>[] = [];
    for (let behind = before; found.length <= limit;) {
      const states = await this.store.runLog.list({
        prefix,
        limit: limit + 1,
        ...(behind !== undefined && { before: behind }),
      });
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
   * @param signal Ends what the writer still tries.
   * @param force Takes it away from the process that works on it.
   * @returns `undefined` when it is over, and while another process has it.
   */
  async claim(id: string, signal: AbortSignal, { force = false } = {}): Promise<TaskWriter<T, M> | undefined> {
    let fence: number | undefined;
    try {
      fence = await this.store.lease(id, { force });
    } catch (error) {
      if (!(error instanceof NoSuchLogError)) throw error;
    }
    if (fence === undefined) return undefined;
    // Read under the lease: nobody else writes from here on.
    const stored = await this.find(id);
    if (!stored || stored.task.endedAt !== undefined) {
      await this.store.release(id);
      return undefined;
    }
    const { task, memo, log: state } = stored;
    const writer = new TaskWriter(this.store, this.#kind, { state, record: { task, memo }, fence }, signal);
    // Somebody died between emptying a log and beginning it anew.
    if (state.next === 0) await writer.restart();
    return writer;
  }
}

/** A process that died between opening a log and writing to it left no record. */
function parse<T extends Task, M>(log: LogState | undefined): StoredTask<T, M> | undefined {
  return log?.meta === undefined ? undefined : { ...(JSON.parse(log.meta) as TaskRecord<T, M>), log };
}
