import { NoSuchLogError, type LogSlice, type LogState, type RunLog } from "@windowscope/runlog";

import type { ServerLog } from "../log.ts";
import { Frame } from "./frame.ts";
import type { LiveLimits } from "./limits.ts";
import { Ring } from "./ring.ts";

/** A place in a log that follows its end. */
export interface Cursor {
  /** The log has grown. */
  grown(frame: Frame): void;
  /** The log was sealed, or the end was reached, without a new entry. */
  looked(): void;
  /** The log is no longer what it was: it began anew, or lost entries at one of its ends. */
  moved(state: LogState): void;
  /** The log was deleted and did not come back. */
  vanished(): void;
  /** The log cannot be read for so long that its viewers have better chances elsewhere. */
  failed(error: unknown): void;
}

/**
 * The end of one log, followed for all its viewers together: whatever is new is read once.
 *
 * The run log's hints say when to look. They may get lost, so somebody has to call `check` once in a while.
 */
export class LogTail {
  readonly log: string;
  readonly #runLog: RunLog;
  readonly #limits: LiveLimits;
  readonly #serverLog: ServerLog;
  readonly #onNews: () => void;
  readonly #unwatch: () => void;
  readonly #ring: Ring;
  readonly #cursors = new Set<Cursor>();
  #epoch: string;
  #isSealed: boolean;
  /** Whether the log held nothing behind the ring at the last look. */
  #isAtEnd = true;
  #isReading = false;
  #isWoken = false;
  #isClosed = false;
  #goneSinceMs: number | undefined;
  #failingSinceMs: number | undefined;
  #error: unknown;

  constructor(
    state: LogState,
    parts: {
      readonly runLog: RunLog;
      readonly limits: LiveLimits;
      readonly serverLog: ServerLog;
      /** Called before new entries go to the cursors. */
      readonly onNews: () => void;
    },
  ) {
    this.#onNews = parts.onNews;
    this.log = state.log;
    this.#runLog = parts.runLog;
    this.#limits = parts.limits;
    this.#serverLog = parts.serverLog;
    this.#epoch = state.epoch;
    this.#isSealed = state.isSealed;
    this.#ring = new Ring(parts.limits.ringBytes, state.next);
    this.#unwatch = parts.runLog.watch(state.log, () => this.wake());
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Number of the entry behind the last one that was read. */
  get next(): number {
    return this.#ring.next;
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Nothing is ever appended any more. Holds when `isAtEnd` does. */
  get isSealed(): boolean {
    return this.#isSealed;
  }

  /** The log is gone or cannot be read. Once that is over, every cursor hears of it; until then asking again is no use. */
  get isInTrouble(): boolean {
    return this.#goneSinceMs !== undefined || this.#failingSinceMs !== undefined;
  }

  get cursorCount(): number {
    return this.#cursors.size;
  }

  add(cursor: Cursor): void {
    this.#cursors.add(cursor);
  }

  delete(cursor: Cursor): void {
    this.#cursors.delete(cursor);
  }

  /** Entries from a place on, as far as they are in memory. */
  frameAt(from: number): Frame | undefined {
    return this.#ring.frameAt(from, this.#limits.messageBytes);
  }

  /** Looks whether there is something new. */
  wake(): void {
    this.#isWoken = true;
    if (!this.#isReading) void this.#readWhileWoken();
  }

  /** Looks, and gives up on what has been out of reach for too long. */
  check(nowMs: number): void {
    if (this.#goneSinceMs !== undefined && nowMs - this.#goneSinceMs >= this.#limits.vanishedMs) {
      for (const cursor of this.#cursors) cursor.vanished();
    } else if (this.#failingSinceMs !== undefined && nowMs - this.#failingSinceMs >= this.#limits.logOutageMs) {
      for (const cursor of this.#cursors) cursor.failed(this.#error);
    } else this.wake();
  }

  /** Somebody could not read the log. Once that goes again, every cursor hears of it. */
  trouble(error: unknown): void {
    if (error instanceof NoSuchLogError) {
      this.#goneSinceMs ??= performance.now();
      return;
    }
    if (this.#failingSinceMs === undefined) this.#serverLog.error("Cannot read a log", { log: this.log, err: error });
    this.#failingSinceMs ??= performance.now();
    this.#error = error;
  }

  close(): void {
    this.#isClosed = true;
    this.#unwatch();
  }

  async #readWhileWoken(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#isWoken && !this.#isClosed) {
        this.#isWoken = false;
        await this.#readOnce();
        // More at once than fits a message: others have their turn in between.
        if (!this.#isAtEnd) await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      this.#isWoken = false;
      this.trouble(error);
    } finally {
      // In the same step as the last look at `#isWoken`, or a call for more in between would be forgotten.
      this.#isReading = false;
    }
  }

  async #readOnce(): Promise<void> {
    const position = { epoch: this.#epoch, from: this.#ring.next, maxBytes: this.#limits.messageBytes };
    const read = await this.#runLog.read(this.log, position);
    if (this.#isClosed) return;
    const wasInTrouble = this.isInTrouble;
    this.#goneSinceMs = undefined;
    this.#failingSinceMs = undefined;
    if (read.type === "reset") this.#move(read.state);
    else this.#take(read, wasInTrouble);
    if (!this.#isAtEnd) this.#isWoken = true;
  }

  #take({ bytes, next, isAtEnd, isSealed }: LogSlice, wasInTrouble: boolean): void {
    const isNews = isAtEnd !== this.#isAtEnd || isSealed !== this.#isSealed || wasInTrouble;
    this.#isAtEnd = isAtEnd;
    this.#isSealed = isSealed;
    if (bytes.length > 0) {
      const frame = new Frame(this.#ring.next, next, [bytes]);
      this.#ring.push(frame);
      this.#onNews();
      for (const cursor of this.#cursors) cursor.grown(frame);
    } else if (isNews) {
      for (const cursor of this.#cursors) cursor.looked();
    }
  }

  #move(state: LogState): void {
    this.#epoch = state.epoch;
    this.#isSealed = state.isSealed;
    this.#isAtEnd = true;
    this.#ring.clear(state.next);
    for (const cursor of this.#cursors) cursor.moved(state);
  }
}
