import { FullyConnected } from "./fully-connected.ts";
import { OperatorNetwork } from "./operator-network.ts";
import { Float32Softmax } from "./softmax.ts";
import type { Operator, Tensor } from "./tensor.ts";
import { Float32Sums } from "./weighted-sums.ts";

/** One fully connected layer in float32. */
export interface Float32Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** What follows the sums. */
  readonly activation: "relu" | "none";
  /** Shape `[outputs * inputs]`, the weights of one output after another. */
  readonly weights: Float32Array;
  /** Shape `[outputs]`. */
  readonly bias: Float32Array;
}

/** A network of fully connected layers, softmax at its end. */
export interface Float32Network {
  readonly layers: readonly Float32Layer[];
}

/** Runs a float32 network. */
export class Float32Classifier extends OperatorNetwork {
  /** @throws {RangeError} for a network without layers. */
  constructor({ layers }: Float32Network) {
    if (layers.length === 0) throw new RangeError("A network needs at least one layer.");
    const tensors = [(layers[0] as Float32Layer).inputs, ...layers.map(({ outputs }) => outputs)].map(float32Tensor);
    const operators: Operator[] = layers.map(({ weights, bias, activation }, l) => {
      const sums = new Float32Sums(Float64Array.from(weights), Float64Array.from(bias), activation);
      return new FullyConnected(tensors[l] as Tensor, tensors[l + 1] as Tensor, sums);
    });
    const logits = tensors.at(-1) as Tensor;
    const scores = float32Tensor(logits.values.length);
    super(tensors[0] as Tensor, [...operators, new Float32Softmax(logits, scores)], scores);
  }
}

function float32Tensor(length: number): Tensor {
  return { shape: [length], values: new Float64Array(length), quantization: undefined };
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
