import type { Network } from "./network.ts";
import type { Operator, Tensor } from "./tensor.ts";

/** A network as operators that run one after another, each on tensors of its own. */
export class OperatorNetwork implements Network {
  readonly inputCount: number;
  readonly outputCount: number;
  readonly #input: Tensor;
  readonly #operators: readonly Operator[];
  readonly #output: Tensor;

  /**
   * @param input Takes the features.
   * @param operators In an order in which each one finds its inputs written.
   * @param output Holds the scores when the last one is done.
   */
  constructor(input: Tensor, operators: readonly Operator[], output: Tensor) {
    this.inputCount = input.values.length;
    this.outputCount = output.values.length;
    this.#input = input;
    this.#operators = operators;
    this.#output = output;
  }

  run(features: ArrayLike<number>, out: Float32Array): void {
    const { inputCount, outputCount } = this;
    if (features.length !== inputCount) {
      throw new RangeError(`The network takes ${inputCount} features, and features has ${features.length}.`);
    }
    if (out.length < outputCount) {
      throw new RangeError(`The network gives ${outputCount} scores, and out has room for ${out.length}.`);
    }
    this.#write(features);
    for (let i = 0; i < this.#operators.length; i++) (this.#operators[i] as Operator).run();
    this.#read(out);
  }

  #write(features: ArrayLike<number>): void {
    const { values, quantization } = this.#input;
    if (!quantization) {
      for (let i = 0; i < values.length; i++) values[i] = Math.fround(features[i] as number);
      return;
    }
    const { scale, zeroPoint } = quantization;
    // `quantize` written out: where V8 does not put it in here by itself, its arguments are allocated.
    for (let i = 0; i < values.length; i++) {
      const exact = Math.fround(Math.fround(features[i] as number) / scale);
      const steps = exact < 0 ? -Math.round(-exact) : Math.round(exact);
      values[i] = Math.max(-128, Math.min(127, steps + zeroPoint));
    }
  }

  #read(out: Float32Array): void {
    const { values, quantization } = this.#output;
    if (!quantization) {
      for (let i = 0; i < values.length; i++) out[i] = values[i] as number;
      return;
    }
    const { scale, zeroPoint } = quantization;
    for (let i = 0; i < values.length; i++) out[i] = ((values[i] as number) - zeroPoint) * scale;
  }
}
