import {
  BadMessageError,
  CLOSE,
  parseClientMessage,
  type ClientMessage,
  type ServerMessage,
} from "@windowscope/protocol";
import type { RunLog } from "@windowscope/runlog";

import type { StudioStatus } from "../studio-watch.ts";
import { LogSubscription, type Outlet } from "./subscription.ts";

/** The part of a WebSocket that a session uses, so that a test needs no network. */
export interface ViewerSocket {
  readonly bufferedAmount: number;
  send(data: string | Uint8Array, onSent?: (error?: Error) => void): void;
  close(code: number, reason: string): void;
  ping(): void;
  /** Drops the connection without a word. */
  terminate(): void;
}

const HELLO_TIMEOUT_MS = 5_000;
export const HEARTBEAT_MS = 25_000;
const PONG_TIMEOUT_MS = 10_000;
const STALL_MS = 30_000;
/** How often to look whether a viewer has stalled, or has heard nothing for long. */
const CHECK_MS = 5_000;
/** A viewer sees the feed and a run, and the runs that it compares that with. */
const MOST_SUBSCRIPTIONS = 64;
/** Control messages are small: who leaves so much of them unread asks for more than it takes. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

/** One viewer's connection: greets, subscribes, keeps the connection alive, ends it when it is of no use. */
export class ViewerSession implements Outlet {
  readonly #socket: ViewerSocket;
  readonly #runLog: RunLog;
  readonly #log: (line: string) => void;
  /** By id; the name of the log while that is being looked up. */
  readonly #subscriptions = new Map<number, LogSubscription | string>();
  readonly #helloTimer: NodeJS.Timeout;
  readonly #pinging: NodeJS.Timeout;
  readonly #checks: NodeJS.Timeout;
  #pongTimer: NodeJS.Timeout | undefined;
  /** When the wire last took something, or had taken everything. */
  #drainedMs = performance.now();
  #spokenMs = performance.now();
  #status: StudioStatus;
  #isWelcome = false;
  #isClosed = false;

  constructor(
    socket: ViewerSocket,
    {
      runLog,
      status,
      log,
    }: { readonly runLog: RunLog; readonly status: StudioStatus; readonly log: (line: string) => void },
  ) {
    this.#socket = socket;
    this.#runLog = runLog;
    this.#log = log;
    this.#status = status;
    this.#helloTimer = setTimeout(() => this.#close(CLOSE.helloTimeout, "no hello within 5 s"), HELLO_TIMEOUT_MS);
    this.#pinging = setInterval(() => this.#ping(), HEARTBEAT_MS);
    this.#checks = setInterval(() => this.#check(), CHECK_MS);
  }

  /** A frame came in. @param data The text; `undefined` for a binary frame, which a client never sends. */
  received(data: string | undefined): void {
    if (this.#isClosed) return;
    this.heard();
    try {
      if (data === undefined) throw new BadMessageError("A client sends text.");
      this.#handle(parseClientMessage(data));
    } catch (error) {
      if (!(error instanceof BadMessageError)) throw error;
      this.#close(CLOSE.badMessage, error.message);
    }
  }

  /** The viewer has given a sign of life. */
  heard(): void {
    clearTimeout(this.#pongTimer);
  }

  /** Tells the viewer how the server stands with Studio. */
  setStatus(status: StudioStatus): void {
    this.#status = status;
    if (this.#isWelcome) this.tell({ type: "studio", ...status });
  }

  /** The server goes away for a while. @param inMs How long the viewer is to wait before it comes back. */
  sayGoodbye(inMs: number): void {
    this.tell({ type: "bye", inMs });
    this.#close(CLOSE.restart, "the server restarts");
  }

  /** The connection is closed; frees everything. */
  closed(): void {
    this.#isClosed = true;
    clearTimeout(this.#helloTimer);
    clearInterval(this.#pinging);
    clearInterval(this.#checks);
    clearTimeout(this.#pongTimer);
    for (const subscription of this.#open()) subscription.close();
    this.#subscriptions.clear();
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  tell(message: ServerMessage): void {
    this.#write(JSON.stringify(message));
    if (this.#socket.bufferedAmount > MOST_UNREAD_BYTES) this.#close(CLOSE.overloaded, "too much is left unread");
  }

  send(entries: Uint8Array): void {
    this.#write(entries);
  }

  fail(error: unknown): void {
    this.#log(`live: ${error instanceof Error ? error.stack : String(error)}`);
    this.#close(CLOSE.internal, "the server made a mistake");
  }

  #write(data: string | Uint8Array): void {
    if (this.#isClosed) return;
    this.#spokenMs = performance.now();
    if (this.#socket.bufferedAmount === 0) this.#drainedMs = performance.now();
    this.#socket.send(data, () => {
      this.#drainedMs = performance.now();
      for (const subscription of this.#open()) subscription.roomMade();
    });
  }

  #handle(message: ClientMessage): void {
    if (message.type === "hello") {
      if (this.#isWelcome) throw new BadMessageError("hello was said already.");
      this.#isWelcome = true;
      clearTimeout(this.#helloTimer);
      this.tell({ type: "welcome", server: "windowscope", heartbeatMs: HEARTBEAT_MS });
      this.tell({ type: "studio", ...this.#status });
      return;
    }
    if (!this.#isWelcome) throw new BadMessageError("The first message has to be hello.");
    switch (message.type) {
      case "sub":
        if (this.#subscriptions.has(message.id)) throw new BadMessageError(`The id ${message.id} is in use.`);
        void this.#subscribe(message).catch((error: unknown) => this.fail(error));
        break;
      case "ack":
        this.#get(message.id)?.acknowledge(message.seq);
        break;
      case "unsub":
        this.#get(message.id)?.close();
        this.#subscriptions.delete(message.id);
        break;
      case "ping":
        this.tell({ type: "hb", t: message.t });
        break;
      case "auth":
        break;
      default:
        message satisfies never;
    }
  }

  async #subscribe({ id, log, from }: Extract<ClientMessage, { type: "sub" }>): Promise<void> {
    for (const { id: open, isOver } of this.#open()) if (isOver) this.#subscriptions.delete(open);
    if (this.#hasLog(log)) {
      this.#close(CLOSE.logInUse, `There is a subscription to ${log} already.`);
      return;
    }
    if (this.#subscriptions.size >= MOST_SUBSCRIPTIONS) {
      this.tell({ type: "err", id, code: "too_many", message: `At most ${MOST_SUBSCRIPTIONS} logs at a time.` });
      return;
    }
    this.#subscriptions.set(id, log);
    const state = await this.#runLog.stat(log);
    // The viewer may have left in the meantime.
    if (!this.#subscriptions.has(id)) return;
    if (state) {
      this.#subscriptions.set(id, LogSubscription.open(id, this.#runLog, this, state, from));
    } else {
      this.#subscriptions.delete(id);
      this.tell({ type: "err", id, code: "no_such_log", message: `There is no log ${log}.` });
    }
  }

  #get(id: number): LogSubscription | undefined {
    const subscription = this.#subscriptions.get(id);
    return typeof subscription === "string" ? undefined : subscription;
  }

  #open(): LogSubscription[] {
    return [...this.#subscriptions.values()].filter((each) => typeof each !== "string");
  }

  #hasLog(log: string): boolean {
    return [...this.#subscriptions.values()].some((each) => (typeof each === "string" ? each : each.log) === log);
  }

  #check(): void {
    this.#checkForStall();
    // A browser does not see pings, so silence needs a word as well, before it gets too long at the next look.
    if (performance.now() - this.#spokenMs >= HEARTBEAT_MS - CHECK_MS) this.tell({ type: "hb" });
  }

  /** A viewer that takes nothing for a long time although there is something to take is gone, or lost. */
  #checkForStall(): void {
    const nowMs = performance.now();
    const undrainedMs = this.#socket.bufferedAmount > 0 ? nowMs - this.#drainedMs : 0;
    const heldBackMs = this.#open().map((subscription) => subscription.heldBackMs(nowMs));
    if (Math.max(undrainedMs, ...heldBackMs) >= STALL_MS) this.#close(CLOSE.stalled, "no progress for 30 s");
  }

  #ping(): void {
    this.#socket.ping();
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(() => this.#socket.terminate(), PONG_TIMEOUT_MS);
  }

  #close(code: number, reason: string): void {
    // A close frame has room for 123 bytes of reason.
    this.#socket.close(code, reason.slice(0, 120));
    this.closed();
  }
}
