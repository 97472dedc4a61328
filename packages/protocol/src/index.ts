/**
 * The live protocol `windowscope.v1`: control messages, log entries, and a client that reconnects and resumes.
 *
 * Runs in Node and in a browser. Knows nothing of Studio, of storage or of screens. SPEC.md has the rules.
 *
 * @module
 */
export { CLOSE } from "./close-codes.ts";
export type { ConnectionState } from "./connection-state.ts";
export type { Box, WindowDetails } from "./details.ts";
export {
  decodeEntries,
  encodeDetails,
  encodePredictions,
  encodeReadings,
  encodeRecording,
  encodeRun,
  encodeTestRun,
  encodeWindows,
  MalformedEntryError,
  VERDICT,
  type DetailsEntry,
  type Entry,
  type EntryPosition,
  type PredictionsEntry,
  type ReadingsEntry,
  type RecordingEntry,
  type RunEntry,
  type TestRunEntry,
  type UnknownEntry,
  type WindowColumns,
  type WindowsEntry,
} from "./entry.ts";
export { BadMessageError } from "./json-checks.ts";
export { fromJsonEntry, toJsonEntry, type JsonEntry } from "./json-entry.ts";
export { connectLive, LiveError, type LiveConnection, type LiveOptions } from "./live-client.ts";
export type { Ticket } from "./live-session.ts";
export type { LiveSocket } from "./live-socket.ts";
export {
  FEED,
  parseClientMessage,
  parseServerMessage,
  SUBPROTOCOL,
  type ClientMessage,
  type LogPosition,
  type ResetReason,
  type ServerMessage,
  type StoreState,
  type StudioState,
  type SubscribeFrom,
} from "./messages.ts";
export type { Recording, RecordingState } from "./recording.ts";
export { isOver, type BlockKind, type Run, type RunResult, type RunState } from "./run.ts";
export type { LogEvent } from "./subscription.ts";
export type { ConfusionMatrix, StudioAccuracy, TestPrediction, TestResult, TestRun, TestRunState } from "./test-run.ts";
export { expectedLabel, isMismatch, verdictName } from "./verdict.ts";
