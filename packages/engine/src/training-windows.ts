import type { TrainingRecording } from "./fit-recordings.ts";
import { FeatureExtractor } from "./feature-extractor.ts";
import type { Impulse } from "./impulse.ts";
import { expectedLabel } from "./expected-label.ts";
import { labelAt } from "./label-spans.ts";
import { planWindows, type WindowPlan } from "./windows.ts";

/** More features in all are refused: 400 MB, of which training makes copies. */
const MOST_FEATURES = 50_000_000;

/** What is settled before training: an impulse without its blocks, and how its verdicts are made. */
export interface ImpulseDesign extends Pick<Impulse, "name" | "input" | "blocks"> {
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
  /** What each feature is, with the axis in front. */
  readonly featureNames: readonly string[];
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
 * Slides the design's window over the recordings and makes the features of every full window that has a label.
 *
 * The label of a window is the one that the design's labelling rule gives, without one the label at its last reading.
 *
 * @throws {RangeError} when there is not a single such window, when they are too many to hold, or when a feature is not
 *   a finite number.
 */
export function extractTrainingWindows(
  { input, blocks }: ImpulseDesign,
  recordings: readonly TrainingRecording[],
): TrainingWindows {
  const extractor = new FeatureExtractor(input, blocks);
  const { featureCount, featureNames } = extractor;
  const plans = recordings.map(({ readings }) =>
    planWindows(
      { readingCount: readings.length / input.axes.length, intervalMs: 1000 / input.frequencyHz },
      { sizeMs: input.windowSizeMs, increaseMs: input.windowIncreaseMs, padZeros: false },
    ),
  );
  const windowCount = plans.reduce((sum, { count }) => sum + count, 0);
  if (windowCount * featureCount > MOST_FEATURES) {
    throw new RangeError(
      `${windowCount} windows of ${featureCount} features are more than ${MOST_FEATURES} numbers to learn from; ` +
        `move the window on by more than ${input.windowIncreaseMs} ms, or leave recordings out.`,
    );
  }
  // Recordings shorter than a window are left out: filled up with zeros they would show the zeros' edge.
  const labelled = recordings.flatMap(({ spans }, recording) => {
    const { count, increaseReadings, windowReadings } = plans[recording] as WindowPlan;
    return Array.from({ length: count }, (_, w) => {
      const start = w * increaseReadings;
      const label = expectedLabel(spans, start, start + windowReadings, input.labelling);
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
  const ofWindow = new Float64Array(featureCount);
  labelled.forEach(({ recording, start }, w) => {
    if (recording !== labelled[w - 1]?.recording) extractor.reset();
    extractFinite(extractor, recordings[recording] as TrainingRecording, recording, start, ofWindow);
    features.set(ofWindow, w * featureCount);
  });
  return {
    features,
    featureCount,
    featureNames,
    labels,
    classes: Uint16Array.from(labelled, ({ label }) => classOf.get(label) as number),
    recordings: Uint32Array.from(labelled, ({ recording }) => recording),
    starts: Uint32Array.from(labelled, ({ start }) => start),
    isClear: Uint8Array.from(labelled, ({ isClear }) => (isClear ? 1 : 0)),
    windowReadings: extractor.windowReadings,
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

function extractFinite(
  extractor: FeatureExtractor,
  { readings }: TrainingRecording,
  recording: number,
  start: number,
  features: Float64Array,
): void {
  const place = `the window from reading ${start} of recording ${recording}`;
  try {
    extractor.extract(readings, start, features);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RangeError(`There are no features of ${place}: ${cause.message}`, { cause });
  }
  const wrong = features.findIndex((feature) => !Number.isFinite(feature));
  if (wrong !== -1)
    throw new RangeError(`Feature ${wrong} of ${place} is ${features[wrong]}, which nothing can be learnt from.`);
}
