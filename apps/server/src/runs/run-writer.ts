import { encodeRun, isOver, type EntryPosition, type Run } from "@windowscope/protocol";

import { LogWriter, type ClaimedLog, type RecordKind } from "./log-writer.ts";
import { withoutResult, type RunRecord, type RunRequest, type Tally } from "./run-record.ts";
import type { RunStore } from "./run-store.ts";

const RUN_RECORDS: RecordKind<RunRecord> = {
  encode: (position, { run }) => encodeRun(position, run),
  isOver: ({ run }) => isOver(run.state),
  hasResult: ({ run }) => run.result !== undefined,
  withoutResult,
  withWarning: (record, warning) => ({ ...record, run: { ...record.run, warning } }),
};

/** Writes one run, as the one holder of the lease of its log. Each method throws as those of `LogWriter` do. */
export class RunWriter {
  readonly #log: LogWriter<RunRecord>;

  /** @param signal Ends what is still tried; nothing is written any more. */
  constructor(store: RunStore, claimed: ClaimedLog<RunRecord>, signal: AbortSignal) {
    this.#log = new LogWriter(store, RUN_RECORDS, claimed, signal);
  }

  get run(): Run {
    return this.#log.record.run;
  }

  get request(): RunRequest {
    return this.#log.record.request;
  }

  get fingerprint(): string | undefined {
    return this.#log.record.fingerprint;
  }

  get jobId(): number | undefined {
    return this.#log.record.jobId;
  }

  /** Changes the state, and ends the log when the new state is one that stays. */
  change(changes: Partial<Run>, jobId?: number): Promise<void> {
    return this.#log.write(
      (record) => ({ ...record, run: { ...record.run, ...changes }, jobId: jobId ?? record.jobId }),
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
    return this.#log.write((record) => ({ ...record, run: { ...record.run, ...changes }, fingerprint }), {
      announces: true,
      encode: ({ run }, position) => [encodeRun(position(0), run), ...encodeReadings((i) => position(i + 1))],
    });
  }

  /**
   * Appends windows; what is announced of them is only the tally, at the end.
   *
   * @param encode Makes their entries, once it knows the place of the first.
   */
  appendWindows(encode: (position: (i: number) => EntryPosition) => Uint8Array[], tally: Tally): Promise<void> {
    return this.#log.write((record) => ({ ...record, run: { ...record.run, ...tally } }), {
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

  release(): Promise<void> {
    return this.#log.release();
  }
}
