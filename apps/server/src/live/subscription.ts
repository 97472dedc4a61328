import type { LogPosition, ResetReason, ServerMessage, SubscribeFrom } from "@windowscope/protocol";
import { NoSuchLogError, type LogSlice, type LogState, type RunLog } from "@windowscope/runlog";

/** What a subscription needs of the connection that it belongs to. */
export interface Outlet {
  /** Bytes handed over and not yet on the wire. */
  readonly bufferedBytes: number;
  tell(message: ServerMessage): void;
  /** The subscription's `roomMade` follows once bytes have gone onto the wire. */
  send(entries: Uint8Array): void;
  /** The subscription cannot go on because of a mistake of the server. */
  fail(error: unknown): void;
}

/** Catching up goes in messages of at most this size. */
const MESSAGE_BYTES = 64 * 1024;
/** With so much waiting for the wire nothing more is read from the log. */
const HIGH_WATER_BYTES = 256 * 1024;
/** So much may be under way without an acknowledgement. */
const MOST_UNACKED_BYTES = 1024 * 1024;

/**
 * One viewer's cursor in one log.
 *
 * There is no queue: what the viewer has not got yet stands in the log, and is read when the wire has room for it. So
 * history and news are the same thing, and nothing can get lost or doubled between them.
 */
export class LogSubscription {
  readonly id: number;
  readonly log: string;
  readonly #runLog: RunLog;
  readonly #outlet: Outlet;
  readonly #unwatch: () => void;
  readonly #unacked: { readonly next: number; readonly bytes: number }[] = [];
  #unackedBytes = 0;
  #heldBackSinceMs = 0;
  #epoch: string;
  #next: number;
  #isLive = false;
  #isOver = false;
  #isPumping = false;
  #isWoken = false;

  private constructor(id: number, runLog: RunLog, outlet: Outlet, state: LogState, from: number) {
    this.id = id;
    this.log = state.log;
    this.#runLog = runLog;
    this.#outlet = outlet;
    this.#epoch = state.epoch;
    this.#next = from;
    this.#unwatch = runLog.watch(state.log, () => this.#pump());
  }

  /** Answers a `sub`, and begins to send. */
  static open(id: number, runLog: RunLog, outlet: Outlet, state: LogState, from: SubscribeFrom): LogSubscription {
    const { seq, why } = startOf(state, from);
    if (why) outlet.tell({ type: "reset", id, ...positionOf(state), why });
    else outlet.tell({ type: "subok", id, ...positionOf(state), from: seq });
    const subscription = new LogSubscription(id, runLog, outlet, state, seq);
    subscription.#pump();
    return subscription;
  }

  /** Whether everything has been said that there is to say. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** For how long the viewer has owed an acknowledgement before it gets more. */
  heldBackMs(nowMs: number): number {
    return this.#isHeldBack ? nowMs - this.#heldBackSinceMs : 0;
  }

  /** @param seq The entry that the viewer wants next. */
  acknowledge(seq: number): void {
    while ((this.#unacked[0]?.next ?? Infinity) <= seq) {
      this.#unackedBytes -= this.#unacked.shift()?.bytes ?? 0;
      this.#heldBackSinceMs = performance.now();
    }
    this.#pump();
  }

  /** The wire has taken something, whichever log it was from. */
  roomMade(): void {
    if (this.#isWoken) this.#pump();
  }

  close(): void {
    this.#isOver = true;
    this.#unwatch();
  }

  /** Sends what there is and what the wire takes. Waking it once too often does no harm. */
  #pump(): void {
    this.#isWoken = true;
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#sendWhileWoken().catch((error: unknown) => {
      if (error instanceof NoSuchLogError) this.#endDeleted();
      else this.#outlet.fail(error);
    });
  }

  async #sendWhileWoken(): Promise<void> {
    try {
      while (this.#isWoken && !this.#isOver && this.#hasRoom()) {
        this.#isWoken = false;
        const position = { epoch: this.#epoch, from: this.#next, maxBytes: MESSAGE_BYTES };
        const read = await this.#runLog.read(this.log, position);
        if (this.#isOver) return;
        if (read.type === "reset") this.#reset(read.state, read.why);
        else this.#send(read);
        if (read.type === "reset" || !read.isAtEnd) this.#isWoken = true;
      }
    } finally {
      // In the same step as the last look at `#isWoken`, or a call for more in between would be forgotten.
      this.#isPumping = false;
    }
  }

  get #isHeldBack(): boolean {
    return this.#unackedBytes >= MOST_UNACKED_BYTES;
  }

  #hasRoom(): boolean {
    return !this.#isHeldBack && this.#outlet.bufferedBytes < HIGH_WATER_BYTES;
  }

  #send({ bytes, next, isAtEnd, isSealed }: LogSlice): void {
    if (bytes.length > 0) {
      this.#next = next;
      this.#unacked.push({ next, bytes: bytes.length });
      this.#unackedBytes += bytes.length;
      this.#heldBackSinceMs = performance.now();
      this.#outlet.send(bytes);
    }
    if (isAtEnd) this.#caughtUp(isSealed);
  }

  #caughtUp(isSealed: boolean): void {
    if (!this.#isLive) this.#outlet.tell({ type: "live", id: this.id, next: this.#next });
    this.#isLive = true;
    if (!isSealed) return;
    this.#outlet.tell({ type: "end", id: this.id, next: this.#next });
    this.close();
  }

  #reset(state: LogState, why: ResetReason): void {
    this.#epoch = state.epoch;
    this.#next = state.first;
    this.#isLive = false;
    this.#unacked.length = 0;
    this.#unackedBytes = 0;
    this.#outlet.tell({ type: "reset", id: this.id, ...positionOf(state), why });
  }

  #endDeleted(): void {
    this.#outlet.tell({ type: "err", id: this.id, code: "no_such_log", message: `The log ${this.log} was deleted.` });
    this.close();
  }
}

/** Number of the first entry to send; `why` when the place that was asked for cannot be served. */
function startOf(state: LogState, from: SubscribeFrom): { seq: number; why?: ResetReason } {
  if (from === "start") return { seq: state.first };
  if (from === "now") return { seq: state.next };
  if ("tail" in from) return { seq: Math.max(state.first, state.next - from.tail) };
  if (from.epoch !== state.epoch) return { seq: state.first, why: "epoch" };
  if (from.seq < state.first) return { seq: state.first, why: "trimmed" };
  return from.seq > state.next ? { seq: state.first, why: "ahead" } : { seq: from.seq };
}

function positionOf({ log, number, epoch, first, next }: LogState): LogPosition {
  return { log, number, epoch, first, next };
}
