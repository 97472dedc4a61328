import type { ClassifierBlock, Impulse } from "./impulse.ts";
import { quantizeNetwork } from "./quantize.ts";
import { trainClassifier, type EpochProgress } from "./train-classifier.ts";
import { trainKMeans } from "./train-kmeans.ts";
import { WindowClassifier } from "./window-classifier.ts";

/** A recording to learn from, at the impulse's frequency and with its axes. */
export interface TrainingRecording {
  readonly label: string;
  /** Readings one after another, each with all axes. Shape `[readings * axes]`. */
  readonly readings: Float32Array;
}

/** Network and clusters small enough to learn in seconds. */
const CLASSIFIER = { hiddenNeurons: [20, 10], epochs: 30, learningRate: 0.002 };
const CLUSTERS = 32;

/**
 * Trains both blocks of an impulse: a dense classifier in float32 and int8, and K-means over the axes' RMS.
 *
 * Classes are the labels of the recordings, in alphabetical order. Deterministic for a seed. Yields after every epoch.
 *
 * @throws {RangeError} when the recordings hold no full window.
 */
export function* trainImpulse(
  design: Pick<Impulse, "name" | "input" | "features"> & {
    readonly minimumConfidence: number;
    readonly anomalyThreshold: number;
  },
  recordings: readonly TrainingRecording[],
  seed: number,
): Generator<EpochProgress, Impulse> {
  const { name, input, features, minimumConfidence, anomalyThreshold } = design;
  const labels = [...new Set(recordings.map(({ label }) => label))].sort();
  const windows = extractWindows({ name, input, features, classifier: undefined, anomaly: undefined }, recordings);
  const classes = Uint8Array.from(windows.labels, (label) => labels.indexOf(label));

  const float32 = yield* trainClassifier(windows.features, classes, labels.length, { ...CLASSIFIER, seed });
  const classifier: ClassifierBlock = {
    labels,
    minimumConfidence,
    float32,
    int8: quantizeNetwork(float32, windows.features),
  };
  const featuresPerAxis = windows.featureCount / input.axes.length;
  const model = trainKMeans(windows.features, windows.featureCount, {
    // RMS is the first feature of each axis, and what Studio suggests for motion.
    axes: input.axes.map((_, axis) => axis * featuresPerAxis),
    clusterCount: CLUSTERS,
    seed,
  });
  return { name, input, features, classifier, anomaly: { ...model, threshold: anomalyThreshold } };
}

function extractWindows(impulse: Impulse, recordings: readonly TrainingRecording[]) {
  const extractor = new WindowClassifier(impulse);
  const featureCount = extractor.features.length;
  const planned = recordings.map(({ label, readings }) => {
    const plan = extractor.plan(readings.length / impulse.input.axes.length);
    return { label, readings, plan: plan.isPadded ? { ...plan, count: 0 } : plan };
  });
  const count = planned.reduce((sum, { plan }) => sum + plan.count, 0);
  const features = new Float64Array(count * featureCount);
  const labels: string[] = [];
  for (const { label, readings, plan } of planned) {
    for (let w = 0; w < plan.count; w++) {
      extractor.classify(readings, w * plan.increaseReadings);
      features.set(extractor.features, labels.length * featureCount);
      labels.push(label);
    }
  }
  return { features, featureCount, labels };
}
