import { WindowClassifier, type Impulse, type ImpulseInput, type Variant } from "@windowscope/engine";

import type { ImpulseDesign } from "./impulses.ts";
import { readingCount, type Recording } from "./formats/recording.ts";
import { ClassifyError, readAs } from "./impulse-readings.ts";
import { toLabelledRecording } from "./labelled-recording.ts";

/** What the impulse says about each window of a sample: one map for each block it has. */
export interface WindowResults {
  /** Label to score, window after window, or `value` to that of a regression; absent without either. */
  readonly classifier?: readonly Readonly<Record<string, number>>[];
  /** Absent without an anomaly block. */
  readonly anomaly?: readonly { readonly anomaly: number }[];
  /** Something to know about the result. */
  readonly warning?: string;
}

/**
 * Slides an impulse's window over a recording, which is resampled if it is not at the impulse's frequency.
 *
 * @throws {ClassifyError} when the recording lacks an axis, or its frequency is too far from the impulse's.
 */
export function classifyRecording(impulse: Impulse, variant: Variant, recording: Recording): WindowResults {
  const { regression } = impulse;
  // An impulse without a network has no variants.
  const windows = new WindowClassifier(impulse, (impulse.classifier ?? regression) && variant);
  const readings = readingsFor(impulse.input, recording);
  const labels = impulse.classifier?.labels;
  const classifier: Record<string, number>[] = [];
  const anomaly: { anomaly: number }[] = [];
  const plan = windows.classifyAll(readings, () => {
    if (labels) classifier.push(Object.fromEntries(labels.map((label, i) => [label, windows.scores[i] as number])));
    if (regression) classifier.push({ value: windows.value() as number });
    const score = windows.anomalyScore();
    if (score !== undefined) anomaly.push({ anomaly: score });
  });

  const isShort = plan.isPadded || plan.count === 0;
  return {
    ...((labels ?? regression) && { classifier }),
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
  const readings = readingsFor(design.input, recording);
  const plan = windows.plan(readings.length / design.input.axes.length);
  if (plan.count * featureCount > MOST_FEATURES) {
    throw new ClassifyError(
      `${plan.count} windows with ${featureCount} features each are more than ${MOST_FEATURES} numbers. Crop the sample.`,
    );
  }
  const values = new Float64Array(plan.count * featureCount);
  windows.classifyAll(readings, (w) => values.set(windows.features, w * featureCount));
  return { featureCount, values };
}

/** What has to be known of an impulse to compute its features. */
export type FeatureDesign = Pick<ImpulseDesign, "name" | "input" | "blocks">;

/** Computes features and nothing else. @throws {RangeError} when windows and features do not fit together. */
export function featureExtractor({ name, input, blocks }: FeatureDesign): WindowClassifier {
  return new WindowClassifier({
    name,
    input,
    blocks,
    classifier: undefined,
    anomaly: undefined,
  });
}

function readingsFor(input: ImpulseInput, recording: Recording): Float32Array {
  try {
    return readAs(input, toLabelledRecording(recording, [])).readings;
  } catch (error) {
    if (!(error instanceof ClassifyError)) throw error;
    throw new ClassifyError(`The sample does not fit the impulse. ${error.message}`, { cause: error });
  }
}

function shortSampleWarning(recording: Recording, windowSizeMs: number, isPadded: boolean): string {
  const lengthMs = Math.round(readingCount(recording) * recording.intervalMs);
  const consequence = isPadded ? "Its only window is filled up with zeros." : "It has no window.";
  return `The sample lasts ${lengthMs} ms, less than one window of ${windowSizeMs} ms. ${consequence}`;
}
