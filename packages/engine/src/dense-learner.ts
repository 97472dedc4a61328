import { applyLayer, type Float32Layer } from "./networks/dense-float32.ts";
import { exp } from "./portable-math.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** How a network learns. */
export interface Learning {
  /** Neurons of each hidden layer. */
  readonly hiddenNeurons: readonly number[];
  readonly learningRate: number;
}

/**
 * Turns network outputs into scores that add up to 1, with the same bits on every machine.
 *
 * Trained networks are run with the engine's own exponential, which is faster.
 */
export function portableSoftmax(values: Float32Array, scores: Float32Array): void {
  let highest = -Infinity;
  for (let i = 0; i < values.length; i++) highest = Math.max(highest, values[i] as number);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const power = exp((values[i] as number) - highest);
    scores[i] = power;
    total += power;
  }
  for (let i = 0; i < values.length; i++) scores[i] = (scores[i] as number) / total;
}

/** A dense network that learns classes: Adam on cross-entropy. */
export class DenseLearner {
  readonly #layers: readonly TrainableLayer[];
  readonly #learningRate: number;
  readonly #scores: Float32Array;
  #batchWindows = 0;
  /** 0.9 and 0.999 to the power of the steps taken. */
  #firstDecay = 1;
  #secondDecay = 1;

  constructor(inputCount: number, classCount: number, learning: Learning, random: SeededRandom) {
    const sizes = [inputCount, ...learning.hiddenNeurons, classCount];
    this.#layers = sizes.slice(1).map((outputs, l) => {
      const isLast = l === sizes.length - 2;
      return new TrainableLayer(sizes[l] as number, outputs, isLast ? "none" : "relu", random);
    });
    this.#learningRate = learning.learningRate;
    this.#scores = new Float32Array(classCount);
  }

  /** Scores of the classes; the array is overwritten by the next window. */
  score(input: Float64Array): Float32Array {
    let values: Float32Array | Float64Array = input;
    for (const layer of this.#layers) {
      applyLayer(layer, values, layer.output);
      values = layer.output;
    }
    portableSoftmax(values as Float32Array, this.#scores);
    return this.#scores;
  }

  /**
   * Adds one window's gradients to the batch.
   *
   * @param weight How much the window counts; 1 is a window like the others.
   * @returns The scores before learning; the array is overwritten by the next window.
   */
  learn(input: Float64Array, expected: number, weight: number): Float32Array {
    const scores = this.score(input);
    const last = this.#layers.at(-1) as TrainableLayer;
    for (let o = 0; o < scores.length; o++) {
      last.outputGradient[o] = weight * ((scores[o] as number) - (o === expected ? 1 : 0));
    }
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const below = this.#layers[l - 1];
      addGradients(this.#layers[l] as TrainableLayer, below?.output ?? input, below?.outputGradient);
    }
    this.#batchWindows++;
    return scores;
  }

  /** Moves every parameter by Adam (Kingma and Ba, 2015) and starts the next batch. */
  step(): void {
    // Multiplied up rather than raised: the last bit of a power is not the same in every engine.
    this.#firstDecay *= 0.9;
    this.#secondDecay *= 0.999;
    const correctedRate = (this.#learningRate * Math.sqrt(1 - this.#secondDecay)) / (1 - this.#firstDecay);
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

  /** The layers as they are now; learning on does not change them. */
  freeze(): readonly Float32Layer[] {
    return this.#layers.map((layer) => layer.freeze());
  }
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

  /** The layer as it is now; learning on does not change it. */
  freeze(): Float32Layer {
    const { inputs, outputs, activation, weights, bias } = this;
    return { inputs, outputs, activation, weights: weights.slice(), bias: bias.slice() };
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
