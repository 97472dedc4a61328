import type { LogPosition, ResetReason, ServerMessage, SubscribeFrom } from "@windowscope/protocol";
import type { LogState } from "@windowscope/runlog";

import type { LogFind, LogPlace, Reader } from "./catch-up.ts";
import type { Frame } from "./frame.ts";
import type { Cursor, LogTail } from "./log-tail.ts";
import type { LogTails } from "./log-tails.ts";
import { Unacked } from "./unacked.ts";

/** What a subscription needs of the connection that it belongs to. */
export interface Outlet {
  /** Whether the wire takes another message at the moment. Once it does again, `roomMade` is called. */
  readonly hasRoom: boolean;
  /** Whether the viewer says what has arrived. */
  readonly isAcknowledged: boolean;
  tell(message: ServerMessage): void;
  send(frame: Frame, epoch: string): void;
  /** The subscription cannot go on because of a mistake of the server. */
  fail(error: unknown): void;
}

/**
 * One viewer's cursor in one log.
 *
 * There is no queue: what the viewer has not got yet stands in the log or in the ring of its tail, and goes out when the
 * wire has room for it. So history and news are the same thing, and nothing can get lost or doubled between them.
 */
export class LogSubscription implements Cursor, Reader {
  readonly id: number;
  readonly #outlet: Outlet;
  readonly #tails: LogTails;
  readonly #tail: LogTail;
  readonly #unacked: Unacked;
  #epoch: string;
  #next: number;
  #failingSinceMs: number | undefined;
  #isLive = false;
  #isOver = false;

  private constructor(
    id: number,
    place: { readonly state: LogState; readonly from: number },
    { outlet, tails }: { readonly outlet: Outlet; readonly tails: LogTails },
  ) {
    this.id = id;
    this.#outlet = outlet;
    this.#tails = tails;
    this.#epoch = place.state.epoch;
    this.#next = place.from;
    this.#unacked = new Unacked(outlet.isAcknowledged ? tails.limits.unackedBytes : Infinity);
    this.#tail = tails.follow(place.state, this);
  }

  /** Answers a `sub`, and begins to send. */
  static open(
    { id, state, from }: { readonly id: number; readonly state: LogState; readonly from: SubscribeFrom },
    parts: { readonly outlet: Outlet; readonly tails: LogTails },
  ): LogSubscription {
    const { seq, why } = startOf(state, from);
    if (why) parts.outlet.tell({ type: "reset", id, ...positionOf(state), why });
    else parts.outlet.tell({ type: "subok", id, ...positionOf(state), from: seq });
    const subscription = new LogSubscription(id, { state, from: seq }, parts);
    subscription.#goOn();
    return subscription;
  }

  get log(): string {
    return this.#tail.log;
  }

  /** Whether everything has been said that there is to say. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Entries that the log has and the viewer has not. */
  get lag(): number {
    return Math.max(0, this.#tail.next - this.#next) + this.#unacked.entries;
  }

  /** For how long the viewer has owed an acknowledgement before it gets more. */
  heldBackMs(nowMs: number): number {
    return this.#unacked.fullForMs(nowMs);
  }

  /** @param seq The entry that the viewer wants next. @returns Whether that was news. */
  acknowledge(seq: number): boolean {
    const isNews = this.#unacked.acknowledge(seq);
    if (isNews) this.#goOn();
    return isNews;
  }

  /** The wire has taken something, whichever log it was from. */
  roomMade(): void {
    this.#goOn();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tails.leave(this.#tail, this);
  }

  grown(frame: Frame): void {
    // Who has everything before gets it at once; the others on their way there.
    if (this.#next === frame.from && this.#isOfTail && this.#canSend) this.#send(frame);
    const hasAll = this.#isLive && this.#next === this.#tail.next && this.#isOfTail && !this.#tail.isSealed;
    if (!hasAll) this.#goOn();
  }

  looked(): void {
    this.#goOn();
  }

  moved(state: LogState): void {
    if (this.#isOver) return;
    const { why } = startOf(state, { epoch: this.#epoch, seq: this.#next });
    if (why) this.#reset(state, why);
    this.#goOn();
  }

  vanished(): void {
    if (this.#isOver) return;
    this.#outlet.tell({ type: "err", id: this.id, code: "no_such_log", message: `The log ${this.log} was deleted.` });
    this.close();
  }

  failed(error: unknown): void {
    this.#outlet.fail(error);
  }

  catchUp(): LogPlace | "again" | undefined {
    if (this.#isOver || this.#isAtTail || !this.#canSend) return undefined;
    const frame = this.#isOfTail ? this.#tail.frameAt(this.#next) : undefined;
    if (!frame) return this.#tail.isInTrouble ? undefined : { log: this.log, epoch: this.#epoch, from: this.#next };
    this.#send(frame);
    this.#settle();
    return this.#isOver || this.#isAtTail ? undefined : "again";
  }

  found(place: LogPlace, find: LogFind): void {
    if (this.#isOver || place.epoch !== this.#epoch || place.from !== this.#next) return;
    switch (find.type) {
      case "frame":
        this.#failingSinceMs = undefined;
        if (find.frame.bytes.length === 0) this.#tail.wake();
        else if (this.#canSend) this.#send(find.frame);
        this.#settle();
        break;
      case "reset":
        this.#reset(find.state, find.why);
        this.#settle();
        break;
      case "error":
        this.#tail.trouble(find.error);
        this.#failingSinceMs ??= performance.now();
        if (performance.now() - this.#failingSinceMs >= this.#tails.limits.logOutageMs) this.#outlet.fail(find.error);
        break;
      default:
        find satisfies never;
    }
  }

  /** Says what there is to say at the end, or asks for a turn to get there. */
  #goOn(): void {
    this.#settle();
    if (!this.#isOver && !this.#isAtTail && this.#canSend) this.#tails.catchUp.request(this);
  }

  get #isOfTail(): boolean {
    return this.#epoch === this.#tail.epoch;
  }

  get #isAtTail(): boolean {
    return this.#isOfTail && this.#next >= this.#tail.next;
  }

  get #canSend(): boolean {
    return !this.#isOver && !this.#unacked.isFull && this.#outlet.hasRoom;
  }

  #send(frame: Frame): void {
    this.#next = frame.next;
    this.#unacked.add(frame);
    this.#outlet.send(frame, this.#epoch);
  }

  #settle(): void {
    if (this.#isOver || !this.#isOfTail || this.#next < this.#tail.next) return;
    if (this.#next > this.#tail.next) {
      this.#tail.wake();
      return;
    }
    if (!this.#tail.isAtEnd) return;
    if (!this.#isLive) this.#outlet.tell({ type: "live", id: this.id, next: this.#next });
    this.#isLive = true;
    if (!this.#tail.isSealed) return;
    this.#outlet.tell({ type: "end", id: this.id, next: this.#next });
    this.close();
  }

  #reset(state: LogState, why: ResetReason): void {
    this.#epoch = state.epoch;
    this.#next = state.first;
    this.#isLive = false;
    this.#unacked.clear();
    this.#tails.catchUp.forget();
    // The tail may not have heard of it yet.
    if (!this.#isOfTail) this.#tail.wake();
    this.#outlet.tell({ type: "reset", id: this.id, ...positionOf(state), why });
  }
}

/** Number of the first entry to send; `why` when the place that was asked for cannot be served. */
export function startOf(state: LogState, from: SubscribeFrom): { seq: number; why?: ResetReason } {
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
