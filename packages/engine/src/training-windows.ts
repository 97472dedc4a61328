import type { TrainingRecording } from "./fit-recordings.ts";
import type { Impulse } from "./impulse.ts";
import { labelAt } from "./label-spans.ts";
import { WindowClassifier } from "./window-classifier.ts";

/** More features in all are refused: 400 MB, of which training makes copies. */
const MOST_FEATURES = 50_000_000;

/** What is settled before training: an impulse without its blocks, and how its verdicts are made. */
export interface ImpulseDesign extends Pick<Impulse, "name" | "input" | "features"> {
  /** Below this score a window's best class is "uncertain". */
  readonly minimumConfidence: number;
  /** A window is never an anomaly below this score. */
  readonly anomalyThreshold: number;
}

/** The windows of all recordings, in order. */
export interface TrainingWindows {
  /** One feature vector after another. Shape `[windows * featureCount]`. */
  readonly features: Float64Array;
  readonly featureCount: number;
  /** The labels that at least one window has, in alphabetical order. */
  readonly labels: readonly string[];
  /** Index of each window's label in `labels`. Shape `[windows]`. */
  readonly classes: Uint16Array;
  /** Which recording each window comes from. Shape `[windows]`. */
  readonly recordings: Uint32Array;
  /** Reading at which each window starts in its recording. Shape `[windows]`. */
  readonly starts: Uint32Array;
  /** 1 for a window that shows its label in at least its second half, 0 for one that has just crossed an edge. */
  readonly isClear: Uint8Array;
  /** Readings in one window. */
  readonly windowReadings: number;
}

/**
 * Slides the design's window over the recordings and makes the features of every full window that ends under a label.
 *
 * The label of a window is the one at its last reading.
 *
 * @throws {RangeError} when there is not a single such window, when they are too many to hold, or when a feature is not
 *   a finite number.
 */
export function extractTrainingWindows(
  { name, input, features: block }: ImpulseDesign,
  recordings: readonly TrainingRecording[],
): TrainingWindows {
  const extractor = new WindowClassifier({ name, input, features: block, classifier: undefined, anomaly: undefined });
  const featureCount = extractor.features.length;
  const windowCount = recordings.reduce((sum, { readings }) => {
    return sum + extractor.plan(readings.length / input.axes.length).count;
  }, 0);
  if (windowCount * featureCount > MOST_FEATURES) {
    throw new RangeError(
      `${windowCount} windows of ${featureCount} features are more than ${MOST_FEATURES} numbers to learn from; ` +
        `move the window on by more than ${input.windowIncreaseMs} ms, or leave recordings out.`,
    );
  }
  const labelled = recordings.flatMap(({ spans, readings }, recording) => {
    const { count, isPadded, increaseReadings, windowReadings } = extractor.plan(readings.length / input.axes.length);
    // A window filled up with zeros shows their edge rather than the movement.
    return Array.from({ length: isPadded ? 0 : count }, (_, w) => {
      const start = w * increaseReadings;
      const label = labelAt(spans, start + windowReadings - 1);
      return { recording, start, label, isClear: labelAt(spans, start + (windowReadings >> 1)) === label };
    }).filter((window): window is typeof window & { label: string } => window.label !== undefined);
  });
  if (labelled.length === 0) {
    throw new RangeError(
      `There is no window to learn from: no recording has a label and lasts ${input.windowSizeMs} ms.`,
    );
  }

  const labels = [...new Set(labelled.map(({ label }) => label))].sort();
  const classOf = new Map(labels.map((label, c) => [label, c]));
  const features = new Float64Array(labelled.length * featureCount);
  labelled.forEach(({ recording, start }, w) => {
    extractor.classify((recordings[recording] as TrainingRecording).readings, start);
    refuseInfinite(extractor.features, recording, start);
    features.set(extractor.features, w * featureCount);
  });
  return {
    features,
    featureCount,
    labels,
    classes: Uint16Array.from(labelled, ({ label }) => classOf.get(label) as number),
    recordings: Uint32Array.from(labelled, ({ recording }) => recording),
    starts: Uint32Array.from(labelled, ({ start }) => start),
    isClear: Uint8Array.from(labelled, ({ isClear }) => (isClear ? 1 : 0)),
    windowReadings: extractor.plan(0).windowReadings,
  };
}

/** The feature vectors and classes of some of the windows. */
export function selectWindows(
  { features, featureCount, classes }: TrainingWindows,
  selected: readonly number[],
): { readonly features: Float64Array; readonly classes: Uint16Array } {
  const rows = new Float64Array(selected.length * featureCount);
  selected.forEach((window, row) => {
    rows.set(features.subarray(window * featureCount, (window + 1) * featureCount), row * featureCount);
  });
  return { features: rows, classes: Uint16Array.from(selected, (window) => classes[window] as number) };
}

function refuseInfinite(features: Float64Array, recording: number, start: number): void {
  const wrong = features.findIndex((feature) => !Number.isFinite(feature));
  if (wrong === -1) return;
  throw new RangeError(
    `Feature ${wrong} of the window from reading ${start} of recording ${recording} is ${features[wrong]}; ` +
      "its readings are no measurements.",
  );
}
