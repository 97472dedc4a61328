/**
 * Entries of a log: the bytes that are stored are the bytes that go over the wire. SPEC.md has the layout.
 */
import type { WindowDetails } from "./details.ts";
import type { Recording } from "./recording.ts";
import type { Run } from "./run.ts";
import type { TestPrediction, TestRun } from "./test-run.ts";

/** Where an entry stands. */
export interface EntryPosition {
  /** Number of the log. */
  readonly log: number;
  /** Number of the entry in the log, from 0. */
  readonly seq: number;
}

/** Consecutive windows of a run, column by column. */
export interface WindowsEntry extends EntryPosition {
  readonly kind: "windows";
  /** Index of the first window. */
  readonly first: number;
  readonly count: number;
  /** Numbers of each window in `scores`: its classes, and one more where the run's `kinds` have `value`. */
  readonly classCount: number;
  /** Shape `[count]`. */
  readonly startMs: Float64Array;
  /** Shape `[count]`. */
  readonly endMs: Float64Array;
  /** Shape `[count * classCount]`. */
  readonly scores: Float32Array | Float64Array;
  /** Shape `[count]`; NaN where there is no anomaly block. */
  readonly anomaly: Float32Array | Float64Array;
  /** Shape `[count]`: index of a class, or one of `VERDICT`. */
  readonly verdicts: Uint8Array;
}

/** Consecutive readings of the run's signal. */
export interface ReadingsEntry extends EntryPosition {
  readonly kind: "readings";
  /** Index of the first reading. */
  readonly first: number;
  readonly count: number;
  readonly axisCount: number;
  /** Shape `[count * axisCount]`, the axes of one reading together. */
  readonly values: Float32Array;
}

/** How a run stands from here on. */
export interface RunEntry extends EntryPosition {
  readonly kind: "run";
  readonly run: Run;
}

/** What windows of a run have beside their columns; those that have nothing are left out. */
export interface DetailsEntry extends EntryPosition {
  readonly kind: "details";
  /** Index of the first window that the entry is about. */
  readonly first: number;
  readonly details: readonly WindowDetails[];
}

/** How a test run stands from here on. */
export interface TestRunEntry extends EntryPosition {
  readonly kind: "test-run";
  readonly testRun: TestRun;
}

/** Consecutive predictions of a test run. */
export interface PredictionsEntry extends EntryPosition {
  readonly kind: "predictions";
  /** Index of the first. */
  readonly first: number;
  readonly predictions: readonly TestPrediction[];
}

/** How a recording stands from here on. */
export interface RecordingEntry extends EntryPosition {
  readonly kind: "recording";
  readonly recording: Recording;
}

/** An entry of a kind or version that this code does not know. */
export interface UnknownEntry extends EntryPosition {
  readonly kind: "unknown";
}

/** Any entry of a log, told apart by `kind`. */
export type Entry =
  | WindowsEntry
  | ReadingsEntry
  | RunEntry
  | DetailsEntry
  | TestRunEntry
  | PredictionsEntry
  | RecordingEntry
  | UnknownEntry;

/** Verdicts of a window that are not a class. */
export const VERDICT = { texts: 250, noObject: 251, value: 252, noAnomaly: 253, uncertain: 254, anomaly: 255 } as const;

/** A message that is not made of whole entries. */
export class MalformedEntryError extends Error {
  override readonly name = "MalformedEntryError";
}

const HEADER_BYTES = 32;
const KIND = { windows: 1, run: 2, readings: 5, details: 6, testRun: 7, predictions: 8, recording: 9 } as const;
const VERSION = 1;
const FLAG_F64 = 1;

/** What `encodeWindows` writes, apart from its place in the log. */
export type WindowColumns = Pick<
  WindowsEntry,
  "first" | "classCount" | "startMs" | "endMs" | "scores" | "anomaly" | "verdicts"
>;

/** Encodes windows; exact, in float32 where that is exact and in float64 otherwise. */
export function encodeWindows(position: EntryPosition, windows: WindowColumns): Uint8Array<ArrayBuffer> {
  const { first, classCount, startMs, endMs, scores, anomaly, verdicts } = windows;
  const count = startMs.length;
  const isF32 = isExactInFloat32(scores) && isExactInFloat32(anomaly);
  const Numbers = isF32 ? Float32Array : Float64Array;
  const layout = windowsLayout(count, classCount, Numbers.BYTES_PER_ELEMENT);
  const entry = createEntry(position, KIND.windows, isF32 ? 0 : FLAG_F64, layout.end, first, count, classCount);
  new Float64Array(entry.buffer, layout.startMs, count).set(startMs);
  new Float64Array(entry.buffer, layout.endMs, count).set(endMs);
  new Numbers(entry.buffer, layout.scores, count * classCount).set(scores);
  new Numbers(entry.buffer, layout.anomaly, count).set(anomaly);
  entry.set(verdicts, layout.verdicts);
  return entry;
}

/** Encodes readings. */
export function encodeReadings(
  position: EntryPosition,
  readings: Pick<ReadingsEntry, "first" | "axisCount" | "values">,
): Uint8Array<ArrayBuffer> {
  const { first, axisCount, values } = readings;
  const end = HEADER_BYTES + values.byteLength;
  const entry = createEntry(position, KIND.readings, 0, end, first, values.length / axisCount, axisCount);
  new Float32Array(entry.buffer, HEADER_BYTES, values.length).set(values);
  return entry;
}

/** Encodes the state of a run. */
export function encodeRun(position: EntryPosition, run: Run): Uint8Array<ArrayBuffer> {
  return encodeJson(position, KIND.run, run);
}

/** Encodes what windows have beside their columns. */
export function encodeDetails(
  position: EntryPosition,
  { first, details }: Pick<DetailsEntry, "first" | "details">,
): Uint8Array<ArrayBuffer> {
  return encodeJson(position, KIND.details, details, first);
}

/** Encodes the state of a test run. */
export function encodeTestRun(position: EntryPosition, testRun: TestRun): Uint8Array<ArrayBuffer> {
  return encodeJson(position, KIND.testRun, testRun);
}

/** Encodes predictions of a test run. */
export function encodePredictions(
  position: EntryPosition,
  { first, predictions }: Pick<PredictionsEntry, "first" | "predictions">,
): Uint8Array<ArrayBuffer> {
  return encodeJson(position, KIND.predictions, predictions, first);
}

/** Encodes the state of a recording. */
export function encodeRecording(position: EntryPosition, recording: Recording): Uint8Array<ArrayBuffer> {
  return encodeJson(position, KIND.recording, recording);
}

/**
 * Takes a binary message apart. Typed arrays look into the message where its alignment allows, so keep it unchanged.
 *
 * @throws {MalformedEntryError} when the message is not made of whole entries.
 */
export function decodeEntries(message: Uint8Array<ArrayBuffer>): Entry[] {
  // Typed arrays need their alignment; a socket's buffer may start anywhere.
  // A copy by `slice` would be none: Node's Buffer shares its memory there.
  const bytes = message.byteOffset % 8 === 0 ? message : new Uint8Array(message);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Entry[] = [];
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    const length = left >= HEADER_BYTES ? view.getUint32(at + 4, true) : 0;
    if (length < HEADER_BYTES || length % 8 !== 0 || length > left) {
      throw new MalformedEntryError(`Byte ${at}: an entry of ${length} bytes where ${left} are left.`);
    }
    entries.push(decodeEntry(bytes, view, at, length));
    at += length;
  }
  return entries;
}

function decodeEntry(bytes: Uint8Array<ArrayBuffer>, view: DataView, at: number, length: number): Entry {
  const kind = view.getUint8(at);
  const version = view.getUint8(at + 1);
  const position: EntryPosition = { log: view.getUint32(at + 8, true), seq: view.getUint32(at + 12, true) };
  if (version !== VERSION) return { kind: "unknown", ...position };

  const first = view.getUint32(at + 16, true);
  const count = view.getUint32(at + 20, true);
  const width = view.getUint32(at + 24, true);
  const from = bytes.byteOffset + at;
  switch (kind) {
    case KIND.windows: {
      const Numbers = view.getUint16(at + 2, true) & FLAG_F64 ? Float64Array : Float32Array;
      const layout = windowsLayout(count, width, Numbers.BYTES_PER_ELEMENT);
      checkFits(at, layout.end, length);
      return {
        kind: "windows",
        ...position,
        first,
        count,
        classCount: width,
        startMs: new Float64Array(bytes.buffer, from + layout.startMs, count),
        endMs: new Float64Array(bytes.buffer, from + layout.endMs, count),
        scores: new Numbers(bytes.buffer, from + layout.scores, count * width),
        anomaly: new Numbers(bytes.buffer, from + layout.anomaly, count),
        verdicts: new Uint8Array(bytes.buffer, from + layout.verdicts, count),
      };
    }
    case KIND.readings: {
      checkFits(at, HEADER_BYTES + count * width * 4, length);
      const values = new Float32Array(bytes.buffer, from + HEADER_BYTES, count * width);
      return { kind: "readings", ...position, first, count, axisCount: width, values };
    }
    case KIND.run:
      return { kind: "run", ...position, run: json() as Run };
    case KIND.details:
      return { kind: "details", ...position, first, details: json() as WindowDetails[] };
    case KIND.testRun:
      return { kind: "test-run", ...position, testRun: json() as TestRun };
    case KIND.predictions:
      return { kind: "predictions", ...position, first, predictions: json() as TestPrediction[] };
    case KIND.recording:
      return { kind: "recording", ...position, recording: json() as Recording };
    default:
      return { kind: "unknown", ...position };
  }

  function json(): unknown {
    checkFits(at, HEADER_BYTES + count, length);
    return parseJson(bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + count));
  }
}

function parseJson(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch (cause) {
    throw new MalformedEntryError("An entry that should hold JSON does not.", { cause });
  }
}

function encodeJson(position: EntryPosition, kind: number, value: unknown, first = 0): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(value));
  const entry = createEntry(position, kind, 0, HEADER_BYTES + json.length, first, json.length, 0);
  entry.set(json, HEADER_BYTES);
  return entry;
}

function createEntry(
  { log, seq }: EntryPosition,
  kind: number,
  flags: number,
  end: number,
  first: number,
  count: number,
  width: number,
): Uint8Array<ArrayBuffer> {
  const length = Math.ceil(end / 8) * 8;
  const entry = new Uint8Array(length);
  const view = new DataView(entry.buffer);
  view.setUint8(0, kind);
  view.setUint8(1, VERSION);
  view.setUint16(2, flags, true);
  view.setUint32(4, length, true);
  view.setUint32(8, log, true);
  view.setUint32(12, seq, true);
  view.setUint32(16, first, true);
  view.setUint32(20, count, true);
  view.setUint32(24, width, true);
  return entry;
}

/** Byte offsets of a windows entry's columns. */
function windowsLayout(count: number, classCount: number, numberBytes: number) {
  const startMs = HEADER_BYTES;
  const endMs = startMs + 8 * count;
  const scores = endMs + 8 * count;
  const anomaly = scores + numberBytes * count * classCount;
  const verdicts = anomaly + numberBytes * count;
  return { startMs, endMs, scores, anomaly, verdicts, end: verdicts + count };
}

function checkFits(at: number, end: number, length: number): void {
  if (end > length)
    throw new MalformedEntryError(`Byte ${at}: an entry of ${length} bytes that claims to hold ${end}.`);
}

/** Whether float32 has room for every one of these numbers as it is. */
export function isExactInFloat32(numbers: Float32Array | Float64Array): boolean {
  return numbers instanceof Float32Array || numbers.every((number) => Object.is(Math.fround(number), number));
}
