import { fitRecordings, WindowClassifier, type Impulse, type Variant, type WindowPlan } from "@windowscope/engine";

import type { ImpulseDesign } from "./impulses.ts";
import { readingCount, type Recording } from "./formats/recording.ts";
import { toLabelledRecording } from "./labelled-recording.ts";

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

/**
 * Slides an impulse's window over a recording.
 *
 * @throws {ClassifyError} when the recording lacks an axis or was made at another frequency.
 */
export function classifyRecording(impulse: Impulse, variant: Variant, recording: Recording): WindowResults {
  // An impulse without a classifier has no variants.
  const windows = new WindowClassifier(impulse, impulse.classifier && variant);
  const plan = windows.plan(readingCount(recording));
  const labels = impulse.classifier?.labels;
  const classifier: Record<string, number>[] = [];
  const anomaly: { anomaly: number }[] = [];
  slide(windows, plan, impulse.input, recording, () => {
    if (labels) classifier.push(Object.fromEntries(labels.map((label, i) => [label, windows.scores[i] as number])));
    const score = windows.anomalyScore();
    if (score !== undefined) anomaly.push({ anomaly: score });
  });

  const isShort = readingCount(recording) < plan.windowReadings;
  return {
    ...(labels && { classifier }),
    ...(impulse.anomaly && { anomaly }),
    ...(isShort && { warning: shortSampleWarning(recording, impulse.input.windowSizeMs, plan.isPadded) }),
  };
}

/** What the learn blocks see of a sample. */
export interface WindowFeatures {
  /** Of one window. */
  readonly featureCount: number;
  /** Window after window. Shape `[windows * featureCount]`. */
  readonly values: Float64Array;
}

/** More numbers than this are refused: as JSON they are some 40 MB. */
const MOST_FEATURES = 2_000_000;

/**
 * The features of each window of a recording.
 *
 * @throws {ClassifyError} as `classifyRecording` does, and when there are too many.
 */
export function extractFeatures(design: FeatureDesign, recording: Recording): WindowFeatures {
  const windows = featureExtractor(design);
  const featureCount = windows.features.length;
  const plan = windows.plan(readingCount(recording));
  if (plan.count * featureCount > MOST_FEATURES) {
    throw new ClassifyError(
      `${plan.count} windows with ${featureCount} features each are more than ${MOST_FEATURES} numbers. Crop the sample.`,
    );
  }
  const values = new Float64Array(plan.count * featureCount);
  slide(windows, plan, design.input, recording, (w) => values.set(windows.features, w * featureCount));
  return { featureCount, values };
}

/** What has to be known of an impulse to compute its features. */
export type FeatureDesign = Pick<ImpulseDesign, "name" | "input" | "features">;

/** Computes features and nothing else. @throws {RangeError} when windows and features do not fit together. */
export function featureExtractor({ name, input, features }: FeatureDesign): WindowClassifier {
  return new WindowClassifier({
    name,
    input,
    blocks: [{ parameters: features }],
    classifier: undefined,
    anomaly: undefined,
  });
}

/** Runs one window after another; `visit` takes what the newest gave before the next overwrites it. */
function slide(
  windows: WindowClassifier,
  plan: WindowPlan,
  input: Impulse["input"],
  recording: Recording,
  visit: (window: number) => void,
): void {
  const { fitting, misfits } = fitRecordings(input, [toLabelledRecording(recording, [])]);
  const [fit] = fitting;
  if (!fit) throw new ClassifyError(`The sample does not fit the impulse. ${misfits[0]?.reason}`);
  const { readings } = fit;
  const padded = plan.isPadded ? withZeros(readings, plan.windowReadings * input.axes.length) : readings;
  for (let w = 0; w < plan.count; w++) {
    windows.classify(padded, w * plan.increaseReadings);
    visit(w);
  }
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
