/** Control messages of the live protocol, and the checks that stand at both ends of the wire. SPEC.md explains them. */

import {
  asObject,
  BadMessageError,
  parseObject,
  readCount,
  readList,
  readOneOf,
  readText,
  type JsonObject,
} from "./json-checks.ts";
import type { JsonEntry } from "./json-entry.ts";

/** What client and server agree on when the socket opens: this version of the protocol. */
export const SUBPROTOCOL = "windowscope.v1";

/** The log that tells of every run. */
export const FEED = "feed";

/** Where a subscription begins. */
export type SubscribeFrom =
  "start" | "now" | { readonly tail: number } | { readonly epoch: string; readonly seq: number };

/** What a client says, as JSON in a text frame. SPEC.md has the meaning of each. */
export type ClientMessage =
  | {
      readonly type: "hello";
      readonly client: string;
      /** Lets the connection in where the server asks for an access token. Good for one connection. */
      readonly ticket?: string;
      /** What the client asks for beyond the usual: `json` for entries as text. */
      readonly caps?: readonly string[];
    }
  /** Renews what the connection may see, before its time is over. */
  | { readonly type: "auth"; readonly ticket: string }
  | { readonly type: "ping"; readonly t: number }
  | { readonly type: "sub"; readonly id: number; readonly log: string; readonly from: SubscribeFrom }
  | { readonly type: "ack"; readonly id: number; readonly seq: number }
  | { readonly type: "unsub"; readonly id: number };

/** Whether the server can reach the Studio whose project it watches. */
export type StudioState = "connecting" | "connected" | "unreachable" | "refused";

/** Whether the server can store what happens. */
export type StoreState = "storing" | "refusing";

/** What a server says beside entries, as JSON in a text frame. SPEC.md has the meaning of each. */
export type ServerMessage =
  | {
      readonly type: "welcome";
      readonly server: string;
      readonly heartbeatMs: number;
      /** What the ticket let in is over then, unless `auth` renews it. Comes again in answer to that. */
      readonly expiresInMs?: number;
    }
  | ({ readonly type: "subok"; readonly id: number; readonly from: number } & LogPosition)
  | { readonly type: "live"; readonly id: number; readonly next: number }
  | ({ readonly type: "reset"; readonly id: number; readonly why: ResetReason } & LogPosition)
  | { readonly type: "end"; readonly id: number; readonly next: number }
  | { readonly type: "err"; readonly id: number; readonly code: string; readonly message: string }
  | { readonly type: "studio"; readonly state: StudioState; readonly message: string }
  | { readonly type: "store"; readonly state: StoreState; readonly message: string }
  /** `t` answers a `ping`. */
  | { readonly type: "hb"; readonly t?: number }
  /** Entries of one log, for a connection with the capability `json`. `id` as in `sub`; absent over SSE. */
  | { readonly type: "entries"; readonly id?: number; readonly entries: readonly JsonEntry[] }
  | { readonly type: "bye"; readonly inMs: number };

/**
 * Why a log starts over: it began anew (`epoch`), the wanted entries are no longer kept (`trimmed`), or the position is
 * behind the end (`ahead`), as when a store has lost its newest entries.
 */
export type ResetReason = "epoch" | "trimmed" | "ahead";

/** What a log holds: entries `first` to `next - 1` of `epoch`. */
export interface LogPosition {
  readonly log: string;
  /** Stands in the header of the log's entries. */
  readonly number: number;
  /** Changes when earlier entries can no longer be vouched for. */
  readonly epoch: string;
  readonly first: number;
  readonly next: number;
}

const STUDIO_STATES = ["connecting", "connected", "unreachable", "refused"] as const satisfies readonly StudioState[];
const STORE_STATES = ["storing", "refusing"] as const satisfies readonly StoreState[];
const RESET_REASONS = ["epoch", "trimmed", "ahead"] as const satisfies readonly ResetReason[];
/** A client may ask for so many capabilities. */
const MOST_CAPS = 16;
/** Words for people may be longer than names. */
const LONGEST_WORDS = 10_000;

/**
 * Reads a client's message.
 *
 * @throws {BadMessageError} for anything else.
 */
export function parseClientMessage(text: string): ClientMessage {
  const message = parseObject(text);
  switch (message.type) {
    case "hello":
      return {
        type: "hello",
        client: readText(message, "client"),
        ...(message.ticket !== undefined && { ticket: readText(message, "ticket") }),
        ...(message.caps !== undefined && { caps: readCaps(message) }),
      };
    case "auth":
      return { type: "auth", ticket: readText(message, "ticket") };
    case "ping":
      return { type: "ping", t: readCount(message, "t") };
    case "sub":
      return { type: "sub", id: readCount(message, "id"), log: readText(message, "log"), from: readFrom(message.from) };
    case "ack":
      return { type: "ack", id: readCount(message, "id"), seq: readCount(message, "seq") };
    case "unsub":
      return { type: "unsub", id: readCount(message, "id") };
    default:
      throw new BadMessageError(`"${readText(message, "type").slice(0, 40)}" is not a message of a client.`);
  }
}

/**
 * Reads a server's message; `undefined` for a type that this version does not know.
 *
 * @throws {BadMessageError} for a message of a known type that lacks something.
 */
export function parseServerMessage(text: string): ServerMessage | undefined {
  const message = parseObject(text);
  switch (message.type) {
    case "welcome":
      return {
        type: "welcome",
        server: readText(message, "server"),
        heartbeatMs: readCount(message, "heartbeatMs"),
        ...(message.expiresInMs !== undefined && { expiresInMs: readCount(message, "expiresInMs") }),
      };
    case "subok":
      return {
        type: "subok",
        id: readCount(message, "id"),
        ...readPosition(message),
        from: readCount(message, "from"),
      };
    case "live":
      return { type: "live", id: readCount(message, "id"), next: readCount(message, "next") };
    case "reset":
      return {
        type: "reset",
        id: readCount(message, "id"),
        ...readPosition(message),
        why: readOneOf(message, "why", RESET_REASONS),
      };
    case "end":
      return { type: "end", id: readCount(message, "id"), next: readCount(message, "next") };
    case "err":
      return {
        type: "err",
        id: readCount(message, "id"),
        code: readText(message, "code"),
        message: readText(message, "message", LONGEST_WORDS),
      };
    case "studio":
      return {
        type: "studio",
        state: readOneOf(message, "state", STUDIO_STATES),
        message: readText(message, "message", LONGEST_WORDS),
      };
    case "store":
      return {
        type: "store",
        state: readOneOf(message, "state", STORE_STATES),
        message: readText(message, "message", LONGEST_WORDS),
      };
    case "hb":
      return { type: "hb", ...(message.t !== undefined && { t: readCount(message, "t") }) };
    case "entries":
      return {
        type: "entries",
        ...(message.id !== undefined && { id: readCount(message, "id") }),
        entries: readList(message, "entries").map(readJsonEntry),
      };
    case "bye":
      return { type: "bye", inMs: readCount(message, "inMs") };
    default:
      return undefined;
  }
}

function readCaps(message: JsonObject): readonly string[] {
  const caps = readList(message, "caps");
  const isGood = caps.length <= MOST_CAPS && caps.every((cap) => typeof cap === "string");
  if (!isGood) throw new BadMessageError(`"caps" has to be a list of at most ${MOST_CAPS} texts.`);
  return caps;
}

/** What every entry has; `fromJsonEntry` reads the rest. */
function readJsonEntry(value: unknown): JsonEntry {
  const entry = asObject(value, "An entry");
  return { ...entry, kind: readText(entry, "kind"), log: readCount(entry, "log"), seq: readCount(entry, "seq") };
}

function readFrom(from: unknown): SubscribeFrom {
  if (from === "start" || from === "now") return from;
  const object = asObject(from, '"from", unless it is "start" or "now",');
  if (object.tail !== undefined) return { tail: readCount(object, "tail") };
  return { epoch: readText(object, "epoch"), seq: readCount(object, "seq") };
}

function readPosition(message: JsonObject): LogPosition {
  return {
    log: readText(message, "log"),
    number: readCount(message, "number"),
    epoch: readText(message, "epoch"),
    first: readCount(message, "first"),
    next: readCount(message, "next"),
  };
}
