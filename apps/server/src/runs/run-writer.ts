import { encodeRun, isOver, type EntryPosition, type Run } from "@windowscope/protocol";
import { AppendConflictError, NoSuchLogError, RunLogWriteError, type Append, type LogState } from "@windowscope/runlog";

import { NotShownError } from "./columns.ts";
import { withoutResult, type RunRecord, type RunRequest, type Tally } from "./run-record.ts";
import { EntriesLostError, isTaken, LogTakenError, type RunStore } from "./run-store.ts";

/** As SPEC.md promises to viewers. */
const MOST_ENTRY_BYTES = 1024 * 1024;

type Encode = (run: Run, position: (i: number) => EntryPosition) => readonly Uint8Array[];

/** A run's log as its lease was granted, and what stood beside it. */
export interface ClaimedRun {
  readonly state: LogState;
  readonly record: RunRecord;
  readonly fence: number;
}

/**
 * Writes one run, as the one holder of the lease of its log.
 *
 * What the log refuses for the moment is tried again until it is stored, once. Every method that writes throws
 * `FencedError` or `LogTakenError` when another process has gone on with the run, `EntriesLostError` when the log no
 * longer has what was stored in it, `NotShownError` for an entry that is too long, and the signal's reason when it aborts.
 */
export class RunWriter {
  readonly #store: RunStore;
  readonly #signal: AbortSignal;
  readonly #runId: string;
  #log: Pick<LogState, "number" | "epoch" | "next">;
  #record: RunRecord;
  #fence: number;
  /** Why the last append did not fit, as viewers know already. */
  #told: string | undefined;
  /** One after another: a lease is renewed in between two appends, not during one. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param signal Ends what is still tried; nothing is written any more. */
  constructor(store: RunStore, { state, record, fence }: ClaimedRun, signal: AbortSignal) {
    this.#store = store;
    this.#signal = signal;
    this.#runId = record.run.runId;
    this.#log = state;
    this.#record = record;
    this.#fence = fence;
  }

  get run(): Run {
    return this.#record.run;
  }

  get request(): RunRequest {
    return this.#record.request;
  }

  get fingerprint(): string | undefined {
    return this.#record.fingerprint;
  }

  get jobId(): number | undefined {
    return this.#record.jobId;
  }

  /** Changes the state, and ends the log when the new state is one that stays. */
  change(changes: Partial<Run>, jobId?: number): Promise<void> {
    return this.#write(
      (record) => ({ ...record, run: { ...record.run, ...changes }, jobId: jobId ?? record.jobId }),
      (run, position) => [encodeRun(position(0), run)],
      { announces: true },
    );
  }

  /**
   * Begins the result: what holds for all of it, and its signal.
   *
   * @param encodeReadings Makes the entries of the signal, once it knows the place of the first.
   */
  begin(
    changes: Pick<Run, "state" | "result"> & { readonly warning: string | undefined },
    fingerprint: string,
    encodeReadings: (position: (i: number) => EntryPosition) => Uint8Array[],
  ): Promise<void> {
    return this.#write(
      (record) => ({ ...record, run: { ...record.run, ...changes }, fingerprint }),
      (run, position) => [encodeRun(position(0), run), ...encodeReadings((i) => position(i + 1))],
      { announces: true },
    );
  }

  /**
   * Appends windows; what is announced of them is only the tally, at the end.
   *
   * @param encode Makes their entries, once it knows the place of the first.
   */
  appendWindows(encode: (position: (i: number) => EntryPosition) => Uint8Array[], tally: Tally): Promise<void> {
    return this.#write(
      (record) => ({ ...record, run: { ...record.run, ...tally } }),
      (_run, position) => encode(position),
      { announces: false },
    );
  }

  /** Throws away what was written: it is no longer true, or no longer there. Viewers are told to start over. */
  restart(): Promise<void> {
    return this.#inOrder(() => this.#restart());
  }

  /**
   * Keeps the lease. A log that the engine has forgotten is brought back, unless an append that is about to come does so.
   *
   * @returns False when another process has the log.
   */
  renew(): Promise<boolean> {
    return this.#inOrder(async () => {
      try {
        return (await this.#store.lease(this.#runId)) === this.#fence;
      } catch (error) {
        if (!(error instanceof NoSuchLogError)) throw error;
      }
      if (this.run.result !== undefined) return true;
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
    return this.#store.release(this.#runId);
  }

  #inOrder<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #write(change: (record: RunRecord) => RunRecord, encode: Encode, { announces }: { announces: boolean }) {
    return this.#inOrder(() => this.#append(change(this.#record), encode, announces));
  }

  /** Stores entries and the record that holds from them on. Believes neither before both are stored. */
  async #append(record: RunRecord, encode: Encode, announces: boolean): Promise<void> {
    const stored = await this.#store.insist(this.#runId, this.#signal, async () => {
      const append = this.#toAppend(record, encode);
      try {
        await this.#store.append([append], announces ? (position) => encodeRun(position, record.run) : undefined);
      } catch (error) {
        if (error instanceof RunLogWriteError) await this.#tell(error.message);
        const isAboutLog = error instanceof AppendConflictError || error instanceof NoSuchLogError;
        if (!isAboutLog || error.log !== this.#runId) throw error;
        await this.#checkStored(append);
      }
      return append.entries.length;
    });
    this.#record = record;
    this.#log = { ...this.#log, next: this.#log.next + stored };
    this.#told = undefined;
  }

  /** @throws {NotShownError} for an entry that is too long for viewers. */
  #toAppend(record: RunRecord, encode: Encode): Append {
    const entries = encode(record.run, (i) => ({ log: this.#log.number, seq: this.#log.next + i }));
    const longest = entries.reduce((most, { length }) => Math.max(most, length), 0);
    if (longest > MOST_ENTRY_BYTES) {
      throw new NotShownError(
        `The labels, or one window, of the result take ${longest} bytes; a run can show ${MOST_ENTRY_BYTES}.`,
      );
    }
    return {
      log: this.#runId,
      at: this.#log.next,
      entries,
      meta: JSON.stringify(record),
      seal: isOver(record.run.state),
      fence: this.#fence,
    };
  }

  /** Tells viewers why a run does not go on, once. That is short, and may fit where the rest does not. */
  async #tell(warning: string): Promise<void> {
    if (this.#told === warning) return;
    this.#told = warning;
    const run = { ...this.#record.run, warning };
    const append = this.#toAppend({ ...this.#record, run }, (_run, position) => [encodeRun(position(0), run)]);
    try {
      await this.#store.append([append], (position) => encodeRun(position, run));
      this.#log = { ...this.#log, next: this.#log.next + 1 };
    } catch (error) {
      // Whoever tries again what did not fit finds out what is the matter now.
      this.#store.log.debug("A run cannot be told why it waits", { runId: this.#runId, reason: String(error) });
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
      this.#log = await this.#store.insist(this.#runId, this.#signal, async () => {
        const isThere = (await runLog.stat(this.#runId)) !== undefined;
        await runLog.open(this.#runId);
        const fence = await this.#store.lease(this.#runId);
        if (fence === undefined || (isThere && fence !== this.#fence)) throw new LogTakenError(this.#runId);
        this.#fence = fence;
        return runLog.restart(this.#runId, fence);
      });
      try {
        await this.#append(withoutResult(this.#record), (run, position) => [encodeRun(position(0), run)], true);
        return;
      } catch (error) {
        if (!(error instanceof EntriesLostError)) throw error;
      }
    }
  }
}
