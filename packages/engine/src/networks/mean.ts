import { clampToInt8, multiplyByQ31, roundHalfAway, toQ31 } from "./fixed-point.ts";
import { roundedMean } from "./pooling.ts";
import type { Operator, Quantization, Tensor } from "./tensor.ts";

/** The mean along some dimensions. */
export class Mean implements Operator {
  readonly #input: Float64Array;
  readonly #output: Float64Array;
  /** For each input, the output that it counts for. */
  readonly #outputOf: Int32Array;
  readonly #finish: (sum: number) => number;

  /** @param isPicture Whether rows and columns of pictures are averaged and kept, which int8 rounds differently. */
  constructor(input: Tensor, output: Tensor, outputOf: Int32Array, isPicture: boolean) {
    this.#input = input.values;
    this.#output = output.values;
    this.#outputOf = outputOf;
    const count = input.values.length / output.values.length;
    this.#finish =
      input.quantization && output.quantization
        ? int8Mean(input.quantization, output.quantization, count, isPicture)
        : (sum) => sum / count;
  }

  run(): void {
    const output = this.#output;
    output.fill(0);
    for (let i = 0; i < this.#input.length; i++) {
      const o = this.#outputOf[i] as number;
      output[o] = (output[o] as number) + (this.#input[i] as number);
    }
    for (let o = 0; o < output.length; o++) output[o] = this.#finish(output[o] as number);
  }
}

/** The reference has three ways to it, each with its own rounding. */
function int8Mean(
  input: Quantization,
  output: Quantization,
  count: number,
  isPicture: boolean,
): (sum: number) => number {
  if (isPicture) {
    const { mantissa, shift } = toQ31(input.scale / output.scale);
    return (sum) => {
      const scaled = multiplyByQ31(sum - count * input.zeroPoint, mantissa, shift);
      return clampToInt8(roundedMean(scaled, count) + output.zeroPoint);
    };
  }
  if (input.scale === output.scale && input.zeroPoint === output.zeroPoint) return (sum) => Math.trunc(sum / count);
  const scale = Math.fround(input.scale / output.scale);
  const bias = Math.fround(-input.zeroPoint * scale);
  return (sum) => {
    const scaled = Math.fround(Math.fround(Math.fround(sum) / Math.fround(count)) * scale);
    return clampToInt8(roundHalfAway(Math.fround(Math.fround(scaled) + bias)) + output.zeroPoint);
  };
}
