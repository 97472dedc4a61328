import type { WindowDetails } from "./details.ts";
import {
  isExactInFloat32,
  type Entry,
  type EntryPosition,
  type ReadingsEntry,
  type UnknownEntry,
  type WindowsEntry,
} from "./entry.ts";
import { asObject, BadMessageError, readCount, readList, readText, type JsonObject } from "./json-checks.ts";
import type { Recording } from "./recording.ts";
import type { Run } from "./run.ts";
import type { TestPrediction, TestRun } from "./test-run.ts";

/** An entry as JSON has it: lists instead of typed arrays, and `null` for a number that JSON cannot say. */
export type JsonEntry = { readonly kind: string; readonly log: number; readonly seq: number } & Readonly<
  Record<string, unknown>
>;

type KnownEntry = Exclude<Entry, UnknownEntry>;

const MOST_U32 = 2 ** 32 - 1;

/**
 * The JSON twin of an entry, for programs that do not read the binary form.
 *
 * `null` stands for NaN and for infinity, and JSON has no negative zero; every other number is exact.
 */
export function toJsonEntry(entry: Entry): JsonEntry {
  const members = Object.entries(entry).map(([key, value]: [string, unknown]) => {
    if (!ArrayBuffer.isView(value)) return [key, value];
    return [key, Array.from(value as Float64Array, (number) => (Number.isFinite(number) ? number : null))];
  });
  return Object.fromEntries(members) as JsonEntry;
}

/**
 * The entry whose twin this is. An entry of a kind that this code does not know becomes `unknown`.
 *
 * @throws {BadMessageError} when a member is missing, is of another type, or does not fit `count`.
 */
export function fromJsonEntry(value: unknown): Entry {
  const entry = asObject(value, "An entry");
  const position: EntryPosition = { log: readCount(entry, "log", MOST_U32), seq: readCount(entry, "seq", MOST_U32) };
  const kind = readText(entry, "kind");
  if (!isKnownKind(kind)) return { kind: "unknown", ...position };
  // The reader is that of the kind, which TypeScript cannot follow through the lookup.
  return { kind, ...position, ...READERS[kind](entry) } as Entry;
}

/**
 * What each kind has beside its position. Of JSON inside an entry only the outermost shape is checked, as in the binary
 * form: it is the server's own.
 */
const READERS: {
  readonly [E in KnownEntry as E["kind"]]: (entry: JsonObject) => Omit<E, "kind" | keyof EntryPosition>;
} = {
  windows: readWindows,
  readings: readReadings,
  run: (entry) => ({ run: asObject(entry.run, '"run"') as unknown as Run }),
  details: (entry) => ({ first: readFirst(entry), details: readList(entry, "details") as readonly WindowDetails[] }),
  "test-run": (entry) => ({ testRun: asObject(entry.testRun, '"testRun"') as unknown as TestRun }),
  predictions: (entry) => ({
    first: readFirst(entry),
    predictions: readList(entry, "predictions") as readonly TestPrediction[],
  }),
  recording: (entry) => ({ recording: asObject(entry.recording, '"recording"') as unknown as Recording }),
};

function isKnownKind(kind: string): kind is KnownEntry["kind"] {
  return Object.hasOwn(READERS, kind);
}

function readFirst(entry: JsonObject): number {
  return readCount(entry, "first", MOST_U32);
}

function readWindows(entry: JsonObject): Omit<WindowsEntry, "kind" | keyof EntryPosition> {
  const [first, count, classCount] = readSizes(entry, "classCount");
  const scores = readNumbers(entry, "scores", count * classCount);
  const anomaly = readNumbers(entry, "anomaly", count);
  // As in the binary form: float32 where that is exact for all of them.
  const Numbers = isExactInFloat32(scores) && isExactInFloat32(anomaly) ? Float32Array : Float64Array;
  return {
    first,
    count,
    classCount,
    startMs: readNumbers(entry, "startMs", count),
    endMs: readNumbers(entry, "endMs", count),
    scores: new Numbers(scores),
    anomaly: new Numbers(anomaly),
    verdicts: readVerdicts(entry, count),
  };
}

function readReadings(entry: JsonObject): Omit<ReadingsEntry, "kind" | keyof EntryPosition> {
  const [first, count, axisCount] = readSizes(entry, "axisCount");
  return { first, count, axisCount, values: new Float32Array(readNumbers(entry, "values", count * axisCount)) };
}

function readSizes(entry: JsonObject, width: string): readonly [first: number, count: number, width: number] {
  return [readCount(entry, "first", MOST_U32), readCount(entry, "count", MOST_U32), readCount(entry, width, MOST_U32)];
}

function readNumbers(entry: JsonObject, key: string, length: number): Float64Array<ArrayBuffer> {
  const list = readListOf(entry, key, length);
  const isGood = list.every((value) => value === null || typeof value === "number");
  if (!isGood) throw new BadMessageError(`"${key}" has to hold numbers and null.`);
  return Float64Array.from(list, (value) => value ?? NaN);
}

function readVerdicts(entry: JsonObject, count: number): Uint8Array<ArrayBuffer> {
  const list = readListOf(entry, "verdicts", count);
  const isGood = list.every((value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255);
  if (!isGood) throw new BadMessageError('"verdicts" has to hold whole numbers from 0 to 255.');
  return Uint8Array.from(list as readonly number[]);
}

function readListOf(entry: JsonObject, key: string, length: number): readonly unknown[] {
  const list = readList(entry, key);
  if (list.length !== length) throw new BadMessageError(`"${key}" has ${list.length} numbers instead of ${length}.`);
  return list;
}
