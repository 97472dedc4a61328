/** Control messages of the live protocol, and the checks that stand at both ends of the wire. SPEC.md explains them. */

import type { JsonEntry } from "./json-entry.ts";

export const SUBPROTOCOL = "windowscope.v1";

/** The log that tells of every run. */
export const FEED = "feed";

/** Where a subscription begins. */
export type SubscribeFrom =
  "start" | "now" | { readonly tail: number } | { readonly epoch: string; readonly seq: number };

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

export type ServerMessage =
  | { readonly type: "welcome"; readonly server: string; readonly heartbeatMs: number }
  | ({ readonly type: "subok"; readonly id: number; readonly from: number } & LogPosition)
  | { readonly type: "live"; readonly id: number; readonly next: number }
  | ({ readonly type: "reset"; readonly id: number; readonly why: ResetReason } & LogPosition)
  | { readonly type: "end"; readonly id: number; readonly next: number }
  | { readonly type: "err"; readonly id: number; readonly code: string; readonly message: string }
  | { readonly type: "studio"; readonly state: StudioState; readonly message: string }
  /** `t` answers a `ping`. */
  | { readonly type: "hb"; readonly t?: number }
  /** Entries of one log, for a connection with the capability `json`. */
  | { readonly type: "entries"; readonly entries: readonly JsonEntry[] }
  | { readonly type: "bye"; readonly inMs: number };

export type ResetReason = "epoch" | "trimmed" | "ahead";

/** What a log holds: entries `first` to `next - 1` of `epoch`. */
export interface LogPosition {
  readonly log: string;
  /** Stands in the header of the log's entries. */
  readonly number: number;
  readonly epoch: string;
  readonly first: number;
  readonly next: number;
}

/** Why a connection was closed; SPEC.md says what the client does about each. */
export const CLOSE = {
  done: 1000,
  restart: 1012,
  internal: 1011,
  overloaded: 1013,
  helloTimeout: 4108,
  tooManyMessages: 4129,
  tooManyConnections: 4130,
  stalled: 4200,
  draining: 4201,
  credentialsExpired: 4202,
  badMessage: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  logInUse: 4409,
  wrongVersion: 4415,
} as const;

/** The text of a control message is not one. `message` says what is wrong with it. */
export class BadMessageError extends Error {
  override readonly name = "BadMessageError";
}

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
        ...(message.caps !== undefined && { caps: readCaps(message.caps) }),
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
      throw new BadMessageError(`Unknown message type ${JSON.stringify(message.type)?.slice(0, 40)}.`);
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
      return { type: "welcome", server: readText(message, "server"), heartbeatMs: readCount(message, "heartbeatMs") };
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
        why: readText(message, "why") as ResetReason,
      };
    case "end":
      return { type: "end", id: readCount(message, "id"), next: readCount(message, "next") };
    case "err":
      return {
        type: "err",
        id: readCount(message, "id"),
        code: readText(message, "code"),
        message: readText(message, "message"),
      };
    case "studio":
      return {
        type: "studio",
        state: readText(message, "state") as StudioState,
        message: readText(message, "message"),
      };
    case "hb":
      return { type: "hb", ...(message.t !== undefined && { t: readCount(message, "t") }) };
    case "entries":
      return { type: "entries", entries: message.entries as readonly JsonEntry[] };
    case "bye":
      return { type: "bye", inMs: readCount(message, "inMs") };
    default:
      return undefined;
  }
}

const LONGEST_TEXT = 200;

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BadMessageError("A control message has to be JSON.", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadMessageError("A control message has to be a JSON object.");
  }
  return value as Record<string, unknown>;
}

function readText(message: Record<string, unknown>, key: string): string {
  const value = message[key];
  if (typeof value !== "string" || value === "") throw new BadMessageError(`"${key}" has to be a text.`);
  if (value.length > LONGEST_TEXT && key !== "message") throw new BadMessageError(`"${key}" is too long.`);
  return value;
}

function readCount(message: Record<string, unknown>, key: string): number {
  const value = message[key];
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new BadMessageError(`"${key}" has to be a whole number, 0 or more.`);
  }
  return value as number;
}

function readCaps(caps: unknown): readonly string[] {
  const isList = Array.isArray(caps) && caps.length <= 16 && caps.every((cap) => typeof cap === "string");
  if (!isList) throw new BadMessageError('"caps" has to be a list of texts.');
  return caps as readonly string[];
}

function readFrom(from: unknown): SubscribeFrom {
  if (from === "start" || from === "now") return from;
  if (typeof from === "object" && from !== null) {
    const object = from as Record<string, unknown>;
    if ("tail" in object) return { tail: readCount(object, "tail") };
    return { epoch: readText(object, "epoch"), seq: readCount(object, "seq") };
  }
  throw new BadMessageError('"from" has to be "start", "now", {"tail": n} or {"epoch", "seq"}.');
}

function readPosition(message: Record<string, unknown>): LogPosition {
  return {
    log: readText(message, "log"),
    number: readCount(message, "number"),
    epoch: readText(message, "epoch"),
    first: readCount(message, "first"),
    next: readCount(message, "next"),
  };
}
