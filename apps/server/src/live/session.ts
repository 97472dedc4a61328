import {
  BadMessageError,
  CLOSE,
  parseClientMessage,
  type ClientMessage,
  type ServerMessage,
} from "@windowscope/protocol";

import type { Grant } from "../access/access.ts";
import { ControlRate } from "./control-rate.ts";
import type { Frame } from "./frame.ts";
import type { LiveLimits } from "./limits.ts";
import { Liveness } from "./liveness.ts";
import type { Message } from "./message.ts";
import { LogSubscription, type Outlet } from "./subscription.ts";
import { Subscriptions } from "./subscriptions.ts";
import { isPublicLog, type LiveParts, type StatusMessage, type Viewer } from "./viewer.ts";

/** The part of a WebSocket that a session uses, so that a test needs no network. */
export interface ViewerSocket {
  readonly bufferedAmount: number;
  send(text: string, onSent?: () => void): void;
  /** Sends what is encoded already. */
  sendMessage(message: Message, onSent?: () => void): void;
  close(code: number, reason: string): void;
  ping(): void;
  /** Drops the connection without a word. */
  terminate(): void;
}

/** One viewer's connection: greets, subscribes, keeps the connection alive, ends it when it is of no use. */
export class ViewerSession implements Outlet, Viewer {
  readonly isAcknowledged = true;
  readonly #socket: ViewerSocket;
  readonly #parts: LiveParts;
  readonly #rate: ControlRate;
  readonly #subscriptions = new Subscriptions();
  #subscriptionsEver = 0;
  #greeting: "awaited" | "checked" | "done" = "awaited";
  /** Messages that came while the ticket was being checked. */
  #held: ClientMessage[] = [];
  #grant: Grant | undefined;
  #wantsJson = false;
  readonly #openedMs = performance.now();
  readonly #liveness: Liveness;
  /** With no more than this waiting, another message stays below the high-water mark. */
  readonly #roomBytes: number;
  #isClosed = false;

  constructor(socket: ViewerSocket, parts: LiveParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#rate = new ControlRate(this.#limits);
    this.#liveness = new Liveness(this.#limits, this.#openedMs);
    this.#roomBytes = this.#limits.highWaterBytes - this.#limits.messageBytes;
  }

  /** A frame came in. @param data The text; `undefined` for a binary frame, which a client never sends. */
  received(data: string | undefined): void {
    if (this.#isClosed) return;
    this.heard();
    try {
      if (data === undefined) throw new BadMessageError("A client sends text.");
      this.#receive(parseClientMessage(data));
    } catch (error) {
      if (!(error instanceof BadMessageError)) throw error;
      this.close(CLOSE.badMessage, error.message);
    }
  }

  /** The viewer has given a sign of life. */
  heard(): void {
    this.#liveness.heard();
  }

  get session(): string | undefined {
    return this.#grant?.session;
  }

  get bufferedBytes(): number {
    return this.#isClosed ? 0 : this.#socket.bufferedAmount;
  }

  get subscriptionCount(): number {
    return [...this.#subscriptions.open()].length;
  }

  get lag(): number {
    let most = 0;
    for (const subscription of this.#subscriptions.open()) most = Math.max(most, subscription.lag);
    return most;
  }

  setStatus(status: StatusMessage): void {
    if (this.#greeting === "done") this.tell(status);
  }

  sayGoodbye(inMs: number): void {
    this.tell({ type: "bye", inMs });
    this.close(CLOSE.restart, "the server restarts");
  }

  tick(nowMs: number): void {
    if (this.#isClosed) return;
    if (this.#greeting === "awaited" && nowMs - this.#openedMs >= this.#limits.helloMs) {
      this.close(CLOSE.helloTimeout, `no hello within ${this.#limits.helloMs} ms`);
    } else if (this.#grant && Date.now() >= this.#grant.expiresAtMs) {
      this.close(CLOSE.credentialsExpired, "the time of the ticket is over");
    } else if (this.#liveness.isDead(nowMs) && !this.#isHeldBack(nowMs)) {
      this.#socket.terminate();
    } else if (this.#isStalled(nowMs)) {
      this.close(CLOSE.stalled, `no progress for ${this.#limits.stallMs} ms`);
    } else {
      if (this.#liveness.takePing(nowMs)) this.#socket.ping();
      // A browser does not see pings, so silence needs a word as well.
      if (this.#liveness.isSilent(nowMs)) this.tell({ type: "hb" });
    }
  }

  /** The connection is closed; frees everything. */
  closed(): void {
    this.#isClosed = true;
    this.#subscriptions.closeAll();
    this.#held = [];
  }

  close(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#parts.closing(code);
    // A close frame has room for 123 bytes of reason.
    this.#socket.close(code, reason.slice(0, 120));
    this.closed();
  }

  get hasRoom(): boolean {
    return this.#socket.bufferedAmount <= this.#roomBytes;
  }

  tell(message: ServerMessage): void {
    if (this.#isClosed) return;
    const text = JSON.stringify(message);
    this.#socket.send(text, this.#beforeSending(Buffer.byteLength(text)));
    if (this.#socket.bufferedAmount > this.#limits.unreadBytes) {
      this.close(CLOSE.overloaded, "too much is left unread");
    }
  }

  send(frame: Frame): void {
    if (this.#isClosed) return;
    const message = this.#wantsJson ? frame.jsonMessage : frame.message;
    this.#socket.sendMessage(message, this.#beforeSending(message.bytes.length));
    this.#parts.sent(message.payload.length);
  }

  fail(error: unknown): void {
    this.#parts.serverLog.error("A viewer's connection failed", { err: error });
    this.close(CLOSE.internal, "the server made a mistake");
  }

  get #limits(): LiveLimits {
    return this.#parts.tails.limits;
  }

  /** @returns What to call when the wire has taken so many bytes; only who might have to wait needs to hear of it. */
  #beforeSending(bytes: number): (() => void) | undefined {
    this.#liveness.spoke(bytes);
    return this.#socket.bufferedAmount + bytes > this.#roomBytes ? this.#onDrained : undefined;
  }

  readonly #onDrained = (): void => {
    if (this.#isClosed || !this.hasRoom) return;
    for (const subscription of this.#subscriptions.open()) subscription.roomMade();
  };

  #receive(message: ClientMessage): void {
    if (!this.#isFree(message) && !this.#rate.take()) {
      this.close(CLOSE.tooManyMessages, `more than ${this.#limits.controlPerSecond} messages a second`);
    } else if (this.#greeting === "checked") this.#held.push(message);
    else this.#handle(message);
  }

  /**
   * Whether a message is limited by something else than its number. There are no more acknowledgements than entries, and
   * a viewer that comes back asks for all its logs at once.
   */
  #isFree(message: ClientMessage): boolean {
    if (message.type === "ack") return this.#subscriptions.get(message.id)?.acknowledge(message.seq) ?? false;
    return message.type === "sub" && ++this.#subscriptionsEver <= this.#limits.subscriptionsPerViewer;
  }

  #handle(message: ClientMessage): void {
    if (message.type === "hello") {
      this.#greet(message);
      return;
    }
    if (this.#greeting !== "done") throw new BadMessageError("The first message has to be hello.");
    switch (message.type) {
      case "sub":
        if (this.#subscriptions.has(message.id)) throw new BadMessageError(`The id ${message.id} is in use.`);
        void this.#subscribe(message).catch((error: unknown) => this.fail(error));
        break;
      case "ack":
        // Was looked at on its arrival.
        break;
      case "unsub":
        this.#subscriptions.close(message.id);
        break;
      case "ping":
        this.tell({ type: "hb", t: message.t });
        break;
      case "auth":
        if (!this.#parts.access.isOpen) void this.#renew(message.ticket).catch((error: unknown) => this.fail(error));
        break;
      default:
        message satisfies never;
    }
  }

  #greet({ ticket, caps }: Extract<ClientMessage, { type: "hello" }>): void {
    if (this.#greeting !== "awaited") throw new BadMessageError("hello was said already.");
    this.#wantsJson = caps?.includes("json") ?? false;
    if (this.#parts.access.isOpen) this.#welcome();
    else {
      this.#greeting = "checked";
      void this.#letIn(ticket).catch((error: unknown) => this.fail(error));
    }
  }

  async #letIn(ticket: string | undefined): Promise<void> {
    this.#grant = ticket === undefined ? undefined : await this.#parts.access.redeem(ticket);
    if (this.#isClosed) return;
    if (!this.#grant) {
      this.close(CLOSE.unauthenticated, "hello needs a ticket, and each is good for one connection");
      return;
    }
    this.#welcome();
    const held = this.#held;
    this.#held = [];
    try {
      for (const message of held) if (!this.#isClosed) this.#handle(message);
    } catch (error) {
      if (!(error instanceof BadMessageError)) throw error;
      this.close(CLOSE.badMessage, error.message);
    }
  }

  #welcome(): void {
    this.#greeting = "done";
    const { heartbeatMs } = this.#limits;
    const expiresInMs = this.#grant && Math.max(0, Math.floor(this.#grant.expiresAtMs - Date.now()));
    this.tell({
      type: "welcome",
      server: "windowscope",
      heartbeatMs,
      ...(expiresInMs !== undefined && { expiresInMs }),
    });
    for (const status of this.#parts.statuses) this.tell(status);
  }

  async #renew(ticket: string): Promise<void> {
    const grant = await this.#parts.access.redeem(ticket);
    if (this.#isClosed) return;
    if (!grant) {
      this.close(CLOSE.credentialsExpired, "the ticket does not renew this connection");
      return;
    }
    this.#grant = grant;
    for (const log of this.#subscriptions.logs()) if (!this.#maySee(log)) this.#forbid(log);
  }

  #maySee(log: string): boolean {
    const logs = this.#grant?.logs ?? "all";
    return logs === "all" || logs.includes(log);
  }

  #forbid(log: string): void {
    this.close(CLOSE.forbidden, `The ticket is not for ${log}.`);
  }

  async #subscribe({ id, log, from }: Extract<ClientMessage, { type: "sub" }>): Promise<void> {
    this.#subscriptions.forgetThoseOver();
    if (!this.#maySee(log)) {
      this.#forbid(log);
      return;
    }
    if ([...this.#subscriptions.logs()].includes(log)) {
      this.close(CLOSE.logInUse, `There is a subscription to ${log} already.`);
      return;
    }
    const most = this.#limits.subscriptionsPerViewer;
    if (this.#subscriptions.size >= most) {
      this.tell({ type: "err", id, code: "too_many", message: `At most ${most} logs at a time.` });
      return;
    }
    const reservation = this.#subscriptions.reserve(id, log);
    const state = isPublicLog(log)
      ? await this.#parts.tails.find(log, typeof from === "object" && "epoch" in from)
      : undefined;
    // The viewer may have left in the meantime.
    if (!this.#subscriptions.takeReserved(id, reservation)) return;
    if (!state) this.tell({ type: "err", id, code: "no_such_log", message: `There is no log ${log}.` });
    else {
      const subscription = LogSubscription.open({ id, state, from }, { outlet: this, tails: this.#parts.tails });
      if (this.#isClosed) subscription.close();
      else this.#subscriptions.set(id, subscription);
    }
  }

  /** An answer to a ping waits behind what is on its way, and on a slow line that is long. `#isStalled` counts then. */
  #isHeldBack(nowMs: number): boolean {
    return [...this.#subscriptions.open()].some((subscription) => subscription.heldBackMs(nowMs) > 0);
  }

  /** A viewer that takes nothing for a long time although there is something to take is gone, or lost. */
  #isStalled(nowMs: number): boolean {
    let longestMs = this.#liveness.stuckMs(nowMs, this.#socket.bufferedAmount);
    for (const subscription of this.#subscriptions.open())
      longestMs = Math.max(longestMs, subscription.heldBackMs(nowMs));
    return longestMs >= this.#limits.stallMs;
  }
}
