import type { Entry } from "./entry.ts";
import type { LogPosition, ResetReason, SubscribeFrom } from "./messages.ts";

/** What a subscriber sees of a log, in order. The log's end ends the iteration. */
export type LogEvent =
  | { readonly type: "entries"; readonly entries: readonly Entry[] }
  /** Caught up: what follows happens now. Comes again after each reconnection. */
  | { readonly type: "live" }
  /** Forget what you have; the log starts over. */
  | { readonly type: "reset"; readonly why: ResetReason };

/** Bytes, or entries, that the consumer has taken before the server is told. */
const ACK_BYTES = 128 * 1024;
const ACK_ENTRIES = 64;

/**
 * One log on its way to one consumer: keeps the position over reconnections, drops repeats, and hands events over at
 * the consumer's pace.
 */
export class Subscription {
  readonly log: string;
  /** Names this subscription in control messages. */
  readonly id: number;
  /** The log's number in entries; unknown until the server answered. */
  number: number | undefined;

  #from: SubscribeFrom;
  #epoch: string | undefined;
  /** The entry that is wanted next. */
  #next = 0;
  #isOver = false;
  #failure: Error | undefined;
  readonly #queue: { event: LogEvent; next: number; bytes: number }[] = [];
  #wake: (() => void) | undefined;
  #consumedBytes = 0;
  #ackedSeq = 0;
  readonly #acknowledge: (seq: number) => void;

  /** @param acknowledge Tells the server which entry is wanted next. */
  constructor(id: number, log: string, from: SubscribeFrom, acknowledge: (seq: number) => void) {
    this.id = id;
    this.log = log;
    this.#from = from;
    this.#acknowledge = acknowledge;
  }

  /**
   * Where a new connection has to go on: behind what the consumer has taken.
   *
   * What waits here is forgotten, as the server sends it again. Kept, it would grow with each connection that the server
   * closes because the consumer is slow.
   */
  resume(): SubscribeFrom {
    if (this.#epoch === undefined) return this.#from;
    const first = this.#queue.find(({ event }) => event.type === "entries");
    if (first?.event.type === "entries") this.#next = first.event.entries[0]?.seq ?? this.#next;
    const resets = this.#queue.filter(({ event }) => event.type === "reset");
    this.#queue.length = 0;
    this.#queue.push(...resets);
    return { epoch: this.#epoch, seq: this.#next };
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  begin(position: LogPosition & { readonly from: number }): void {
    this.number = position.number;
    this.#epoch = position.epoch;
    this.#next = position.from;
    this.#ackedSeq = position.from;
  }

  reset({ number, epoch, first, why }: LogPosition & { readonly why: ResetReason }): void {
    this.number = number;
    this.#epoch = epoch;
    this.#next = first;
    this.#ackedSeq = first;
    // What waits belongs to the past that the consumer is told to forget.
    this.#queue.length = 0;
    this.#push({ type: "reset", why }, 0);
  }

  /** @returns False when an entry is missing, so that the caller subscribes anew. */
  receive(entries: readonly Entry[], bytes: number): boolean {
    const fresh = entries.filter(({ seq }) => seq >= this.#next);
    if (fresh.some(({ seq }, i) => seq !== this.#next + i)) return false;
    this.#next += fresh.length;
    if (fresh.length > 0) this.#push({ type: "entries", entries: fresh }, bytes);
    return true;
  }

  caughtUp(): void {
    this.#push({ type: "live" }, 0);
  }

  /** Ends the iteration once everything received has been taken; with an error, by throwing it. */
  finish(failure?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    this.#wake?.();
  }

  async *events(): AsyncGenerator<LogEvent, void, undefined> {
    for (;;) {
      const queued = this.#queue.shift();
      if (queued) {
        yield queued.event;
        this.#taken(queued);
      } else if (this.#isOver) {
        if (this.#failure) throw this.#failure;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }

  #push(event: LogEvent, bytes: number): void {
    this.#queue.push({ event, next: this.#next, bytes });
    this.#wake?.();
  }

  #taken({ next, bytes }: { readonly next: number; readonly bytes: number }): void {
    this.#consumedBytes += bytes;
    if (this.#consumedBytes < ACK_BYTES && next - this.#ackedSeq < ACK_ENTRIES) return;
    this.#consumedBytes = 0;
    this.#ackedSeq = next;
    this.#acknowledge(next);
  }
}
