import { createHash } from "node:crypto";

import {
  encodeDetails,
  encodeReadings,
  encodeWindows,
  VERDICT,
  type BlockKind,
  type EntryPosition,
  type RunResult,
  type WindowDetails,
} from "@windowscope/protocol";
import { ANOMALY, NO_ANOMALY, type ClassifiedSample, type ClassifiedWindow } from "@windowscope/sdk";

/** All windows of a sample, column by column. */
export interface ResultColumns {
  /** As in the run's result: those of the classifier, then labels of objects. */
  readonly classes: readonly string[];
  /** Numbers of each window in `scores`: its classes, and the value of a regression. */
  readonly width: number;
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** Shape `[windows * width]`. */
  readonly scores: Float64Array;
  /** NaN without an anomaly block. */
  readonly anomaly: Float64Array;
  /** As in the protocol: index of a class, or one of `VERDICT`. */
  readonly verdicts: Uint8Array;
  /** What windows have beside these, in the order of their indices; those that have nothing are left out. */
  readonly details: readonly WindowDetails[];
  /** Says whether another result is the same. */
  readonly fingerprint: string;
}

/** Windows in one entry. */
const BATCH_WINDOWS = 32;
/** So many bytes of readings go into one entry. */
const READINGS_ENTRY_BYTES = 64 * 1024;
/** So many characters of details go into one entry, unless a single window has more. */
const DETAILS_ENTRY_CHARACTERS = 64 * 1024;
/** A verdict is one byte, and the last values are taken. */
const MOST_CLASSES = Math.min(...Object.values(VERDICT));

/** A result is of a kind, or of a size, that a run cannot show. Trying again does not help. */
export class NotShownError extends RangeError {
  override readonly name = "NotShownError";
}

/**
 * Turns a classification into columns and details.
 *
 * @throws {NotShownError} for more classes than the protocol can number.
 */
export function toColumns(classified: ClassifiedSample): ResultColumns {
  const { kinds, windowCount } = classified;
  const objectLabels = labelsOfObjects(classified);
  const classes = [...classified.classes, ...objectLabels];
  if (classes.length > MOST_CLASSES) {
    throw new NotShownError(`The impulse has ${classes.length} classes; a run can show ${MOST_CLASSES}.`);
  }
  const hasValue = kinds.includes("value");
  const width = classes.length + (hasValue ? 1 : 0);
  const startMs = new Float64Array(windowCount);
  const endMs = new Float64Array(windowCount);
  const scores = new Float64Array(windowCount * width);
  const anomaly = new Float64Array(windowCount);
  const verdicts = new Uint8Array(windowCount);
  const details: WindowDetails[] = [];
  for (const window of classified.windows()) {
    const at = window.index * width;
    startMs[window.index] = window.startMs;
    endMs[window.index] = window.endMs;
    scores.set(window.scores, at);
    scores.set(scoresOfObjects(window, objectLabels), at + window.scores.length);
    if (hasValue) scores[at + classes.length] = window.value ?? NaN;
    anomaly[window.index] = window.anomaly ?? NaN;
    verdicts[window.index] = verdictCode(classes, kinds, window.verdict);
    details.push(...detailsOf(window));
  }
  const hash = createHash("sha256").update(JSON.stringify(classes));
  // One by one: all of them together may be more than a text can hold.
  for (const window of details) hash.update(JSON.stringify(window));
  for (const column of [startMs, endMs, scores, anomaly, verdicts]) hash.update(new Uint8Array(column.buffer));
  return {
    classes,
    width,
    startMs,
    endMs,
    scores,
    anomaly,
    verdicts,
    details,
    fingerprint: hash.digest("hex"),
  };
}

/** Encodes windows `from` to `to - 1` and their details: a few windows to an entry, each with its details behind it. */
export function encodeBatches(
  columns: ResultColumns,
  from: number,
  to: number,
  position: (i: number) => EntryPosition,
): Uint8Array[] {
  const { width: classCount, startMs, endMs, scores, anomaly, verdicts, details } = columns;
  const entries: Uint8Array[] = [];
  for (let first = from; first < to; first += BATCH_WINDOWS) {
    const end = Math.min(to, first + BATCH_WINDOWS);
    const windows = {
      first,
      classCount,
      startMs: startMs.subarray(first, end),
      endMs: endMs.subarray(first, end),
      scores: scores.subarray(first * classCount, end * classCount),
      anomaly: anomaly.subarray(first, end),
      verdicts: verdicts.subarray(first, end),
    };
    entries.push(encodeWindows(position(entries.length), windows));
    for (const part of splitDetails(details.slice(lowerBound(details, first), lowerBound(details, end)))) {
      entries.push(encodeDetails(position(entries.length), { first, details: part }));
    }
  }
  return entries;
}

/** What to compare with the label of a window: the name of its verdict, or the number that a regression gives. */
export function judgedVerdict({ verdicts, scores, width }: ResultColumns, index: number, name: string): string {
  return verdicts[index] === VERDICT.value ? String(scores[(index + 1) * width - 1]) : name;
}

/** Encodes a sample's readings as entries. */
export function encodeSignal(
  { axes, values }: ClassifiedSample["signal"],
  position: (i: number) => EntryPosition,
): Uint8Array[] {
  const perEntry = Math.max(1, Math.floor(READINGS_ENTRY_BYTES / 4 / Math.max(1, axes.length)));
  const entries: Uint8Array[] = [];
  for (let first = 0; first < values.length; first += perEntry) {
    const readings = Float32Array.from(values.slice(first, first + perEntry).flat());
    entries.push(encodeReadings(position(entries.length), { first, axisCount: axes.length, values: readings }));
  }
  return entries;
}

/** What holds for all of a result. */
export function toRunResult(classified: ClassifiedSample, { classes }: Pick<ResultColumns, "classes">): RunResult {
  const { kinds, signal, windowSizeMs, windowIncreaseMs, windowCount, thresholds, expected } = classified;
  return {
    kinds,
    classes,
    axes: signal.axes,
    intervalMs: signal.intervalMs,
    readings: signal.values.length,
    windowSizeMs,
    windowIncreaseMs,
    windows: windowCount,
    thresholds,
    expected,
  };
}

/** In the order in which they are found. */
function labelsOfObjects(classified: ClassifiedSample): readonly string[] {
  if (!classified.kinds.includes("objects")) return [];
  const labels = new Set<string>();
  for (const { boxes = [] } of classified.windows()) for (const { label } of boxes) labels.add(label);
  return [...labels];
}

function scoresOfObjects({ boxes = [] }: ClassifiedWindow, labels: readonly string[]): number[] {
  return labels.map((label) => Math.max(0, ...boxes.filter((box) => box.label === label).map(({ score }) => score)));
}

function verdictCode(classes: readonly string[], kinds: readonly BlockKind[], verdict: string): number {
  const [deciding] = kinds;
  const seesAnomalies = kinds.includes("anomaly") || kinds.includes("anomaly-grid");
  // A class may have one of these names; Studio's verdict is then the same word.
  const index = deciding === "texts" ? -1 : classes.indexOf(verdict);
  if (index !== -1) return index;
  if (verdict === ANOMALY && seesAnomalies) return VERDICT.anomaly;
  switch (deciding) {
    case "texts":
      return VERDICT.texts;
    case "value":
      return VERDICT.value;
    case "objects":
      return VERDICT.noObject;
    default:
      return verdict === NO_ANOMALY ? VERDICT.noAnomaly : VERDICT.uncertain;
  }
}

function* detailsOf({
  index,
  boxes = [],
  grid = [],
  texts = {},
  debugInfo,
}: ClassifiedWindow): Generator<WindowDetails> {
  const details = {
    ...(boxes.length > 0 && { boxes }),
    ...(grid.length > 0 && { grid }),
    ...(Object.keys(texts).length > 0 && { texts }),
    ...(debugInfo !== undefined && { debugInfo }),
  };
  if (Object.keys(details).length > 0) yield { index, ...details };
}

/** Parts that are small enough for an entry. */
function* splitDetails(details: readonly WindowDetails[]): Generator<readonly WindowDetails[]> {
  let part: WindowDetails[] = [];
  let characters = 0;
  for (const window of details) {
    const length = JSON.stringify(window).length;
    if (part.length > 0 && characters + length > DETAILS_ENTRY_CHARACTERS) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(window);
    characters += length;
  }
  if (part.length > 0) yield part;
}

/** Where the details of this window stand, or of the next one that has any. */
function lowerBound(details: readonly WindowDetails[], index: number): number {
  let [low, high] = [0, details.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((details[middle] as WindowDetails).index < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
