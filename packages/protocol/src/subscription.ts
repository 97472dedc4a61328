import type { Entry } from "./entry.ts";
import type { LogPosition, ResetReason, SubscribeFrom } from "./messages.ts";

/** What a subscriber sees of a log, in order. The log's end ends the iteration. */
export type LogEvent =
  | { readonly type: "entries"; readonly entries: readonly Entry[] }
  /** Caught up: what follows happens now. Comes again after each reconnection. */
  | { readonly type: "live" }
  /** Forget what you have; the log starts over. */
  | { readonly type: "reset"; readonly why: ResetReason };

/** Bytes, entries or time since the last one, that the consumer has taken before the server is told. */
const ACK_BYTES = 256 * 1024;
const ACK_ENTRIES = 64;
const ACK_MS = 1_000;
/** A server holds back long before so much waits here, JSON included. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;

interface Waiting {
  readonly event: LogEvent;
  /** The entry that is wanted after it. */
  readonly next: number;
  readonly bytes: number;
  /** Counts the resets before it: a number from before a reset means nothing after it. */
  readonly age: number;
}

/**
 * One log on its way to one consumer: keeps the position over reconnections, drops repeats, and hands events over at
 * the consumer's pace.
 */
export class Subscription {
  readonly log: string;
  /** Names this subscription in control messages. */
  readonly id: number;
  /** The log's number in entries; unknown until the server answered. */
  #number: number | undefined;
  readonly #from: SubscribeFrom;
  #epoch: string | undefined;
  /** The entry that is wanted next. */
  #next = 0;
  #age = 0;
  #isOver = false;
  #failure: Error | undefined;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #wake: (() => void) | undefined;
  #takenSeq = 0;
  #takenBytes = 0;
  #ackedSeq = 0;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #acknowledge: (seq: number) => void;

  /** @param acknowledge Tells the server which entry is wanted next. */
  constructor(id: number, log: string, from: SubscribeFrom, acknowledge: (seq: number) => void) {
    this.id = id;
    this.log = log;
    this.#from = from;
    this.#acknowledge = acknowledge;
  }

  get number(): number | undefined {
    return this.#number;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Where a new connection has to go on: behind what the consumer has taken.
   *
   * What waits here is forgotten, as the server sends it again. Kept, it would grow with each connection that the server
   * closes because the consumer is slow.
   */
  resume(): SubscribeFrom {
    // Another replica may number its logs otherwise.
    this.#number = undefined;
    if (this.#epoch === undefined) return this.#from;
    const first = this.#waiting.find(({ event }) => event.type === "entries");
    if (first?.event.type === "entries") this.#next = first.event.entries[0]?.seq ?? this.#next;
    const resets = this.#waiting.filter(({ event }) => event.type === "reset");
    this.#clear();
    this.#waiting.push(...resets);
    return { epoch: this.#epoch, seq: this.#next };
  }

  /** @returns What is wrong with the server's answer, if something is. */
  begin({ number, epoch, from }: LogPosition & { readonly from: number }): string | undefined {
    if (this.#epoch === undefined) this.#next = from;
    else if (epoch !== this.#epoch || from > this.#next) return "begins elsewhere than was asked for";
    this.#number = number;
    this.#epoch = epoch;
    this.#startAcks();
    return undefined;
  }

  reset({ number, epoch, first, why }: LogPosition & { readonly why: ResetReason }): void {
    this.#number = number;
    this.#epoch = epoch;
    this.#next = first;
    this.#age++;
    this.#startAcks();
    // What waits belongs to the past that the consumer is told to forget.
    this.#clear();
    this.#push({ type: "reset", why }, 0);
  }

  /** @returns What is wrong with the entries, if something is; the caller subscribes anew then. */
  receive(entries: readonly Entry[], bytes: number): string | undefined {
    if (entries.some(({ log }) => log !== this.#number)) return "comes mixed with another log";
    const fresh = entries.filter(({ seq }) => seq >= this.#next);
    if (fresh.some(({ seq }, i) => seq !== this.#next + i)) return "lacks entries";
    if (this.#waitingBytes + bytes > MOST_WAITING_BYTES) return "comes without waiting for acknowledgements";
    this.#next += fresh.length;
    if (fresh.length > 0) this.#push({ type: "entries", entries: fresh }, bytes);
    return undefined;
  }

  caughtUp(): void {
    this.#push({ type: "live" }, 0);
  }

  /** Ends the iteration once everything received has been taken; with an error, by throwing it. */
  finish(failure?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    clearTimeout(this.#ackTimer);
    this.#wake?.();
  }

  /** Ends the iteration at once, whatever waits; with an error, by throwing it. */
  abandon(failure?: Error): void {
    this.#clear();
    this.finish(failure);
  }

  /** Events in order; for one consumer. */
  async *events(): AsyncGenerator<LogEvent, void, undefined> {
    for (;;) {
      const waiting = this.#waiting.shift();
      if (waiting) {
        this.#waitingBytes -= waiting.bytes;
        yield waiting.event;
        this.#taken(waiting);
      } else if (this.#isOver) {
        if (this.#failure) throw this.#failure;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }

  #push(event: LogEvent, bytes: number): void {
    this.#waiting.push({ event, next: this.#next, bytes, age: this.#age });
    this.#waitingBytes += bytes;
    this.#wake?.();
  }

  #clear(): void {
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }

  #startAcks(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    this.#takenBytes = 0;
    this.#takenSeq = this.#ackedSeq = this.#next;
  }

  #taken({ next, bytes, age }: Waiting): void {
    if (this.#isOver || age !== this.#age || next <= this.#ackedSeq) return;
    this.#takenSeq = next;
    this.#takenBytes += bytes;
    if (this.#takenBytes >= ACK_BYTES || next - this.#ackedSeq >= ACK_ENTRIES) this.#tell();
    else this.#ackTimer ??= setTimeout(() => this.#tell(), ACK_MS);
  }

  #tell(): void {
    const next = this.#takenSeq;
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    this.#takenBytes = 0;
    this.#ackedSeq = next;
    this.#acknowledge(next);
  }
}
