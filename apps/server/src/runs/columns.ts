import { createHash } from "node:crypto";

import { encodeReadings, VERDICT, type EntryPosition, type RunResult, type WindowColumns } from "@windowscope/protocol";
import { ANOMALY, NO_ANOMALY, type ClassifiedSample } from "@windowscope/sdk";

/** All windows of a sample, column by column. */
export interface ResultColumns {
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** Shape `[windows * classes]`. */
  readonly scores: Float64Array;
  /** NaN without an anomaly block. */
  readonly anomaly: Float64Array;
  /** As in the protocol: index of a class, or one of `VERDICT`. */
  readonly verdicts: Uint8Array;
  /** Says whether another result is the same. */
  readonly fingerprint: string;
}

/** So many bytes of readings go into one entry. */
const READINGS_ENTRY_BYTES = 64 * 1024;
/** A verdict is one byte, and the last three values are taken. */
const MOST_CLASSES = VERDICT.noAnomaly;

/** A result is of a kind, or of a size, that a run cannot show. */
export class NotShownError extends Error {
  override readonly name = "NotShownError";
}

/**
 * Turns a classification into columns.
 *
 * @throws {NotShownError} for blocks without class scores or anomaly scores, and for more classes than the protocol can
 *   number.
 */
export function toColumns(classified: ClassifiedSample): ResultColumns {
  const { classes, kinds, windowCount } = classified;
  const other = kinds.find((kind) => kind !== "classes" && kind !== "anomaly");
  if (other !== undefined) {
    throw new NotShownError(`A run can show class scores and anomaly scores; a block of this impulse gives ${other}.`);
  }
  if (classes.length > MOST_CLASSES) {
    throw new NotShownError(`The impulse has ${classes.length} classes; a run can show ${MOST_CLASSES}.`);
  }
  const startMs = new Float64Array(windowCount);
  const endMs = new Float64Array(windowCount);
  const scores = new Float64Array(windowCount * classes.length);
  const anomaly = new Float64Array(windowCount);
  const verdicts = new Uint8Array(windowCount);
  for (const window of classified.windows()) {
    startMs[window.index] = window.startMs;
    endMs[window.index] = window.endMs;
    scores.set(window.scores, window.index * classes.length);
    anomaly[window.index] = window.anomaly ?? NaN;
    verdicts[window.index] = verdictCode(classes, window.verdict);
  }
  const hash = createHash("sha256").update(classes.join("\n"));
  for (const column of [startMs, endMs, scores, anomaly, verdicts]) hash.update(new Uint8Array(column.buffer));
  return { startMs, endMs, scores, anomaly, verdicts, fingerprint: hash.digest("hex") };
}

/** Windows `from` to `to - 1`. */
export function sliceColumns(
  { startMs, endMs, scores, anomaly, verdicts }: ResultColumns,
  classCount: number,
  from: number,
  to: number,
): WindowColumns {
  return {
    first: from,
    classCount,
    startMs: startMs.subarray(from, to),
    endMs: endMs.subarray(from, to),
    scores: scores.subarray(from * classCount, to * classCount),
    anomaly: anomaly.subarray(from, to),
    verdicts: verdicts.subarray(from, to),
  };
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
export function toRunResult(classified: ClassifiedSample): RunResult {
  const { classes, signal, windowSizeMs, windowIncreaseMs, windowCount, thresholds, expected } = classified;
  return {
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

function verdictCode(classes: readonly string[], verdict: string): number {
  // A class may have one of these names; Studio's verdict is then the same word.
  const index = classes.indexOf(verdict);
  if (index !== -1) return index;
  if (verdict === ANOMALY) return VERDICT.anomaly;
  return verdict === NO_ANOMALY ? VERDICT.noAnomaly : VERDICT.uncertain;
}
