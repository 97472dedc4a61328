import type { TrainingRecording } from "./fit-recordings.ts";
import type { Impulse } from "./impulse.ts";
import { learnNormal, type FoldProgress } from "./train-anomaly-block.ts";
import { learnClasses } from "./train-classifier-block.ts";
import type { EpochProgress } from "./train-classifier.ts";
import { extractTrainingWindows, type ImpulseDesign } from "./training-windows.ts";

/** What happened in training: an epoch of the classifier, or a fold of the anomaly block. */
export type TrainingProgress =
  ({ readonly block: "classifier" } & EpochProgress) | ({ readonly block: "anomaly" } & FoldProgress);

/**
 * Trains both blocks of an impulse; with a single label only the anomaly block, since there is nothing to tell apart.
 *
 * Deterministic for a seed. Yields after every epoch and fold.
 *
 * @throws {RangeError} when the recordings hold no window to learn from, or when a label is "anomaly".
 */
export function* trainImpulse(
  design: ImpulseDesign,
  recordings: readonly TrainingRecording[],
  seed: number,
): Generator<TrainingProgress, Impulse> {
  const { name, input, blocks } = design;
  const windows = extractTrainingWindows(design, recordings);
  const isClassifier = windows.labels.length > 1;
  const classifier = isClassifier ? yield* tag("classifier", learnClasses(design, windows, { seed })) : undefined;
  const anomaly = yield* tag("anomaly", learnNormal(design, windows, { seed }));
  return { name, input, blocks, classifier, anomaly };
}

function* tag<B extends string, P extends object, R>(
  block: B,
  training: Generator<P, R>,
): Generator<{ block: B } & P, R> {
  for (;;) {
    const { done, value } = training.next();
    if (done) return value;
    yield { block, ...value };
  }
}
