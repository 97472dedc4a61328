import { openSocket } from "#websocket";

import { nextState, type ConnectionEvent, type ConnectionState } from "./connection-state.ts";
import type { Entry } from "./entry.ts";
import { LiveSession, type SessionListener, type Ticket } from "./live-session.ts";
import type { LiveSocket } from "./live-socket.ts";
import type { ClientMessage, StoreState, StudioState, SubscribeFrom } from "./messages.ts";
import { Subscription, type LogEvent } from "./subscription.ts";
import { onWakeUp } from "./wake-up.ts";

/** How to connect, and who hears how it goes. */
export interface LiveOptions {
  /** Closes the connection; every loop over a subscription then throws the signal's reason. */
  readonly signal: AbortSignal;
  /**
   * Lets the program in where the server asks for an access token. A ticket is good for one connection, so a text lasts
   * until that is lost; a function is asked before every connection, and once more when the server refuses its ticket.
   * When it throws, the connection counts as lost and is tried again.
   */
  readonly ticket?: Ticket;
  /** Name and version of the program, for the server's log; at most 200 characters. Default: this package's name. */
  readonly client?: string;
  /** What to ask the server for: `json` to get entries as text, which is larger but can be read by eye. */
  readonly caps?: readonly string[];
  /** Opens a socket. Default: the platform's `WebSocket`, and in Node that of the package `ws`. */
  readonly openSocket?: (url: string, subprotocol: string) => LiveSocket;
  /** Hears of every new state, in a microtask of its own. */
  readonly onState?: (state: ConnectionState) => void;
  /** Whether the server reaches Studio, and what to tell people about it; in a microtask of its own. */
  readonly onStudio?: (state: StudioState, message: string) => void;
  /** Whether the server can store what happens, and what to tell people about it; in a microtask of its own. */
  readonly onStore?: (state: StoreState, message: string) => void;
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

/** A connection that comes back by itself until its signal aborts or the server closes it for good. */
export interface LiveConnection {
  /** How it stands at this moment; `onState` hears of changes. */
  readonly state: ConnectionState;
  /**
   * Follows a log, over any number of reconnections, until its end or until the loop is left.
   *
   * What the loop has not taken yet is bounded: the server holds a log back when 1 MiB of it is not acknowledged.
   *
   * @param log A run's id, or `FEED`. One subscription a log at a time.
   * @param signal Ends this loop alone.
   * @throws {LiveError} from the loop when the log does not exist, is followed already, or the connection closes for
   *   good; the reason of the signal that stopped it.
   */
  subscribe(log: string, from: SubscribeFrom, signal?: AbortSignal): AsyncIterable<LogEvent>;
  /** Tries again now instead of at the end of the wait. */
  retryNow(): void;
  /**
   * Measures the way to the server and back.
   *
   * @returns Milliseconds; `undefined` when there is no connection, or it is lost before the answer.
   */
  ping(): Promise<number | undefined>;
}

/**
 * Connects to a Windowscope server and stays connected, in a browser or in Node. SPEC.md describes the protocol.
 *
 * @param url Address of the live socket, such as `ws://127.0.0.1:4700/live`. One that is no address closes the
 *   connection for good; its state says why.
 */
export function connectLive(url: string | URL, options: LiveOptions): LiveConnection {
  return new Client(String(url), options);
}

class Client implements LiveConnection {
  readonly #url: string;
  readonly #options: LiveOptions;
  /** By their ids. */
  readonly #subscriptions = new Map<number, Subscription>();
  #lastId = 0;
  #state: ConnectionState = { name: "connecting", attempt: 0 };
  #session: LiveSession | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** Takes the listeners off when the connection is closed. */
  readonly #closing = new AbortController();

  constructor(url: string, options: LiveOptions) {
    this.#url = url;
    this.#options = options;
    const { signal } = options;
    const stop = () => this.#happened({ type: "stopped" });
    signal.addEventListener("abort", stop, { once: true, signal: this.#closing.signal });
    onWakeUp(() => this.retryNow(), this.#closing.signal);
    if (signal.aborted) stop();
    else this.#connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  retryNow(): void {
    this.#happened({ type: "retry" });
  }

  async ping(): Promise<number | undefined> {
    if (this.#state.name !== "open") return undefined;
    const sentMs = performance.now();
    return (await this.#session?.ping()) ? performance.now() - sentMs : undefined;
  }

  subscribe(log: string, from: SubscribeFrom, signal?: AbortSignal): AsyncIterable<LogEvent> {
    return { [Symbol.asyncIterator]: () => this.#follow(log, from, signal) };
  }

  #follow(log: string, from: SubscribeFrom, signal?: AbortSignal): AsyncIterator<LogEvent, undefined> {
    signal?.throwIfAborted();
    if ([...this.#subscriptions.values()].some((other) => other.log === log)) {
      throw new LiveError("log_in_use", `There is a subscription to ${log} already.`);
    }
    if (this.#state.name === "closed") throw this.#closedError(this.#state.reason);

    const id = ++this.#lastId;
    const subscription = new Subscription(id, log, from, (seq) => this.#send({ type: "ack", id, seq }));
    this.#subscriptions.set(id, subscription);
    this.#send({ type: "sub", id, log, from });

    const leave = (reason?: Error) => {
      signal?.removeEventListener("abort", abort);
      if (!this.#subscriptions.delete(id)) return;
      if (!subscription.isOver) this.#send({ type: "unsub", id });
      subscription.abandon(reason);
    };
    const abort = () => leave(signal?.reason as Error);
    signal?.addEventListener("abort", abort, { once: true });
    return leavable(subscription.events(), leave);
  }

  #happened(event: ConnectionEvent): void {
    const before = this.#state;
    const state = nextState(before, event, Date.now(), Math.random);
    if (state === before) return;
    this.#state = state;
    // Later, and before what `#enter` may bring about: what the caller does then cannot meet a half-done step.
    const { onState } = this.#options;
    if (onState) queueMicrotask(() => onState(state));
    this.#enter(state);
  }

  #enter(state: ConnectionState): void {
    clearTimeout(this.#retryTimer);
    switch (state.name) {
      case "connecting":
        this.#connect();
        break;
      case "open":
        for (const subscription of this.#subscriptions.values()) {
          const { id, log, isOver } = subscription;
          if (!isOver) this.#send({ type: "sub", id, log, from: subscription.resume() });
        }
        break;
      case "waiting":
        this.#session?.close();
        this.#retryTimer = setTimeout(() => this.retryNow(), state.retryAtMs - Date.now());
        break;
      case "closed":
        this.#session?.close();
        this.#closing.abort();
        for (const subscription of this.#subscriptions.values()) this.#end(subscription, state.reason);
        break;
      default:
        state satisfies never;
    }
  }

  /** Who stopped the connection wants nothing more of it; else what came before the end is still handed over. */
  #end(subscription: Subscription, reason: string): void {
    const error = this.#closedError(reason);
    if (this.#options.signal.aborted) subscription.abandon(error);
    else subscription.finish(error);
  }

  /** Who stopped the connection gets the reason back that they gave. */
  #closedError(reason: string): Error {
    const { signal } = this.#options;
    return signal.aborted ? (signal.reason as Error) : new LiveError("closed", reason);
  }

  #connect(): void {
    const { client = "@windowscope/protocol", ticket } = this.#options;
    const listener: SessionListener = {
      welcomed: () => this.#happened({ type: "welcomed" }),
      told: (message) => this.#told(message),
      entriesCame: (entries, bytes) => this.#entriesCame(entries, bytes),
      lost: (code, reason, waitMs) =>
        this.#happened({ type: "lost", code, reason, waitMs, hasTickets: typeof ticket === "function" }),
      failed: (reason) => this.#happened({ type: "failed", reason }),
    };
    this.#session = new LiveSession(this.#url, { openSocket, ...this.#options, client }, listener);
    this.#session.start();
  }

  #entriesCame(entries: readonly Entry[], bytes: number): void {
    const number = entries[0]?.log;
    if (number === undefined) return;
    const subscription = [...this.#subscriptions.values()].find((candidate) => candidate.number === number);
    // Entries may still arrive for a log that was just left.
    if (subscription && !subscription.isOver) this.#check(subscription, subscription.receive(entries, bytes));
  }

  #told(message: Parameters<SessionListener["told"]>[0]): void {
    if (message.type === "studio") {
      const { onStudio } = this.#options;
      if (onStudio) queueMicrotask(() => onStudio(message.state, message.message));
      return;
    }
    if (message.type === "store") {
      const { onStore } = this.#options;
      if (onStore) queueMicrotask(() => onStore(message.state, message.message));
      return;
    }
    const subscription = this.#subscriptions.get(message.id);
    // The loop may have been left, or be over.
    if (!subscription || subscription.isOver) return;
    switch (message.type) {
      case "subok":
        this.#check(subscription, subscription.begin(message));
        break;
      case "reset":
        subscription.reset(message);
        break;
      case "live":
        subscription.caughtUp();
        break;
      case "end":
        subscription.finish();
        break;
      case "err":
        subscription.finish(new LiveError(message.code, message.message));
        break;
      default:
        message satisfies never;
    }
  }

  /** A server that made a mistake gets another chance on another connection. */
  #check({ log }: Subscription, fault: string | undefined): void {
    if (fault !== undefined) this.#happened({ type: "lost", code: 1011, reason: `the log ${log} ${fault}` });
  }

  #send(message: ClientMessage): void {
    if (this.#state.name === "open") this.#session?.send(message);
  }
}

/** The events, with a way out that works while the next one is still awaited; a generator's own `return` waits too. */
function leavable(
  events: AsyncGenerator<LogEvent, void, undefined>,
  leave: () => void,
): AsyncIterator<LogEvent, undefined> {
  return {
    next: async () => {
      try {
        const result = await events.next();
        if (!result.done) return result;
        leave();
        return { done: true, value: undefined };
      } catch (error) {
        leave();
        throw error;
      }
    },
    return: async () => {
      leave();
      return { done: true, value: undefined };
    },
  };
}
