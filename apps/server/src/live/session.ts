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

/** One viewer's connection: greets, subscribes, keeps the connection alive, ends it when it is of no use. */
export class ViewerSession implements Outlet {
  readonly #socket: ViewerSocket;
  readonly #runLog: RunLog;
  readonly #log: (line: string) => void;
  /** By log; a symbol stands for a subscription whose log is being looked up. */
  readonly #subscriptions = new Map<string, LogSubscription | symbol>();
  readonly #helloTimer: ReturnType<typeof setTimeout>;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #pongTimer: ReturnType<typeof setTimeout> | undefined;
  #stallTimer: ReturnType<typeof setTimeout> | undefined;
  #status: StudioStatus;
  #isWelcome = false;
  #hasSpoken = false;
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
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  /** A frame came in. @param data The text; `undefined` for a binary frame, which a client never sends. */
  received(data: string | undefined): void {
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
    clearInterval(this.#heartbeat);
    clearTimeout(this.#pongTimer);
    clearTimeout(this.#stallTimer);
    for (const subscription of this.#open()) subscription.close();
    this.#subscriptions.clear();
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  tell(message: ServerMessage): void {
    this.#hasSpoken = true;
    this.#socket.send(JSON.stringify(message));
  }

  send(entries: Uint8Array, onDrained: () => void): void {
    this.#hasSpoken = true;
    this.#socket.send(entries, () => {
      onDrained();
      this.#watchForStall();
    });
    this.#watchForStall();
  }

  fail(error: unknown): void {
    this.#log(`live: ${error instanceof Error ? error.stack : String(error)}`);
    this.#close(CLOSE.internal, "the server made a mistake");
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
        void this.#subscribe(message).catch((error: unknown) => this.fail(error));
        break;
      case "ack":
        this.#open(message.log)[0]?.acknowledge(message.seq);
        this.#watchForStall();
        break;
      case "unsub":
        this.#open(message.log)[0]?.close();
        this.#subscriptions.delete(message.log);
        break;
      default:
        message satisfies never;
    }
  }

  async #subscribe({ log, from }: Extract<ClientMessage, { type: "sub" }>): Promise<void> {
    const existing = this.#subscriptions.get(log);
    if (typeof existing === "symbol" || existing?.isOver === false) {
      this.#close(CLOSE.logInUse, `There is a subscription to ${log} already.`);
      return;
    }
    const place = Symbol(log);
    this.#subscriptions.set(log, place);
    const state = await this.#runLog.stat(log);
    // The viewer may have left in the meantime, or left and come back.
    if (this.#subscriptions.get(log) !== place) return;
    if (state) {
      this.#subscriptions.set(log, LogSubscription.open(this.#runLog, this, state, from));
    } else {
      this.#subscriptions.delete(log);
      this.tell({ type: "err", log, code: "no_such_log", message: `There is no log ${log}.` });
    }
  }

  /** The subscriptions that are open, or the one to this log if it is. */
  #open(log?: string): LogSubscription[] {
    const candidates = log === undefined ? [...this.#subscriptions.values()] : [this.#subscriptions.get(log)];
    return candidates.filter((candidate) => candidate instanceof LogSubscription);
  }

  /** A viewer that takes nothing for a long time although there is something to take is gone, or lost. */
  #watchForStall(): void {
    clearTimeout(this.#stallTimer);
    if (this.#isClosed || !this.#owesProgress()) return;
    this.#stallTimer = setTimeout(() => {
      if (this.#owesProgress()) this.#close(CLOSE.stalled, "no progress for 30 s");
    }, STALL_MS);
  }

  #owesProgress(): boolean {
    return this.#socket.bufferedAmount > 0 || this.#open().some(({ isHeldBack }) => isHeldBack);
  }

  #beat(): void {
    // A browser does not see pings, so silence needs a word as well.
    if (!this.#hasSpoken) this.tell({ type: "hb" });
    this.#hasSpoken = false;
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
