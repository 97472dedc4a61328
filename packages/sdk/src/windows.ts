import type { Schemas } from "./api-types.ts";
import { StudioAnswerError } from "./errors.ts";

type Answer = Schemas["ClassifySampleResponse"];
type DeepPartial<T> = T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;
type Block = Schemas["ClassifySampleResponseClassification"];

/** What a model makes of one window: a class, or one of these three. */
export const UNCERTAIN = "uncertain";
export const ANOMALY = "anomaly";
export const NO_ANOMALY = "no anomaly";

/** One position of the sliding window, and what the impulse says about it. */
export interface ClassifiedWindow {
  readonly index: number;
  /** In ms from the start of the sample. */
  readonly startMs: number;
  readonly endMs: number;
  /** Score of each class, in the order of the sample's `classes`; empty without a classifier. */
  readonly scores: readonly number[];
  /** Score of the anomaly block; `undefined` without one. Below 0 for familiar data. */
  readonly anomaly: number | undefined;
  /** A class, `uncertain`, `anomaly`, or `no anomaly` where there is no classifier. */
  readonly verdict: string;
}

/** A sample with its signal and everything an impulse says about it. */
export interface ClassifiedSample {
  readonly sample: Schemas["Sample"];
  readonly classes: readonly string[];
  readonly thresholds: {
    /** A best class below this score is `uncertain`. */
    readonly minimumConfidence?: number;
    /** From this score on a window is an `anomaly`. */
    readonly anomaly?: number;
  };
  readonly windowSizeMs: number;
  readonly windowIncreaseMs: number;
  readonly windowCount: number;
  readonly signal: {
    readonly axes: readonly { readonly name: string; readonly units: string }[];
    /** Time between two readings, ms. */
    readonly intervalMs: number;
    /** Shape `[readings][axes]`. */
    readonly values: readonly (readonly number[])[];
  };
  /** What the sample is labelled as, and when: in ms from its start, in order. */
  readonly expected: readonly { readonly startMs: number; readonly endMs: number; readonly label: string }[];
  /** Something to tell people about the result. */
  readonly warning: string | undefined;
  /** The windows in time order. */
  readonly windows: () => Iterable<ClassifiedWindow>;
}

const ANOMALY_TYPES: readonly string[] = ["anomaly", "anomaly-gmm", "keras-anomaly"];
const CLASSIFIER_TYPES: readonly string[] = [
  "keras",
  "keras-transfer-image",
  "keras-transfer-kws",
  "keras-akida",
  "keras-akida-transfer-image",
];

/**
 * Reads the answer of a classify call, of any version of Studio.
 *
 * @throws {StudioAnswerError} when it lacks what a result has, when it has a block of a kind that has no class scores,
 *   such as object detection, or when its blocks disagree about the number of windows.
 */
export function readClassification(answer: Answer): ClassifiedSample {
  refuseOtherShapes(answer);
  const { sample, payload } = answer.sample;
  const classifiers = answer.classifications.filter(({ learnBlock }) => CLASSIFIER_TYPES.includes(learnBlock.type));
  const anomalies = answer.classifications.filter(({ learnBlock }) => ANOMALY_TYPES.includes(learnBlock.type));
  refuseOtherBlocks(answer);
  const [classifier] = classifiers;
  const [anomaly] = anomalies;

  const windowCount = (classifier ?? anomaly)?.result.length ?? 0;
  if (classifier && anomaly && anomaly.result.length !== windowCount) {
    throw unreadable(`its blocks have ${windowCount} and ${anomaly.result.length} windows`);
  }

  // In this order: what the payload says about itself, then what older versions say about the sample.
  const intervalMs = payload.intervalMs ?? sample.intervalMs;
  const stepMs = Math.max(1, Math.round(answer.windowIncreaseMs / intervalMs)) * intervalMs;
  const lengthMs = Math.round(answer.windowSizeMs / intervalMs) * intervalMs;
  const classes = classNames(classifier);
  const thresholds = {
    ...(classifier && { minimumConfidence: thresholdOf(classifier) }),
    ...(anomaly && { anomaly: thresholdOf(anomaly) }),
  };

  return {
    sample,
    classes,
    thresholds,
    windowSizeMs: answer.windowSizeMs,
    windowIncreaseMs: answer.windowIncreaseMs,
    windowCount,
    signal: {
      axes: payload.sensors.map(({ name, units }) => ({ name, units })),
      intervalMs,
      values: payload.values,
    },
    expected: expectedSpans(classifier ?? anomaly, sample, stepMs),
    warning:
      [answer.warning, classifiers.length > 1 && `Only the first of ${classifiers.length} classifiers is shown.`]
        .filter(Boolean)
        .join(" ") || undefined,

    *windows() {
      for (let index = 0; index < windowCount; index++) {
        const scores = classes.map((label) => classifier?.result[index]?.[label] ?? 0);
        // Some answers carry the score merged into the classifier's own map.
        const anomalyScore = anomaly?.result[index]?.anomaly ?? classifier?.result[index]?.anomaly;
        const startMs = index * stepMs;
        yield {
          index,
          startMs,
          endMs: startMs + lengthMs,
          scores,
          anomaly: anomalyScore,
          verdict: verdictOf(classes, scores, anomalyScore, thresholds),
        };
      }
    },
  };
}

/** Studio's own rule: an anomaly wins; then the best class, unless its score is below the minimum confidence. */
function verdictOf(
  classes: readonly string[],
  scores: readonly number[],
  anomaly: number | undefined,
  thresholds: ClassifiedSample["thresholds"],
): string {
  if (anomaly !== undefined && thresholds.anomaly !== undefined && anomaly >= thresholds.anomaly) return ANOMALY;
  if (classes.length === 0) return NO_ANOMALY;
  const highest = Math.max(...scores);
  const isCertain = highest >= (thresholds.minimumConfidence ?? 0);
  return isCertain ? (classes[scores.indexOf(highest)] as string) : UNCERTAIN;
}

function classNames(classifier: Block | undefined): readonly string[] {
  return Object.keys(classifier?.result[0] ?? {}).filter((key) => key !== "anomaly");
}

/** The block's only threshold; older versions have no list of them, and newer ones keep the old field. */
function thresholdOf({ thresholds, minimumConfidenceRating }: Block): number {
  const value = thresholds?.length === 1 ? Number(thresholds[0]?.value) : NaN;
  return Number.isNaN(value) ? minimumConfidenceRating : value;
}

function expectedSpans(
  block: Block | undefined,
  sample: Schemas["Sample"],
  windowStepMs: number,
): ClassifiedSample["expected"] {
  const spans = block?.expectedLabels ?? [];
  const count = (spans.at(-1)?.endIndex ?? -1) + 1;
  // Newer versions say what an index lasts. Where they do not, it is a reading, unless there is one for each window.
  const isPerWindow = count === block?.result.length && count !== sample.valuesCount;
  const indexMs = block?.intervalMs ?? (isPerWindow ? windowStepMs : sample.intervalMs);
  return spans.map(({ startIndex, endIndex, label }) => ({
    startMs: startIndex * indexMs,
    endMs: (endIndex + 1) * indexMs,
    label,
  }));
}

/** The types are Studio's promise; what comes is looked at before it is believed. */
function refuseOtherShapes(answer: DeepPartial<Answer>): void {
  const { sample, classifications, windowSizeMs, windowIncreaseMs } = answer;
  if (!sample?.sample) throw unreadable("it has no sample");
  if (!Array.isArray(sample.payload?.values) || !Array.isArray(sample.payload.sensors)) {
    throw unreadable("its sample has no signal");
  }
  const intervalMs = sample.payload.intervalMs ?? sample.sample.intervalMs;
  for (const [name, ms] of Object.entries({ windowSizeMs, windowIncreaseMs, intervalMs })) {
    if (typeof ms !== "number" || !(ms > 0)) throw unreadable(`${name} is ${JSON.stringify(ms)}`);
  }
  for (const block of classifications ?? []) {
    if (typeof block?.learnBlock?.type !== "string") throw unreadable("one of its blocks has no type");
    if (!Array.isArray(block.result)) throw unreadable(`its block "${block.learnBlock.name}" has no list of windows`);
  }
}

function refuseOtherBlocks({ classifications }: Answer): void {
  for (const { learnBlock } of classifications) {
    if (CLASSIFIER_TYPES.includes(learnBlock.type) || ANOMALY_TYPES.includes(learnBlock.type)) continue;
    throw unreadable(`its block "${learnBlock.name}" is of the kind ${learnBlock.type}, which has no class scores`);
  }
}

function unreadable(reason: string): StudioAnswerError {
  return new StudioAnswerError(`Studio's classification cannot be read: ${reason}.`, { operation: "classifySampleV2" });
}
