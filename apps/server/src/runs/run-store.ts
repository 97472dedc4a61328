import { randomUUID } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";

import { FEED, type EntryPosition } from "@windowscope/protocol";
import {
  AppendConflictError,
  FencedError,
  NoSuchLogError,
  type Append,
  type LogState,
  type RunLog,
} from "@windowscope/runlog";

import { SILENT_LOG, type LogFields, type ServerLog } from "../log.ts";
import { Metrics } from "../metrics.ts";
import { Refusals, type StoreStatus } from "./refusals.ts";

/** Waits; throws the signal's reason when it aborts. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<unknown>;

/** How a process takes part in the work on a run log. What is left out has its default. */
export interface RunStoreOptions {
  /** Names the process; no other one may have the same name. */
  readonly holder?: string;
  /** After so long a process that no longer gives a sign of life is done for, and others take over its work. */
  readonly leaseMs?: number;
  readonly pause?: Pause;
  readonly log?: ServerLog;
  readonly metrics?: Metrics;
  /** Told when the log begins to refuse what has to be stored, why, and when nothing waits any more. */
  readonly onStatus?: (status: StoreStatus) => void;
}

const LEASE_MS = 10_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/**
 * A run log as this process uses it: under its own name, patiently, and with the log `feed` that several processes
 * write to.
 */
export class RunStore {
  readonly runLog: RunLog;
  readonly holder: string;
  readonly leaseMs: number;
  readonly pause: Pause;
  readonly log: ServerLog;
  readonly metrics: Metrics;
  readonly #refusals: Refusals;
  /** Where this process believes the feed to end. */
  #feed = { number: 0, epoch: "", next: 0 };
  /** The furthest end of it that this process has known. */
  #seen = { epoch: "", next: 0 };
  /** Until where this process knows who has announced what. */
  #heard = { epoch: "", next: 0 };
  /** Announcements wait for each other, since each has to know its number. */
  #announced: Promise<unknown> = Promise.resolve();

  constructor(runLog: RunLog, options: RunStoreOptions = {}) {
    this.runLog = runLog;
    this.holder = options.holder ?? randomUUID();
    this.leaseMs = options.leaseMs ?? LEASE_MS;
    this.pause = options.pause ?? ((ms, signal) => timer(ms, undefined, { signal }));
    this.log = options.log ?? SILENT_LOG;
    this.metrics = options.metrics ?? new Metrics();
    this.#refusals = new Refusals(options.onStatus ?? (() => undefined));
  }

  /** How often a lease is renewed. */
  get renewMs(): number {
    return this.leaseMs / 10;
  }

  /**
   * Stores appends, together with an entry of the feed that announces them: all or nothing.
   *
   * @param announce Makes that entry, once its place is known.
   * @throws As `RunLog.append`, but never because of the feed.
   */
  append(appends: readonly Append[], announce?: (position: EntryPosition) => Uint8Array): Promise<void> {
    if (!announce) return this.#append(appends);
    const stored = this.#announced.then(() => this.#announce(appends, announce));
    this.#announced = stored.catch(() => undefined);
    return stored;
  }

  /** Asks for a log's lease. @returns As `RunLog.lease`. */
  lease(log: string, { force = false } = {}): Promise<number | undefined> {
    return this.runLog.lease(log, { holder: this.holder, ttlMs: this.leaseMs, force });
  }

  /** Gives a lease back; when that fails its time runs out all the same. */
  async release(log: string): Promise<void> {
    await this.runLog.release(log, this.holder).catch((error: unknown) => {
      this.log.debug("A lease cannot be given back", { log, error: messageOf(error) });
    });
  }

  /**
   * Does what needs the run log, again and again until the log answers.
   *
   * @throws What does not pass by waiting: that the log stands otherwise than believed, or a mistake of the program.
   * @throws The signal's reason when it aborts.
   */
  async insist<T>(what: string, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
    const waiting = Symbol(what);
    try {
      for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)) {
        signal.throwIfAborted();
        try {
          return await attempt();
        } catch (error) {
          if (!isPassing(error)) throw error;
          this.#refusals.add(waiting, error);
          this.metrics.storeErrors.inc({ error: error.name });
          this.log.warn("The run log refuses; trying again", { what, retryMs, ...causeOf(error) });
        }
        await this.pause(retryMs, signal);
      }
    } finally {
      this.#refusals.delete(waiting);
    }
  }

  /**
   * Reads something of the logs when others have changed what the feed tells, and otherwise does nothing.
   *
   * @param read Is to read all that the feed tells of.
   */
  async whenOthersWrote(read: () => Promise<void>): Promise<void> {
    await this.#announced;
    const { epoch, next } = await this.#openFeed();
    if (epoch === this.#heard.epoch && next === this.#heard.next) return;
    await read();
    this.#heard = { epoch, next };
  }

  async #announce(appends: readonly Append[], announce: (position: EntryPosition) => Uint8Array): Promise<void> {
    for (;;) {
      const { number, epoch, next } = this.#feed;
      try {
        if (epoch === "") throw new NoSuchLogError(FEED);
        const entries = [announce({ log: number, seq: next })];
        await this.#append([...appends, { log: FEED, at: next, entries }]);
        this.#feed = { number, epoch, next: next + 1 };
        this.#see(this.#feed);
        if (epoch === this.#heard.epoch && next === this.#heard.next) this.#heard = { epoch, next: next + 1 };
        return;
      } catch (error) {
        const isAboutLog = error instanceof AppendConflictError || error instanceof NoSuchLogError;
        if (!isAboutLog || error.log !== FEED) throw error;
        this.#feed = await this.#openFeed();
      }
    }
  }

  /** Opened and not only looked for, since viewers may wait for a feed that the engine has forgotten. */
  async #openFeed(): Promise<LogState> {
    let found = await this.runLog.open(FEED);
    const isShorter = () => found.epoch === this.#seen.epoch && found.next < this.#seen.next;
    // The second answer cannot be older than what was seen.
    if (isShorter()) found = await this.runLog.open(FEED);
    // The engine has lost what it had acknowledged: viewers may have seen other entries under the next numbers.
    if (isShorter() || found.isSealed) found = await this.runLog.restart(FEED);
    this.#see(found);
    return found;
  }

  #see({ epoch, next }: Pick<LogState, "epoch" | "next">): void {
    if (epoch !== this.#seen.epoch || next > this.#seen.next) this.#seen = { epoch, next };
  }

  async #append(appends: readonly Append[]): Promise<void> {
    const stop = this.metrics.appendSeconds.startTimer();
    await this.runLog.append(appends);
    stop();
    this.metrics.appendedEntries.inc(appends.reduce((sum, { entries }) => sum + entries.length, 0));
  }
}

/** Another process has taken a log over, or has ended it. */
export class LogTakenError extends Error {
  override readonly name = "LogTakenError";

  constructor(log: string) {
    super(`Another process has gone on with ${log}.`);
  }
}

/** A log no longer has what was stored in it. */
export class EntriesLostError extends Error {
  override readonly name = "EntriesLostError";

  constructor(log: string) {
    super(`Entries of ${log} were stored and are gone.`);
  }
}

/** Whether another process has gone on with a log. */
export function isTaken(error: unknown): boolean {
  return error instanceof FencedError || error instanceof LogTakenError;
}

/** Renews until the signal aborts; a renewal that fails is tried again. @returns Whether the lease was lost. */
export async function keepRenewing(
  store: RunStore,
  renew: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await store.pause(store.renewMs, signal);
      if (!(await renew())) return !signal.aborted;
    } catch (error) {
      if (!signal.aborted) store.log.debug("A lease cannot be renewed now", causeOf(error as Error));
    }
  }
  return false;
}

/**
 * Whether waiting may help: the engine is away or full. The others say that a log stands otherwise than believed, or
 * that the program made a mistake, which it would make again.
 */
function isPassing(error: unknown): error is Error {
  const isFinal =
    isTaken(error) ||
    MISTAKES.some((Mistake) => error instanceof Mistake) ||
    error instanceof AppendConflictError ||
    error instanceof NoSuchLogError ||
    error instanceof EntriesLostError;
  return error instanceof Error && !isFinal && error.name !== "AbortError";
}

const MISTAKES = [TypeError, RangeError, ReferenceError, SyntaxError];

function causeOf(error: Error): LogFields {
  return { error: error.name, reason: error.message };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
