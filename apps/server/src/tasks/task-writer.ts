import type { EntryPosition } from "@windowscope/protocol";

import { LogWriter, type ClaimedLog } from "../runs/log-writer.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { Task, TaskKind, TaskRecord } from "./task.ts";

/**
 * Writes one task, as the one holder of the lease of its log. Its methods may be called at any time; they happen one
 * after another. Each throws as those of `LogWriter` do.
 */
export class TaskWriter<T extends Task, M> {
  readonly #log: LogWriter<TaskRecord<T, M>>;

  /** @param signal Ends what is still tried; nothing is written any more. */
  constructor(store: RunStore, kind: TaskKind<T, M>, claimed: ClaimedLog<TaskRecord<T, M>>, signal: AbortSignal) {
    const records = {
      encode: (position: EntryPosition, { task }: TaskRecord<T, M>) => kind.encode(position, task),
      isOver: ({ task }: TaskRecord<T, M>) => task.endedAt !== undefined,
      hasResult: ({ task }: TaskRecord<T, M>) => kind.hasResult(task),
      withoutResult: kind.withoutResult,
      withWarning: ({ task, memo }: TaskRecord<T, M>, warning: string) => ({ task: { ...task, warning }, memo }),
    };
    this.#log = new LogWriter(store, records, claimed, signal);
  }

  get id(): string {
    return this.#log.name;
  }

  get task(): T {
    return this.#log.record.task;
  }

  get memo(): M {
    return this.#log.record.memo;
  }

  /** Changes how the task stands, and tells everybody. Ends its log when that is its end. */
  change(changes: Partial<T>, memo: Partial<M> = {}): Promise<void> {
    return this.#log.write((record) => changed(record, changes, memo), { announces: true });
  }

  /** Changes how the task stands, and tells only those who follow it. */
  note(changes: Partial<T>): Promise<void> {
    return this.#log.write((record) => changed(record, changes), { announces: false });
  }

  /**
   * Appends what was found.
   *
   * @param encode Makes the entries, once it knows the place of the first.
   * @param memo Told the number of that first entry.
   */
  add(
    changes: Partial<T>,
    encode: (position: (i: number) => EntryPosition) => Uint8Array[],
    memo: (firstSeq: number) => Partial<M> = () => ({}),
  ): Promise<void> {
    return this.#log.write((record, next) => changed(record, changes, memo(next)), {
      announces: false,
      encode: (_record, position) => encode(position),
    });
  }

  /** As `LogWriter.restart`. */
  restart(): Promise<void> {
    return this.#log.restart();
  }

  /** As `LogWriter.untilStored`. */
  untilStored(write: () => Promise<void>): Promise<void> {
    return this.#log.untilStored(write);
  }

  /** As `LogWriter.renew`. */
  renew(): Promise<boolean> {
    return this.#log.renew();
  }

  /** Lets others have the task. */
  release(): Promise<void> {
    return this.#log.release();
  }
}

function changed<T, M>(
  { task, memo }: { readonly task: T; readonly memo: M },
  changes: Partial<T>,
  memoChanges: Partial<M> = {},
): { readonly task: T; readonly memo: M } {
  return { task: { ...task, ...changes }, memo: { ...memo, ...memoChanges } };
}
