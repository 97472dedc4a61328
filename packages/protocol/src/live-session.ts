import { decodeEntries, MalformedEntryError, type Entry } from "./entry.ts";
import { BadMessageError } from "./json-checks.ts";
import { fromJsonEntry } from "./json-entry.ts";
import type { LiveSocket } from "./live-socket.ts";
import { parseServerMessage, SUBPROTOCOL, type ClientMessage, type ServerMessage } from "./messages.ts";

/**
 * A ticket, or where to get one: asked before every connection, since a ticket is good for one. `undefined` where the
 * server asks for none.
 */
export type Ticket = string | AskForTicket;

/** @inline */
type AskForTicket = () => Promise<string | undefined>;

/** How to connect. */
export interface SessionOptions {
  readonly client: string;
  readonly ticket?: Ticket;
  readonly caps?: readonly string[];
  readonly openSocket: (url: string, subprotocol: string) => LiveSocket;
}

/** Hears of a session, in order; after `lost` or `failed` nothing more. */
export interface SessionListener {
  welcomed(): void;
  told(message: Exclude<ServerMessage, { type: "welcome" | "entries" | "hb" | "bye" }>): void;
  /** @param bytes What they took on the wire. */
  entriesCame(entries: readonly Entry[], bytes: number): void;
  /** @param waitMs Not before that, as the server asked. */
  lost(code: number, reason: string, waitMs: number): void;
  /** The socket could not even be made. */
  failed(reason: string): void;
}

/** A server that stays silent for this many heartbeats is gone. */
const SILENT_HEARTBEATS = 1.6;
/** Until the server has said how often it beats. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A server that asks for less gets this. */
const SHORTEST_SILENCE_MS = 1_000;
/** The part of a grant's time after which it is renewed. */
const RENEWAL = 0.8;
/** A server that gives a ticket less time is asked no more often. */
const SHORTEST_RENEWAL_MS = 1_000;
/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One connection from its ticket to its loss: says hello, listens for life, renews its grant, reads what comes. */
export class LiveSession {
  readonly #url: string;
  readonly #options: SessionOptions;
  readonly #listener: SessionListener;
  #socket: LiveSocket | undefined;
  #isOver = false;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  #silenceMs = HANDSHAKE_TIMEOUT_MS;
  #renewalTimer: ReturnType<typeof setTimeout> | undefined;
  #waitMs = 0;
  /** Pings on their way, by their numbers. */
  readonly #pings = new Map<number, (wasAnswered: boolean) => void>();
  #lastPing = 0;

  constructor(url: string, options: SessionOptions, listener: SessionListener) {
    this.#url = url;
    this.#options = options;
    this.#listener = listener;
  }

  start(): void {
    const { ticket } = this.#options;
    this.#heard();
    if (typeof ticket === "function") void this.#openWithTicket(ticket);
    else this.#open(ticket);
  }

  send(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Settles with the answer, or with the end of the session. @returns Whether there was an answer. */
  ping(): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    const t = ++this.#lastPing;
    return new Promise((resolve) => {
      this.#pings.set(t, resolve);
      this.send({ type: "ping", t });
    });
  }

  /** Lets go of the socket, so that nothing it still says is heard. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const settle of this.#pings.values()) settle(false);
    this.#pings.clear();
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#renewalTimer);
    if (this.#socket) abandon(this.#socket);
    this.#socket = undefined;
  }

  async #openWithTicket(askForTicket: AskForTicket): Promise<void> {
    let ticket: string | undefined;
    try {
      ticket = await askForTicket();
    } catch (cause) {
      this.#lose(1006, `no ticket: ${describe(cause)}`);
      return;
    }
    if (!this.#isOver) this.#open(ticket);
  }

  #open(ticket: string | undefined): void {
    const { openSocket, client, caps } = this.#options;
    let socket: LiveSocket;
    try {
      socket = openSocket(this.#url, SUBPROTOCOL);
    } catch (cause) {
      this.#listener.failed(`no socket: ${describe(cause)}`);
      return;
    }
    // Whoever opened it may have stopped the connection meanwhile.
    if (this.#isOver) {
      abandon(socket);
      return;
    }
    this.#socket = socket;
    this.#heard();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.send({ type: "hello", client, ...(ticket && { ticket }), ...(caps && { caps }) });
    socket.onmessage = ({ data }: { data: string | ArrayBuffer }) => this.#received(data);
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => this.#lose(code, reason);
    // A close event follows every error, and says more.
    socket.onerror = () => undefined;
  }

  #lose(code: number, reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#listener.lost(code, reason, this.#waitMs);
  }

  /** Starts the wait for the next sign of life. */
  #heard(): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#lose(1006, "the server went silent"), this.#silenceMs);
  }

  #received(data: string | ArrayBuffer): void {
    this.#heard();
    try {
      if (typeof data === "string") this.#read(parseServerMessage(data), data.length);
      else this.#listener.entriesCame(decodeEntries(new Uint8Array(data)), data.byteLength);
    } catch (cause) {
      if (!(cause instanceof BadMessageError || cause instanceof MalformedEntryError)) throw cause;
      this.#lose(1011, `the server sent something unreadable: ${cause.message}`);
    }
  }

  #read(message: ServerMessage | undefined, bytes: number): void {
    // A type that this version does not know.
    if (!message) return;
    switch (message.type) {
      case "welcome":
        this.#welcomed(message);
        break;
      case "bye":
        this.#waitMs = message.inMs;
        break;
      case "entries":
        this.#listener.entriesCame(message.entries.map(fromJsonEntry), bytes);
        break;
      case "hb":
        this.#answered(message.t);
        break;
      default:
        this.#listener.told(message);
    }
  }

  #answered(t: number | undefined): void {
    if (t === undefined) return;
    this.#pings.get(t)?.(true);
    this.#pings.delete(t);
  }

  #welcomed({ heartbeatMs, expiresInMs }: Extract<ServerMessage, { type: "welcome" }>): void {
    const silenceMs = Math.max(SHORTEST_SILENCE_MS, heartbeatMs * SILENT_HEARTBEATS);
    this.#silenceMs = Math.min(LONGEST_TIMER_MS, silenceMs);
    this.#heard();
    this.#renewLater(expiresInMs);
    this.#listener.welcomed();
  }

  #renewLater(expiresInMs: number | undefined): void {
    clearTimeout(this.#renewalTimer);
    const { ticket } = this.#options;
    if (expiresInMs === undefined || typeof ticket !== "function") return;
    const renewInMs = Math.min(LONGEST_TIMER_MS, Math.max(SHORTEST_RENEWAL_MS, expiresInMs * RENEWAL));
    this.#renewalTimer = setTimeout(() => void this.#renew(ticket, expiresInMs), renewInMs);
  }

  async #renew(askForTicket: AskForTicket, expiresInMs: number): Promise<void> {
    let ticket: string | undefined;
    try {
      ticket = await askForTicket();
    } catch {
      // The connection is good until the server ends its time; the next one says what is wrong.
      return;
    }
    if (this.#isOver || ticket === undefined) return;
    this.send({ type: "auth", ticket });
    this.#renewLater(expiresInMs);
  }
}

function abandon(socket: LiveSocket): void {
  socket.onopen = socket.onmessage = socket.onclose = null;
  // A socket that is closed before it was open has an error to tell.
  socket.onerror = () => undefined;
  socket.close(1000);
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
