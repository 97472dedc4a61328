/**
 * Dense networks in int8, in the exact integer arithmetic of TensorFlow Lite for Microcontrollers.
 *
 * Scores come out as multiples of 1/256, the highest one being 255/256, and need not add up to 1. That is what the board
 * answers, so it is what we answer.
 */
import { FullyConnected } from "./fully-connected.ts";
import { OperatorNetwork } from "./operator-network.ts";
import { Int8Softmax } from "./softmax.ts";
import type { Operator, Quantization, Tensor } from "./tensor.ts";
import { denseFactors, Int8Sums } from "./weighted-sums.ts";

/** One fully connected layer in int8. */
export interface Int8Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: "relu" | "none";
  /** Shape `[outputs * inputs]`, the weights of one output after another; their zero point is 0. */
  readonly weights: Int8Array;
  /** One scale for the whole layer, or one per output. */
  readonly weightScales: readonly number[];
  /** In units of input scale times weight scale. Shape `[outputs]`. */
  readonly bias: Int32Array;
  readonly output: Quantization;
}

/** A network of fully connected int8 layers, softmax at its end. */
export interface Int8Network {
  readonly input: Quantization;
  readonly layers: readonly Int8Layer[];
}

/** Runs an int8 network. */
export class Int8Classifier extends OperatorNetwork {
  /** @throws {RangeError} for a network without layers. */
  constructor({ input, layers }: Int8Network) {
    if (layers.length === 0) throw new RangeError("A network needs at least one layer.");
    const tensors = [
      int8Tensor((layers[0] as Int8Layer).inputs, input),
      ...layers.map(({ outputs, output }) => int8Tensor(outputs, output)),
    ];
    const operators: Operator[] = layers.map((layer, l) => {
      const from = l === 0 ? input : (layers[l - 1] as Int8Layer).output;
      const factors = denseFactors(from.scale, layer.weightScales, layer.output.scale);
      const weights = Float64Array.from(layer.weights);
      const sums = new Int8Sums(weights, Float64Array.from(layer.bias), factors, from, layer.output, layer.activation);
      return new FullyConnected(tensors[l] as Tensor, tensors[l + 1] as Tensor, sums);
    });
    const logits = tensors.at(-1) as Tensor;
    const scores = int8Tensor(logits.values.length, INT8_SCORES);
    super(tensors[0] as Tensor, [...operators, new Int8Softmax(logits, scores)], scores);
  }
}

/** How every int8 softmax writes its scores. */
export const INT8_SCORES: Quantization = { scale: 1 / 256, zeroPoint: -128 };

/** Scales are float32 in the reference; a document may have fewer digits of them, or more. */
function int8Tensor(length: number, { scale, zeroPoint }: Quantization): Tensor {
  return { shape: [length], values: new Float64Array(length), quantization: { scale: Math.fround(scale), zeroPoint } };
}
