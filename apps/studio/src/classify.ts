import { WindowClassifier, type Impulse, type Variant } from "@windowscope/engine";

import { readingCount, type Recording } from "./formats/recording.ts";

/** What the impulse says about each window of a sample: one map for each block it has. */
export interface WindowResults {
  /** Label to score, window after window; absent without a classifier. */
  readonly classifier?: readonly Readonly<Record<string, number>>[];
  /** Absent without an anomaly block. */
  readonly anomaly?: readonly { readonly anomaly: number }[];
  /** Something to know about the result. */
  readonly warning?: string;
}

/** The sample and the impulse do not go together. The message is for people. */
export class ClassifyError extends Error {
  override readonly name = "ClassifyError";
}

/** Recorded intervals this close to the impulse's are the same frequency; a board's clock is not exact. */
const INTERVAL_TOLERANCE = 0.005;

/**
 * Slides an impulse's window over a recording.
 *
 * @throws {ClassifyError} when the recording lacks an axis or was made at another frequency.
 */
export function classifyRecording(impulse: Impulse, variant: Variant, recording: Recording): WindowResults {
  const readings = selectAxes(recording, impulse.input.axes);
  refuseOtherFrequency(recording, impulse.input.frequencyHz);

  // An impulse without a classifier has no variants.
  const windows = new WindowClassifier(impulse, impulse.classifier && variant);
  const plan = windows.plan(readingCount(recording));
  const padded = plan.isPadded ? withZeros(readings, plan.windowReadings * impulse.input.axes.length) : readings;
  const labels = impulse.classifier?.labels;
  const classifier: Record<string, number>[] = [];
  const anomaly: { anomaly: number }[] = [];
  for (let w = 0; w < plan.count; w++) {
    windows.classify(padded, w * plan.increaseReadings);
    if (labels) classifier.push(Object.fromEntries(labels.map((label, i) => [label, windows.scores[i] as number])));
    const score = windows.anomalyScore();
    if (score !== undefined) anomaly.push({ anomaly: score });
  }

  const isShort = readingCount(recording) < plan.windowReadings;
  return {
    ...(labels && { classifier }),
    ...(impulse.anomaly && { anomaly }),
    ...(isShort && { warning: shortSampleWarning(recording, impulse.input.windowSizeMs, plan.isPadded) }),
  };
}

/**
 * The recording's readings with the impulse's axes in the impulse's order.
 *
 * @throws {ClassifyError} when it lacks one.
 */
export function selectAxes(recording: Recording, axes: readonly string[]): Float32Array {
  const { sensors, values } = recording;
  const columns = axes.map((axis) => sensors.findIndex(({ name }) => name === axis));
  if (columns.includes(-1)) {
    const recorded = sensors.map(({ name }) => name).join(", ");
    throw new ClassifyError(`The impulse reads the axes ${axes.join(", ")}; the sample has ${recorded}.`);
  }
  const count = readingCount(recording);
  const readings = new Float32Array(count * axes.length);
  for (let r = 0; r < count; r++) {
    columns.forEach((column, a) => (readings[r * axes.length + a] = values[r * sensors.length + column] as number));
  }
  return readings;
}

function refuseOtherFrequency({ intervalMs }: Recording, frequencyHz: number): void {
  const recordedHz = 1000 / intervalMs;
  if (Math.abs(recordedHz / frequencyHz - 1) <= INTERVAL_TOLERANCE) return;
  throw new ClassifyError(
    `The sample was recorded at ${round(recordedHz)} Hz and the impulse needs ${round(frequencyHz)} Hz. ` +
      "This Studio does not resample; record at the impulse's frequency.",
  );
}

function withZeros(readings: Float32Array, length: number): Float32Array {
  const padded = new Float32Array(length);
  padded.set(readings);
  return padded;
}

function shortSampleWarning(recording: Recording, windowSizeMs: number, isPadded: boolean): string {
  const lengthMs = Math.round(readingCount(recording) * recording.intervalMs);
  const consequence = isPadded ? "Its only window is filled up with zeros." : "It has no window.";
  return `The sample lasts ${lengthMs} ms, less than one window of ${windowSizeMs} ms. ${consequence}`;
}

function round(hertz: number): number {
  return Math.round(hertz * 100) / 100;
}
