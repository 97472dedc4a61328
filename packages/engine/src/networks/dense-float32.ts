/** One fully connected layer in float32. */
export interface Float32Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: "relu" | "none";
  /** Shape `[outputs * inputs]`, the weights of one output after another. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** A network of fully connected layers, softmax at its end. */
export interface Float32Network {
  readonly layers: readonly Float32Layer[];
}

/** Runs a float32 network. Buffers are made once, so a window allocates nothing. */
export class Float32Classifier {
  readonly #layers: readonly Float32Layer[];
  readonly #outputs: readonly Float32Array[];

  constructor({ layers }: Float32Network) {
    this.#layers = layers;
    this.#outputs = layers.map((layer) => new Float32Array(layer.outputs));
  }

  /** Writes one score per class into `scores`, adding up to 1. */
  classify(features: Float64Array, scores: Float32Array): void {
    let input: Float32Array | Float64Array = features;
    for (let l = 0; l < this.#layers.length; l++) {
      const output = this.#outputs[l] as Float32Array;
      applyLayer(this.#layers[l] as Float32Layer, input, output);
      input = output;
    }
    softmax(input as Float32Array, scores);
  }
}

/** `output = activation(weights * input + bias)`. */
export function applyLayer(layer: Float32Layer, input: Float32Array | Float64Array, output: Float32Array): void {
  const { inputs, outputs, weights, bias, activation } = layer;
  let w = 0;
  for (let o = 0; o < outputs; o++) {
    let sum = bias[o] as number;
    for (let i = 0; i < inputs; i++) sum += (weights[w++] as number) * (input[i] as number);
    output[o] = activation === "relu" && sum < 0 ? 0 : sum;
  }
}

/** Turns network outputs into scores that add up to 1. */
export function softmax(values: Float32Array, scores: Float32Array): void {
  let highest = -Infinity;
  for (let i = 0; i < values.length; i++) highest = Math.max(highest, values[i] as number);
  let total = 0;
  for (let i = 0; i < values.length; i++) total += Math.exp((values[i] as number) - highest);
  for (let i = 0; i < values.length; i++) scores[i] = Math.exp((values[i] as number) - highest) / total;
}
