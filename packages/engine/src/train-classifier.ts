import { applyLayer, softmax, type Float32Layer, type Float32Network } from "./dense-float32.ts";
import { createSeededRandom, type SeededRandom } from "./seeded-random.ts";
import { fitStandardScaler } from "./standard-scaler.ts";

/** How to train a dense classifier. */
export interface ClassifierTraining {
  /** Neurons of each hidden layer. */
  readonly hiddenNeurons: readonly number[];
  readonly epochs: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** What an epoch achieved. */
export interface EpochProgress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Mean cross-entropy over the epoch's windows. */
  readonly loss: number;
  /** Share of the windows, 0 to 1, whose highest score was their class's. */
  readonly accuracy: number;
}

const BATCH_WINDOWS = 32;

/**
 * Trains a small dense network with Adam on cross-entropy.
 *
 * Deterministic: the same windows and seed give the same weights. Features are standardised while learning and the
 * scaling is folded into the first layer afterwards, so the network takes features as they come.
 *
 * Yields after every epoch, so that the caller can report, breathe or stop; the network is the return value.
 *
 * @param features One feature vector after another. Shape `[windows * featureCount]`.
 * @param classes Index of each window's class. Shape `[windows]`.
 * @throws {RangeError} when there is no window.
 */
export function* trainClassifier(
  features: Float64Array,
  classes: Uint8Array,
  classCount: number,
  training: ClassifierTraining,
): Generator<EpochProgress, Float32Network> {
  const windows = classes.length;
  if (windows === 0) throw new RangeError("There is no window to learn classes from.");
  const featureCount = features.length / windows;
  const random = createSeededRandom(training.seed);
  const { mean, scale } = fitStandardScaler(features, featureCount);
  const inputs = new Float64Array(features.length);
  for (let i = 0; i < features.length; i++) {
    inputs[i] = ((features[i] as number) - (mean[i % featureCount] as number)) / (scale[i % featureCount] as number);
  }

  const sizes = [featureCount, ...training.hiddenNeurons, classCount];
  const layers = sizes.slice(1).map((outputs, l) => {
    const isLast = l === sizes.length - 2;
    return new TrainableLayer(sizes[l] as number, outputs, isLast ? "none" : "relu", random);
  });
  const learner = new Learner(layers, training.learningRate);
  const order = Uint32Array.from({ length: windows }, (_, i) => i);

  for (let epoch = 1; epoch <= training.epochs; epoch++) {
    shuffle(order, random);
    let loss = 0;
    let correct = 0;
    for (let i = 0; i < windows; i++) {
      const window = order[i] as number;
      const input = inputs.subarray(window * featureCount, (window + 1) * featureCount);
      const outcome = learner.learn(input, classes[window] as number);
      loss += outcome.loss;
      correct += outcome.isCorrect ? 1 : 0;
      if ((i + 1) % BATCH_WINDOWS === 0 || i === windows - 1) learner.step();
    }
    yield { epoch, epochs: training.epochs, loss: loss / windows, accuracy: correct / windows };
  }

  return { layers: layers.map((layer, l) => (l === 0 ? foldScaling(layer, mean, scale) : layer.freeze())) };
}

/** A layer with the gradients and moments that Adam keeps for it. */
class TrainableLayer implements Float32Layer {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly output: Float32Array;
  /** Gradient of the loss by this layer's output. */
  readonly outputGradient: Float32Array;
  readonly parameters: readonly { values: Float32Array; gradient: Float32Array; m: Float32Array; v: Float32Array }[];

  readonly inputs: number;
  readonly outputs: number;
  readonly activation: "relu" | "none";

  constructor(inputs: number, outputs: number, activation: "relu" | "none", random: SeededRandom) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.activation = activation;
    // Glorot's uniform start, as Keras uses for dense layers.
    const limit = Math.sqrt(6 / (inputs + outputs));
    this.weights = Float32Array.from({ length: inputs * outputs }, () => (2 * random.uniform() - 1) * limit);
    this.bias = new Float32Array(outputs);
    this.output = new Float32Array(outputs);
    this.outputGradient = new Float32Array(outputs);
    this.parameters = [this.weights, this.bias].map((values) => ({
      values,
      gradient: new Float32Array(values.length),
      m: new Float32Array(values.length),
      v: new Float32Array(values.length),
    }));
  }

  freeze(): Float32Layer {
    const { inputs, outputs, activation, weights, bias } = this;
    return { inputs, outputs, activation, weights, bias };
  }
}

class Learner {
  readonly #layers: readonly TrainableLayer[];
  readonly #learningRate: number;
  readonly #scores: Float32Array;
  #batchWindows = 0;
  #steps = 0;

  constructor(layers: readonly TrainableLayer[], learningRate: number) {
    this.#layers = layers;
    this.#learningRate = learningRate;
    this.#scores = new Float32Array((layers.at(-1) as TrainableLayer).outputs);
  }

  /** Adds one window's gradients to the batch. */
  learn(input: Float64Array, expected: number): { loss: number; isCorrect: boolean } {
    let values: Float32Array | Float64Array = input;
    for (const layer of this.#layers) {
      applyLayer(layer, values, layer.output);
      values = layer.output;
    }
    const scores = this.#scores;
    softmax(values as Float32Array, scores);

    const last = this.#layers.at(-1) as TrainableLayer;
    for (let o = 0; o < scores.length; o++) {
      last.outputGradient[o] = (scores[o] as number) - (o === expected ? 1 : 0);
    }
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const below = this.#layers[l - 1];
      addGradients(this.#layers[l] as TrainableLayer, below?.output ?? input, below?.outputGradient);
    }
    this.#batchWindows++;
    const score = scores[expected] as number;
    return { loss: -Math.log(Math.max(score, 1e-12)), isCorrect: scores.every((other) => other <= score) };
  }

  /** Moves every parameter by Adam (Kingma and Ba, 2015) and starts the next batch. */
  step(): void {
    this.#steps++;
    const correctedRate = (this.#learningRate * Math.sqrt(1 - 0.999 ** this.#steps)) / (1 - 0.9 ** this.#steps);
    for (const layer of this.#layers) {
      for (const { values, gradient, m, v } of layer.parameters) {
        for (let i = 0; i < values.length; i++) {
          const g = (gradient[i] as number) / this.#batchWindows;
          const first = 0.9 * (m[i] as number) + 0.1 * g;
          const second = 0.999 * (v[i] as number) + 0.001 * g * g;
          m[i] = first;
          v[i] = second;
          values[i] = (values[i] as number) - (correctedRate * first) / (Math.sqrt(second) + 1e-7);
        }
        gradient.fill(0);
      }
    }
    this.#batchWindows = 0;
  }
}

function addGradients(
  layer: TrainableLayer,
  input: Float32Array | Float64Array,
  inputGradient: Float32Array | undefined,
): void {
  const [weights, bias] = layer.parameters as [TrainableLayer["parameters"][0], TrainableLayer["parameters"][0]];
  inputGradient?.fill(0);
  for (let o = 0; o < layer.outputs; o++) {
    if (layer.activation === "relu" && (layer.output[o] as number) <= 0) continue;
    const gradient = layer.outputGradient[o] as number;
    bias.gradient[o] = (bias.gradient[o] as number) + gradient;
    for (let i = 0, w = o * layer.inputs; i < layer.inputs; i++, w++) {
      weights.gradient[w] = (weights.gradient[w] as number) + gradient * (input[i] as number);
      if (inputGradient) {
        inputGradient[i] = (inputGradient[i] as number) + gradient * (layer.weights[w] as number);
      }
    }
  }
}

/** `W ((x - mean) / scale) + b`, written as one layer on `x`. */
function foldScaling(layer: TrainableLayer, mean: Float64Array, scale: Float64Array): Float32Layer {
  const weights = new Float32Array(layer.weights.length);
  const bias = new Float32Array(layer.outputs);
  for (let o = 0; o < layer.outputs; o++) {
    let shifted = layer.bias[o] as number;
    for (let i = 0, w = o * layer.inputs; i < layer.inputs; i++, w++) {
      const weight = (layer.weights[w] as number) / (scale[i] as number);
      weights[w] = weight;
      shifted -= weight * (mean[i] as number);
    }
    bias[o] = shifted;
  }
  return { ...layer.freeze(), weights, bias };
}

function shuffle(order: Uint32Array, random: SeededRandom): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
}
