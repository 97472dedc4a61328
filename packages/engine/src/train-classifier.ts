import { DenseLearner, portableSoftmax, type Learning } from "./dense-learner.ts";
import { applyLayer, type Float32Layer, type Float32Network } from "./networks/dense-float32.ts";
import { log } from "./portable-math.ts";
import { createSeededRandom, shuffle } from "./seeded-random.ts";
import { fitStandardScaler } from "./standard-scaler.ts";

/** Feature vectors, one after another, and the class of each. */
export interface LabelledFeatures {
  /** Shape `[windows * featureCount]`. */
  readonly features: Float64Array;
  /** Shape `[windows]`. */
  readonly classes: Uint16Array;
}

/** How to train a dense classifier. */
export interface ClassifierTraining extends Learning {
  readonly classCount: number;
  readonly epochs: number;
  /** Windows to measure every epoch by; with them the network of the best epoch is kept. */
  readonly validation: LabelledFeatures | undefined;
  /** Training ends when the validation loss has not fallen for so many epochs. */
  readonly patience: number;
  /** Deviation of the noise on every input while learning, in deviations of that input over the windows. */
  readonly noise: number;
  readonly seed: number;
}

/** What an epoch achieved. */
export interface EpochProgress {
  /** From 1. */
  readonly epoch: number;
  /** Epochs at most. */
  readonly epochs: number;
  /** Mean cross-entropy over the epoch's windows. */
  readonly loss: number;
  /** Share of the windows, 0 to 1, whose highest score was their class's. */
  readonly accuracy: number;
  /** The same of windows that were not learnt from; `undefined` where all were. */
  readonly validationLoss: number | undefined;
  readonly validationAccuracy: number | undefined;
}

/** What training arrived at. */
export interface TrainedClassifier {
  readonly network: Float32Network;
  /** The epoch that the network is of. */
  readonly epoch: number;
}

const BATCH_WINDOWS = 32;
/** A prime, so that the noise of one window starts elsewhere than that of the next. */
const NOISE_NUMBERS = 16_381;

/**
 * Trains a small dense network with Adam on cross-entropy, in which every class counts the same however many windows
 * it has.
 *
 * Features are standardised while learning and the scaling is folded into the first layer afterwards, so the network
 * takes features as they come. The same features and seed give the same weights, bit by bit, on every machine: nothing
 * is calculated whose last bit the language leaves open.
 *
 * Yields after every epoch, so that the caller can report, breathe or stop; the network is the return value.
 *
 * @throws {RangeError} when there is no window, when a feature is not finite or a class is not there, when an option
 *   makes no sense, or when the weights grow beyond all numbers.
 */
export function* trainClassifier(
  { features, classes }: LabelledFeatures,
  training: ClassifierTraining,
): Generator<EpochProgress, TrainedClassifier> {
  const { classCount, epochs, validation, patience, noise, seed } = training;
  const windows = classes.length;
  if (windows === 0) throw new RangeError("There is no window to learn classes from.");
  checkTraining(training);
  const featureCount = features.length / windows;
  if (!(Number.isInteger(featureCount) && featureCount >= 1)) {
    throw new RangeError(`${features.length} numbers are no whole number of features for ${windows} windows.`);
  }
  checkWindows("window", { features, classes }, featureCount, classCount);
  if (validation) checkValidation(validation, featureCount, classCount);
  const random = createSeededRandom(seed);
  const weights = weighClasses(classes, classCount);
  const scaling = fitStandardScaler(
    features,
    featureCount,
    Float64Array.from(classes, (c) => weights[c] as number),
  );
  const inputs = new Float64Array(features.length);
  for (let i = 0; i < features.length; i++) {
    const column = i % featureCount;
    inputs[i] = ((features[i] as number) - (scaling.mean[column] as number)) / (scaling.scale[column] as number);
  }

  const learner = new DenseLearner(featureCount, classCount, training, random);
  const noises = Float64Array.from({ length: NOISE_NUMBERS }, () => noise * random.normal());
  const order = Uint32Array.from({ length: windows }, (_, i) => i);
  const input = new Float64Array(featureCount);
  let best: (TrainedClassifier & { readonly loss: number }) | undefined;

  for (let epoch = 1; epoch <= epochs; epoch++) {
    shuffle(order, random);
    const learnt = new Tally();
    for (let i = 0; i < windows; i++) {
      const window = order[i] as number;
      let n = Math.floor(random.uniform() * NOISE_NUMBERS);
      for (let f = 0; f < featureCount; f++) {
        input[f] = (inputs[window * featureCount + f] as number) + (noises[n] as number);
        n = n + 1 === NOISE_NUMBERS ? 0 : n + 1;
      }
      const expected = classes[window] as number;
      learnt.add(learner.learn(input, expected, weights[expected] as number), expected);
      if ((i + 1) % BATCH_WINDOWS === 0 || i === windows - 1) learner.step();
    }

    const network = foldScaling(learner.freeze(), scaling);
    const tested = validation && testNetwork(network, validation, classCount);
    yield {
      epoch,
      epochs,
      loss: learnt.loss,
      accuracy: learnt.accuracy,
      validationLoss: tested?.loss,
      validationAccuracy: tested?.accuracy,
    };
    const loss = tested?.loss ?? -epoch;
    if (!best || loss < best.loss) best = { network, epoch, loss };
    else if (epoch - best.epoch >= patience) break;
  }

  // There was at least one epoch, and the first is the best yet.
  const { network, epoch } = best as TrainedClassifier;
  if (!network.layers.every(({ weights, bias }) => [weights, bias].every((values) => values.every(Number.isFinite)))) {
    throw new RangeError(`learningRate is ${training.learningRate}; with it the weights grew beyond all numbers.`);
  }
  return { network, epoch };
}

/** More than that in one layer is a mistake. */
const MOST_NEURONS = 100_000;

function checkTraining({ epochs, patience, learningRate, hiddenNeurons, noise }: ClassifierTraining): void {
  const isCount = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  for (const [name, value] of Object.entries({ epochs, patience })) {
    if (!isCount(value, Number.MAX_SAFE_INTEGER)) {
      throw new RangeError(`${name} is ${value}; it has to be a whole number, 1 or more.`);
    }
  }
  if (!(learningRate > 0 && Number.isFinite(learningRate))) {
    throw new RangeError(`learningRate is ${learningRate}; it has to be a positive number.`);
  }
  const wrong = hiddenNeurons.find((count) => !isCount(count, MOST_NEURONS));
  if (wrong !== undefined) {
    throw new RangeError(`hiddenNeurons has ${wrong}; they have to be whole numbers from 1 to ${MOST_NEURONS}.`);
  }
  if (!(noise >= 0 && Number.isFinite(noise))) {
    throw new RangeError(`noise is ${noise}; it has to be 0 or a positive number.`);
  }
}

function checkValidation({ features, classes }: LabelledFeatures, featureCount: number, classCount: number): void {
  if (classes.length === 0) throw new RangeError("validation has no window to measure by.");
  if (features.length !== classes.length * featureCount) {
    throw new RangeError(
      `validation has ${features.length} numbers for ${classes.length} windows of ${featureCount} features.`,
    );
  }
  checkWindows("validation window", { features, classes }, featureCount, classCount);
}

function checkWindows(
  what: string,
  { features, classes }: LabelledFeatures,
  featureCount: number,
  classCount: number,
): void {
  const wrong = features.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) {
    const window = Math.floor(wrong / featureCount);
    throw new RangeError(`Feature ${wrong % featureCount} of ${what} ${window} is ${features[wrong]}.`);
  }
  const unknown = classes.findIndex((each) => each >= classCount);
  if (unknown !== -1) {
    throw new RangeError(
      `The class of ${what} ${unknown} is ${classes[unknown]}; classes are numbered from 0 to ${classCount - 1}.`,
    );
  }
}

/** Loss and accuracy of a network on windows. */
function testNetwork(network: Float32Network, { features, classes }: LabelledFeatures, classCount: number): Tally {
  const outputs = network.layers.map((layer) => new Float32Array(layer.outputs));
  const scores = new Float32Array(classCount);
  const featureCount = features.length / classes.length;
  const tally = new Tally();
  classes.forEach((expected, w) => {
    let values: Float64Array | Float32Array = features.subarray(w * featureCount, (w + 1) * featureCount);
    network.layers.forEach((layer, l) => {
      applyLayer(layer, values, outputs[l] as Float32Array);
      values = outputs[l] as Float32Array;
    });
    portableSoftmax(outputs.at(-1) as Float32Array, scores);
    tally.add(scores, expected);
  });
  return tally;
}

/**
 * What one window adds to a loss at most, as of a score of 0.05. One recording that was labelled wrong, or is like no
 * other, would otherwise weigh more with every epoch that makes the network surer, and end the training at its beginning.
 */
const MOST_LOSS = 3;

/** Adds up loss and hits over windows. */
class Tally {
  #windows = 0;
  #loss = 0;
  #correct = 0;

  add(scores: Float32Array, expected: number): void {
    const score = scores[expected] as number;
    this.#windows++;
    // A score that is NaN, of a network that grew beyond all numbers, is as wrong as can be.
    this.#loss += Math.min(MOST_LOSS, -log(score > 1e-12 ? score : 1e-12));
    this.#correct += scores.every((other) => other <= score) ? 1 : 0;
  }

  /** Mean cross-entropy. */
  get loss(): number {
    return this.#loss / this.#windows;
  }

  get accuracy(): number {
    return this.#correct / this.#windows;
  }
}

/** What a window of each class counts: less, the more windows its class has; 1 on average over the windows. */
function weighClasses(classes: Uint16Array, classCount: number): Float64Array {
  const counts = new Float64Array(classCount);
  for (const c of classes) counts[c] = (counts[c] as number) + 1;
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : classes.length / (present * count)));
}

/** The layers with `W ((x - mean) / scale) + b` of the first one written as one layer on `x`. */
function foldScaling(
  [first, ...others]: readonly Float32Layer[],
  { mean, scale }: { readonly mean: Float64Array; readonly scale: Float64Array },
): Float32Network {
  if (!first) throw new RangeError("A network has at least one layer.");
  const weights = new Float32Array(first.weights.length);
  const bias = new Float32Array(first.outputs);
  for (let o = 0; o < first.outputs; o++) {
    let shifted = first.bias[o] as number;
    for (let i = 0, w = o * first.inputs; i < first.inputs; i++, w++) {
      const weight = (first.weights[w] as number) / (scale[i] as number);
      weights[w] = weight;
      shifted -= weight * (mean[i] as number);
    }
    bias[o] = shifted;
  }
  return { layers: [{ ...first, weights, bias }, ...others] };
}
