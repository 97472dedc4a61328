/**
 * The live protocol `windowscope.v1`: control messages, log entries, and a client that reconnects and resumes.
 *
 * Runs in Node and in a browser. Knows nothing of Studio, of storage or of screens. SPEC.md has the rules.
 */
export type { ConnectionState } from "./connection-state.ts";
export {
  decodeEntries,
  encodeReadings,
  encodeRun,
  encodeWindows,
  MalformedEntryError,
  VERDICT,
  type Entry,
  type EntryPosition,
  type ReadingsEntry,
  type RunEntry,
  type UnknownEntry,
  type WindowColumns,
  type WindowsEntry,
} from "./entry.ts";
export { toJsonEntry, type JsonEntry } from "./json-entry.ts";
export { connectLive, LiveError, type LiveConnection, type LiveOptions, type LiveSocket } from "./live-client.ts";
export {
  BadMessageError,
  CLOSE,
  FEED,
  parseClientMessage,
  parseServerMessage,
  SUBPROTOCOL,
  type ClientMessage,
  type LogPosition,
  type ResetReason,
  type ServerMessage,
  type StudioState,
  type SubscribeFrom,
} from "./messages.ts";
export { isOver, type Run, type RunResult, type RunState } from "./run.ts";
export type { LogEvent } from "./subscription.ts";
export { expectedLabel, isMismatch, verdictName } from "./verdict.ts";
