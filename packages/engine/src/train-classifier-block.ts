import type { TrainingRecording } from "./fit-recordings.ts";
import { splitIntoFolds } from "./folds.ts";
import type { ClassifierBlock } from "./impulse.ts";
import { quantizeNetwork } from "./networks/quantize.ts";
import { trainClassifier, type EpochProgress } from "./train-classifier.ts";
import { extractTrainingWindows, selectWindows, type ImpulseDesign, type TrainingWindows } from "./training-windows.ts";

/** How to train the classifier block; what is left out has a default that suits motion. */
export interface ClassifierOptions {
  /** Everything random follows from it. */
  readonly seed: number;
  /** Epochs at most; without it, fewer the more windows there are. */
  readonly epochs?: number;
  /** 0.002 without it. */
  readonly learningRate?: number;
  /** Neurons of each hidden layer; 20 and 10 without it. */
  readonly hiddenNeurons?: readonly number[];
}

/** One fold of so many is kept out of training and decides when to stop. */
const FOLDS = 5;
/** Epochs come to about so many windows together, so that many recordings do not take many minutes. */
const WINDOW_VISITS = 250_000;
const MOST_EPOCHS = 60;
const FEWEST_EPOCHS = 15;
const PATIENCE = 15;
const NOISE = 0.2;

/**
 * Trains the classifier block of an impulse, a dense network in float32 and int8, on the labels of the recordings.
 *
 * About a fifth of the recordings of every label measures each epoch, and the best epoch's network is kept. A label
 * with a single recording gives a part of it; one whose recording is too short for that is not measured. Classes are
 * the labels that have a window, in alphabetical order. Windows whose first half or more belongs to the label before are
 * neither learnt from nor measured by. Deterministic for a seed. Yields after every epoch.
 *
 * @throws {RangeError} when fewer than two labels have a window, or when a label is "anomaly".
 */
export function trainClassifierBlock(
  design: ImpulseDesign,
  recordings: readonly TrainingRecording[],
  options: ClassifierOptions,
): Generator<EpochProgress, ClassifierBlock> {
  return learnClasses(design, extractTrainingWindows(design, recordings), options);
}

/** `trainClassifierBlock` on windows that are made already. */
export function* learnClasses(
  { minimumConfidence }: ImpulseDesign,
  windows: TrainingWindows,
  options: ClassifierOptions,
): Generator<EpochProgress, ClassifierBlock> {
  const { labels, classes, isClear } = windows;
  if (labels.length < 2) {
    throw new RangeError(`A classifier tells at least two labels apart; all windows are labelled "${labels[0]}".`);
  }
  if (labels.includes("anomaly")) {
    throw new RangeError(
      'No label may be "anomaly", which is the name of the anomaly score; leave its recordings out.',
    );
  }

  // A window that has just crossed from one label to another still looks like the other: nothing to learn from, unless
  // a label has no better one.
  const isCleared = new Set(classes.filter((_, w) => isClear[w] === 1));
  const keepClear = (selected: readonly number[]) =>
    selected.filter((w) => isClear[w] === 1 || !isCleared.has(classes[w] as number));
  const split = splitIntoFolds(windows, FOLDS, options.seed)
    .map(({ training, validation }) => ({ training: keepClear(training), validation: keepClear(validation) }))
    .find(({ training, validation }) => {
      const learnt = new Set(training.map((w) => classes[w]));
      return learnt.size === labels.length && validation.length > 0;
    });
  const byBudget = Math.round(WINDOW_VISITS / classes.length);
  const { network } = yield* trainClassifier(
    selectWindows(windows, split?.training ?? keepClear([...classes.keys()])),
    {
      classCount: labels.length,
      validation: split && selectWindows(windows, split.validation),
      epochs: options.epochs ?? Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, byBudget)),
      patience: PATIENCE,
      learningRate: options.learningRate ?? 0.002,
      hiddenNeurons: options.hiddenNeurons ?? [20, 10],
      noise: NOISE,
      seed: options.seed,
    },
  );
  return {
    labels,
    minimumConfidence,
    float32: network,
    int8: quantizeNetwork(network, windows.features),
  };
}
