import { nextState, type ConnectionEvent, type ConnectionState } from "./connection-state.ts";
import { decodeEntries, MalformedEntryError } from "./entry.ts";
import { BadMessageError } from "./json-checks.ts";
import {
  parseServerMessage,
  SUBPROTOCOL,
  type ClientMessage,
  type ServerMessage,
  type StudioState,
  type SubscribeFrom,
} from "./messages.ts";
import { Subscription, type LogEvent } from "./subscription.ts";

/** The part of a WebSocket that is used; a browser's and that of the package `ws` both fit. */
export interface LiveSocket {
  binaryType: string;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

export interface LiveOptions {
  /** Address of the live socket, such as `ws://127.0.0.1:4700/live`. */
  readonly url: string;
  /** Name and version of the program, for the server's log. */
  readonly client: string;
  /** Opens a socket; Node 20 has none of its own, so it is handed in. */
  readonly openSocket: (url: string, subprotocol: string) => LiveSocket;
  /** Closes the connection; every loop over a subscription then throws the signal's reason. */
  readonly signal: AbortSignal;
  readonly onState?: (state: ConnectionState) => void;
  /** Whether the server reaches Studio, and what to tell people about it. */
  readonly onStudio?: (state: StudioState, message: string) => void;
}

/** The server refused a subscription, or the connection is closed for good. */
export class LiveError extends Error {
  override readonly name = "LiveError";
  /** Code from the server, such as `no_such_log`; `closed` when there is no connection any more. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface LiveConnection {
  readonly state: ConnectionState;
  /**
   * Follows a log, over any number of reconnections, until its end or until the loop is left.
   *
   * @param log A run's id, or `FEED`. One subscription a log at a time.
   * @param signal Ends this loop alone.
   * @throws {LiveError} inside the loop when the log does not exist or the connection closes for good; the reason of
   *   the signal that stopped it.
   */
  subscribe(log: string, from: SubscribeFrom, signal?: AbortSignal): AsyncIterable<LogEvent>;
  /** Tries again now instead of at the end of the wait. */
  retryNow(): void;
}

/** A server that stays silent for this many heartbeats is gone. */
const SILENT_HEARTBEATS = 1.6;
/** Until the server has said how often it beats. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Connects to a Windowscope server and stays connected. SPEC.md describes the protocol. */
export function connectLive(options: LiveOptions): LiveConnection {
  return new Client(options);
}

class Client implements LiveConnection {
  readonly #options: LiveOptions;
  /** By their ids. */
  readonly #subscriptions = new Map<number, Subscription>();
  #lastId = 0;
  #state: ConnectionState = { name: "connecting", attempt: 0 };
  #socket: LiveSocket | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceMs = HANDSHAKE_TIMEOUT_MS;
  /** From the server's `bye`: not before this time. */
  #waitMs: number | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#happened({ type: "stopped" }), { once: true });
    if (options.signal.aborted) this.#happened({ type: "stopped" });
    else this.#open();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  retryNow(): void {
    this.#happened({ type: "retry" });
  }

  async *subscribe(log: string, from: SubscribeFrom, signal?: AbortSignal): AsyncGenerator<LogEvent, void, undefined> {
    signal?.throwIfAborted();
    if ([...this.#subscriptions.values()].some((other) => other.log === log)) {
      throw new LiveError("log_in_use", `There is a subscription to ${log} already.`);
    }
    if (this.#state.name === "closed") throw this.#closedError(this.#state.reason);

    const id = ++this.#lastId;
    const subscription = new Subscription(id, log, from, (seq) => this.#send({ type: "ack", id, seq }));
    this.#subscriptions.set(id, subscription);
    this.#send({ type: "sub", id, log, from });
    // A loop that waits for the next event hears nothing else, so it has to be ended from here.
    const leave = () => this.#leave(subscription, signal?.reason as Error);
    signal?.addEventListener("abort", leave, { once: true });
    try {
      yield* subscription.events();
    } finally {
      signal?.removeEventListener("abort", leave);
      this.#leave(subscription);
    }
  }

  /** Forgets a subscription; another one to the same log may follow at once. */
  #leave(subscription: Subscription, reason?: Error): void {
    const { id, isOver } = subscription;
    if (!this.#subscriptions.delete(id)) return;
    if (!isOver) this.#send({ type: "unsub", id });
    subscription.finish(reason);
  }

  #happened(event: ConnectionEvent): void {
    const before = this.#state;
    this.#state = nextState(before, event, Date.now(), Math.random);
    if (this.#state === before) return;
    this.#enter(this.#state);
    this.#options.onState?.(this.#state);
  }

  #enter(state: ConnectionState): void {
    clearTimeout(this.#retryTimer);
    switch (state.name) {
      case "connecting":
        this.#open();
        break;
      case "open":
        for (const subscription of this.#subscriptions.values()) {
          const { id, log, isOver } = subscription;
          if (!isOver) this.#send({ type: "sub", id, log, from: subscription.resume() });
        }
        break;
      case "waiting":
        this.#dropSocket();
        this.#retryTimer = setTimeout(() => this.retryNow(), state.retryAtMs - Date.now());
        break;
      case "closed":
        this.#dropSocket();
        for (const subscription of this.#subscriptions.values()) subscription.finish(this.#closedError(state.reason));
        break;
      default:
        state satisfies never;
    }
  }

  /** Who stopped the connection gets the reason back that they gave. */
  #closedError(reason: string): Error {
    const { signal } = this.#options;
    return signal.aborted ? (signal.reason as Error) : new LiveError("closed", reason);
  }

  #open(): void {
    const socket = this.#options.openSocket(this.#options.url, SUBPROTOCOL);
    this.#socket = socket;
    this.#silenceMs = HANDSHAKE_TIMEOUT_MS;
    this.#waitMs = undefined;
    this.#heard();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", client: this.#options.client }));
    socket.onmessage = ({ data }: { data: string | ArrayBuffer }) => this.#received(data);
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => this.#lost(code, reason);
    // A close event follows every error, and says more.
    socket.onerror = () => undefined;
  }

  /** Lets go of the socket, so that nothing it still says is heard. */
  #dropSocket(): void {
    clearTimeout(this.#silenceTimer);
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #lost(code: number, reason: string): void {
    this.#happened({ type: "lost", code, reason, ...(this.#waitMs !== undefined && { waitMs: this.#waitMs }) });
  }

  /** Starts the wait for the next sign of life. */
  #heard(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#lost(1006, "the server went silent"), this.#silenceMs);
  }

  #received(data: string | ArrayBuffer): void {
    this.#heard();
    try {
      if (typeof data === "string") this.#control(parseServerMessage(data));
      else this.#entries(new Uint8Array(data));
    } catch (cause) {
      if (!(cause instanceof BadMessageError || cause instanceof MalformedEntryError)) throw cause;
      this.#lost(1011, `the server sent something unreadable: ${cause.message}`);
    }
  }

  #entries(bytes: Uint8Array<ArrayBuffer>): void {
    const entries = decodeEntries(bytes);
    const number = entries[0]?.log;
    const subscription = [...this.#subscriptions.values()].find((candidate) => candidate.number === number);
    // Entries may still arrive for a log that was just left.
    if (!subscription || subscription.isOver) return;
    if (!subscription.receive(entries, bytes.length)) this.#lost(1011, `entries of ${subscription.log} are missing`);
  }

  #control(message: ServerMessage | undefined): void {
    switch (message?.type) {
      case "welcome":
        this.#silenceMs = message.heartbeatMs * SILENT_HEARTBEATS;
        this.#heard();
        this.#happened({ type: "welcomed" });
        break;
      case "subok":
        this.#subscriptions.get(message.id)?.begin(message);
        break;
      case "reset":
        this.#subscriptions.get(message.id)?.reset(message);
        break;
      case "live":
        this.#subscriptions.get(message.id)?.caughtUp();
        break;
      case "end":
        this.#subscriptions.get(message.id)?.finish();
        break;
      case "err":
        this.#subscriptions.get(message.id)?.finish(new LiveError(message.code, message.message));
        break;
      case "studio":
        this.#options.onStudio?.(message.state, message.message);
        break;
      case "bye":
        this.#waitMs = message.inMs;
        break;
      case "hb":
      case "entries":
      case undefined:
        break;
      default:
        message satisfies never;
    }
  }

  #send(message: ClientMessage): void {
    if (this.#state.name === "open") this.#socket?.send(JSON.stringify(message));
  }
}
