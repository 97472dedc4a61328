import type { EntryPosition } from "@windowscope/protocol";

import type { StoredTask, Task, TaskLease, TaskRecord } from "./task.ts";

type Position = (i: number) => EntryPosition;

/**
 * Writes one task, under the lease of its log. Its methods may be called at any time; they happen one after another.
 *
 * Each throws `FencedError` or `AppendConflictError` when another process has gone on with the task.
 */
export class TaskWriter<T extends Task, M> {
  readonly #logs: TaskLease<T>;
  readonly #id: string;
  readonly #fence: number;
  #record: TaskRecord<T, M>;
  #number: number;
  #next: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(logs: TaskLease<T>, id: string, { task, memo, log }: StoredTask<T, M>, fence: number) {
    this.#logs = logs;
    this.#id = id;
    this.#record = { task, memo };
    this.#number = log.number;
    this.#next = log.next;
    this.#fence = fence;
  }

  get id(): string {
    return this.#id;
  }

  get task(): T {
    return this.#record.task;
  }

  get memo(): M {
    return this.#record.memo;
  }

  /** Changes how the task stands, and tells everybody. Ends its log when that is its end. */
  change(changes: Partial<T>, memo: Partial<M> = {}): Promise<void> {
    return this.#inTurn(() => this.#append(changes, memo, { announces: true }));
  }

  /** Changes how the task stands, and tells only those who follow it. */
  note(changes: Partial<T>): Promise<void> {
    return this.#inTurn(() => this.#append(changes, {}, { announces: false }));
  }

  /**
   * Appends what was found.
   *
   * @param encode Makes the entries, once it knows the place of the first.
   * @param memo Told the number of that first entry.
   */
  add(
    changes: Partial<T>,
    encode: (position: Position) => Uint8Array[],
    memo: (firstSeq: number) => Partial<M> = () => ({}),
  ): Promise<void> {
    return this.#inTurn(async () => {
      const entries = encode((i) => ({ log: this.#number, seq: this.#next + i }));
      await this.#store({ task: { ...this.task, ...changes }, memo: { ...this.memo, ...memo(this.#next) } }, entries);
    });
  }

  /** Throws away what was written; who follows the task is told to start over. */
  restart(changes: Partial<T>, memo: Partial<M> = {}): Promise<void> {
    return this.#inTurn(async () => {
      const { number, next } = await this.#logs.options.runLog.restart(this.#id, this.#fence);
      this.#number = number;
      this.#next = next;
      await this.#append(changes, memo, { announces: true });
    });
  }

  /** Keeps the lease for longer. @returns False when another process has it now. */
  async renew(): Promise<boolean> {
    return (await this.#logs.lease(this.#id)) === this.#fence;
  }

  /** Lets others have the task. */
  release(): Promise<void> {
    return this.#logs.release(this.#id);
  }

  async #append(changes: Partial<T>, memo: Partial<M>, { announces }: { readonly announces: boolean }): Promise<void> {
    const { encode } = this.#logs.options;
    const task = { ...this.task, ...changes };
    const entries = [encode({ log: this.#number, seq: this.#next }, task)];
    const announce = announces ? (position: EntryPosition) => encode(position, task) : undefined;
    await this.#store({ task, memo: { ...this.memo, ...memo } }, entries, announce);
  }

  /** Believes in what it stores only once that is stored. */
  async #store(
    record: TaskRecord<T, M>,
    entries: readonly Uint8Array[],
    announce?: (position: EntryPosition) => Uint8Array,
  ): Promise<void> {
    const meta = JSON.stringify(record);
    const seal = record.task.endedAt !== undefined;
    const append = { log: this.#id, at: this.#next, entries, meta, seal, fence: this.#fence };
    await this.#logs.options.commit([append], announce);
    this.#record = record;
    this.#next += entries.length;
  }

  #inTurn(write: () => Promise<void>): Promise<void> {
    const written = this.#last.then(write);
    this.#last = written.catch(() => undefined);
    return written;
  }
}
