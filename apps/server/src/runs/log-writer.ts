import type { EntryPosition } from "@windowscope/protocol";
import { AppendConflictError, NoSuchLogError, RunLogWriteError, type Append, type LogState } from "@windowscope/runlog";

import { NotShownError } from "./columns.ts";
import { EntriesLostError, isTaken, LogTakenError, type RunStore } from "./run-store.ts";

/** As SPEC.md promises to viewers. */
const MOST_ENTRY_BYTES = 1024 * 1024;

/** A log as its lease was granted, and the record that stood beside it. */
export interface ClaimedLog<R> {
  readonly state: LogState;
  readonly record: R;
  readonly fence: number;
}

/** What a writer has to know of the records that it keeps beside a log. */
export interface RecordKind<R> {
  /** Makes the entry that tells how it stands. */
  readonly encode: (position: EntryPosition, record: R) => Uint8Array;
  /** Whether nothing comes after it: the log ends with it. */
  readonly isOver: (record: R) => boolean;
  /** Whether the log has more than how it stands, which only who wrote it can write again. */
  readonly hasResult: (record: R) => boolean;
  /** The same before there was anything of a result. */
  readonly withoutResult: (record: R) => R;
  readonly withWarning: (record: R, warning: string) => R;
}

/** Makes entries of what is to be stored, once their places are known. */
type Encode<R> = (record: R, position: (i: number) => EntryPosition) => readonly Uint8Array[];

/**
 * Writes one log and the record beside it, as the one holder of the log's lease.
 *
 * What the log refuses for the moment is tried again until it is stored, once. Every method that writes throws
 * `FencedError` or `LogTakenError` when another process has gone on with the log, `EntriesLostError` when it no longer
 * has what was stored in it, `NotShownError` for an entry that is too long, and the signal's reason when it aborts.
 */
export class LogWriter<R> {
  readonly #store: RunStore;
  readonly #kind: RecordKind<R>;
  readonly #signal: AbortSignal;
  readonly #name: string;
  #log: Pick<LogState, "number" | "epoch" | "next">;
  #record: R;
  #fence: number;
  /** Why the last append did not fit, as viewers know already. */
  #told: string | undefined;
  /** One after another: a lease is renewed in between two appends, not during one. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param signal Ends what is still tried; nothing is written any more. */
  constructor(store: RunStore, kind: RecordKind<R>, { state, record, fence }: ClaimedLog<R>, signal: AbortSignal) {
    this.#store = store;
    this.#kind = kind;
    this.#signal = signal;
    this.#name = state.log;
    this.#log = state;
    this.#record = record;
    this.#fence = fence;
  }

  get name(): string {
    return this.#name;
  }

  /** The newest one that is stored. */
  get record(): R {
    return this.#record;
  }

  /**
   * Appends entries, by default the one that tells how it stands.
   *
   * @param change Makes the record that holds from these entries on.
   * @param announces Tells of the new record in the feed too.
   */
  write(
    change: (record: R, next: number) => R,
    { announces, encode = this.#encodeRecord }: { readonly announces: boolean; readonly encode?: Encode<R> },
  ): Promise<void> {
    return this.#inOrder(() => this.#append(change(this.#record, this.#log.next), encode, announces));
  }

  /**
   * Throws away what was written: it is no longer true, or no longer there. Viewers are told to start over.
   */
  restart(): Promise<void> {
    return this.#inOrder(() => this.#restart());
  }

  /** Does what writes, and once more on an emptied log when the log has lost what it had. */
  async untilStored(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (!(error instanceof EntriesLostError)) throw error;
        this.#store.log.warn("The run log has lost entries; writing them again", { log: this.#name });
        await this.restart();
      }
    }
  }

  /**
   * Keeps the lease. A log that the engine has forgotten is brought back, unless an append that is about to come does so.
   *
   * @returns False when another process has the log.
   */
  renew(): Promise<boolean> {
    return this.#inOrder(async () => {
      try {
        return (await this.#store.lease(this.#name)) === this.#fence;
      } catch (error) {
        if (!(error instanceof NoSuchLogError)) throw error;
      }
      if (this.#kind.hasResult(this.#record)) return true;
      try {
        await this.#restart();
        return true;
      } catch (error) {
        if (isTaken(error)) return false;
        throw error;
      }
    });
  }

  release(): Promise<void> {
    return this.#store.release(this.#name);
  }

  readonly #encodeRecord: Encode<R> = (record, position) => [this.#kind.encode(position(0), record)];

  #inOrder<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Stores entries and the record that holds from them on. Believes neither before both are stored. */
  async #append(record: R, encode: Encode<R>, announces: boolean): Promise<void> {
    const stored = await this.#store.insist(this.#name, this.#signal, async () => {
      const append = this.#toAppend(record, encode);
      try {
        await this.#store.append([append], announces ? (at) => this.#kind.encode(at, record) : undefined);
      } catch (error) {
        if (error instanceof RunLogWriteError) await this.#tell(error.message);
        const isAboutLog = error instanceof AppendConflictError || error instanceof NoSuchLogError;
        if (!isAboutLog || error.log !== this.#name) throw error;
        await this.#checkStored(append);
      }
      return append.entries.length;
    });
    this.#record = record;
    this.#log = { ...this.#log, next: this.#log.next + stored };
    this.#told = undefined;
  }

  /** @throws {NotShownError} for an entry that is too long for viewers. */
  #toAppend(record: R, encode: Encode<R>): Append {
    const entries = encode(record, (i) => ({ log: this.#log.number, seq: this.#log.next + i }));
    const longest = entries.reduce((most, { length }) => Math.max(most, length), 0);
    if (longest > MOST_ENTRY_BYTES) {
      throw new NotShownError(
        `The labels, or one window, of the result take ${longest} bytes; a run can show ${MOST_ENTRY_BYTES}.`,
      );
    }
    return {
      log: this.#name,
      at: this.#log.next,
      entries,
      meta: JSON.stringify(record),
      seal: this.#kind.isOver(record),
      fence: this.#fence,
    };
  }

  /** Tells viewers why it does not go on, once. That is short, and may fit where the rest does not. */
  async #tell(warning: string): Promise<void> {
    if (this.#told === warning) return;
    this.#told = warning;
    const record = this.#kind.withWarning(this.#record, warning);
    const append = this.#toAppend(record, this.#encodeRecord);
    try {
      await this.#store.append([append], (position) => this.#kind.encode(position, record));
      this.#log = { ...this.#log, next: this.#log.next + 1 };
    } catch (error) {
      // Whoever tries again what did not fit finds out what is the matter now.
      this.#store.log.debug("Viewers cannot be told what it waits for", { log: this.#name, reason: String(error) });
    }
  }

  /** An append that the log refuses may be there already: it was stored, and the answer was lost on the way. */
  async #checkStored({ log, at, entries, meta }: Append): Promise<void> {
    const state = await this.#store.runLog.stat(log);
    if (state?.epoch !== this.#log.epoch || state.next < at) throw new EntriesLostError(log);
    if (state.next !== at + entries.length || state.meta !== meta) throw new LogTakenError(log);
  }

  async #restart(): Promise<void> {
    const { runLog } = this.#store;
    for (;;) {
      this.#log = await this.#store.insist(this.#name, this.#signal, async () => {
        const isThere = (await runLog.stat(this.#name)) !== undefined;
        await runLog.open(this.#name);
        const fence = await this.#store.lease(this.#name);
        if (fence === undefined || (isThere && fence !== this.#fence)) throw new LogTakenError(this.#name);
        this.#fence = fence;
        return runLog.restart(this.#name, fence);
      });
      try {
        await this.#append(this.#kind.withoutResult(this.#record), this.#encodeRecord, true);
        return;
      } catch (error) {
        if (!(error instanceof EntriesLostError)) throw error;
      }
    }
  }
}
