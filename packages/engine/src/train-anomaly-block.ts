import type { TrainingRecording } from "./fit-recordings.ts";
import { splitIntoFolds, type Split } from "./folds.ts";
import type { KMeansBlock } from "./impulse.ts";
import { scoreKMeans, type KMeansModel } from "./kmeans.ts";
import { trainKMeans } from "./train-kmeans.ts";
import { extractTrainingWindows, selectWindows, type ImpulseDesign, type TrainingWindows } from "./training-windows.ts";

/** How to train the anomaly block; what is left out has a default that suits motion. */
export interface AnomalyOptions {
  /** Everything random follows from it. */
  readonly seed: number;
  /** Clusters to look for; two for each label without it, at least 8 and at most 32. */
  readonly clusterCount?: number;
  /** Which features count, as indices into the feature vector; the RMS of every axis without it, or all where there is none. */
  readonly axes?: readonly number[];
}

/** One fold is tested. */
export interface FoldProgress {
  /** From 1. */
  readonly fold: number;
  readonly folds: number;
  /** Share of the windows kept out, 0 to 1, that score at the design's threshold or above. */
  readonly falseAlarms: number;
}

const FOLDS = 5;
/** The threshold lets so much of the windows that were not learnt from stay below it. */
const QUIET_SHARE = 0.99;
/** With fewer recordings of a label nobody knows how much they differ, and the threshold is at least the cautious one. */
const TELLING_RECORDINGS = 4;
const CAUTIOUS_THRESHOLD = 1;

/**
 * Trains the anomaly block of an impulse: K-means over the windows of all labels.
 *
 * How far known movements of recordings that were not learnt from lie outside the clusters depends on how many
 * recordings there are. So every recording is kept out of training once, in turn, and the threshold is set where one in
 * a hundred of those windows exceeds it, but never below the design's, nor below 1 while a label has fewer than four
 * recordings. Deterministic for a seed. Yields after every fold; there may be none, with a short recording per label.
 *
 * @throws {RangeError} when the recordings hold no window to learn from.
 */
export function trainAnomalyBlock(
  design: ImpulseDesign,
  recordings: readonly TrainingRecording[],
  options: AnomalyOptions,
): Generator<FoldProgress, KMeansBlock> {
  return learnNormal(design, extractTrainingWindows(design, recordings), options);
}

/** `trainAnomalyBlock` on windows that are made already. */
export function* learnNormal(
  design: ImpulseDesign,
  windows: TrainingWindows,
  { seed, clusterCount, axes }: AnomalyOptions,
): Generator<FoldProgress, KMeansBlock> {
  const training = {
    axes: axes ?? suggestAxes(windows.featureNames),
    clusterCount: clusterCount ?? Math.min(32, Math.max(8, 2 * windows.labels.length)),
    seed,
  };
  const threshold = design.anomalyThreshold;

  const scores: number[] = [];
  const splits = splitIntoFolds(windows, FOLDS, seed);
  for (const [f, split] of splits.entries()) {
    const { features } = selectWindows(windows, split.training);
    const unseen = scoreUnseen(trainKMeans(features, windows.featureCount, training), windows, split);
    // One by one: a call takes only so many arguments.
    for (const score of unseen) scores.push(score);
    const alarms = unseen.filter((score) => score >= threshold).length;
    yield { fold: f + 1, folds: splits.length, falseAlarms: alarms / unseen.length };
  }
  scores.sort((a, b) => a - b);
  const quiet = scores[Math.ceil(QUIET_SHARE * (scores.length - 1))] ?? threshold;

  const model = trainKMeans(windows.features, windows.featureCount, training);
  const lowest = hasFewRecordings(windows) ? Math.max(threshold, CAUTIOUS_THRESHOLD) : threshold;
  // Rounded up, as a person would write it.
  return { ...model, threshold: Math.max(lowest, Math.ceil(quiet * 100) / 100) };
}

/** The RMS of every axis, as Studio suggests for motion; all features of blocks that make none. */
function suggestAxes(featureNames: readonly string[]): readonly number[] {
  const rms = featureNames.flatMap((name, feature) => (/(^| )RMS$/.test(name) ? [feature] : []));
  return rms.length > 0 ? rms : [...featureNames.keys()];
}

/** Whether a label has windows of only a few recordings. */
function hasFewRecordings({ labels, classes, recordings }: TrainingWindows): boolean {
  const seen = labels.map(() => new Set<number>());
  classes.forEach((label, w) => seen[label]?.add(recordings[w] as number));
  return seen.some(({ size }) => size < TELLING_RECORDINGS);
}

function scoreUnseen(model: KMeansModel, { features, featureCount }: TrainingWindows, { validation }: Split): number[] {
  return validation.map((w) => scoreKMeans(model, features.subarray(w * featureCount, (w + 1) * featureCount)));
}
