import {
  clampToInt8,
  exponential,
  multiplyByQ31,
  multiplyHigh,
  reciprocalOfMantissa,
  shiftRight,
  toQ31,
} from "./fixed-point.ts";
import type { Operator, Tensor } from "./tensor.ts";

/** Scores that add up to 1 along the last dimension, in float32. */
export class Float32Softmax implements Operator {
  readonly #input: Float64Array;
  readonly #output: Float64Array;
  readonly #depth: number;
  readonly #beta: number;

  constructor(input: Tensor, output: Tensor, beta = 1) {
    this.#input = input.values;
    this.#output = output.values;
    this.#depth = input.shape.at(-1) ?? 1;
    this.#beta = beta;
  }

  run(): void {
    const input = this.#input;
    const output = this.#output;
    for (let from = 0; from < input.length; from += this.#depth) {
      const end = from + this.#depth;
      let highest = -Infinity;
      for (let i = from; i < end; i++) if ((input[i] as number) > highest) highest = input[i] as number;
      let total = 0;
      for (let i = from; i < end; i++) {
        const power = Math.exp(((input[i] as number) - highest) * this.#beta);
        output[i] = power;
        total += power;
      }
      for (let i = from; i < end; i++) output[i] = (output[i] as number) / total;
    }
  }
}

/** Bits before the point of a difference of two inputs. */
const DIFFERENCE_BITS = 5;
/** Bits before the point of a sum of powers. */
const SUM_BITS = 12;

/**
 * Scores in int8: 0 to 255 of 256, as -128 to 127.
 *
 * The reference works in fixed point, and so do we: a double is more exact, and now and then one step away from it.
 */
export class Int8Softmax implements Operator {
  readonly #input: Float64Array;
  readonly #output: Float64Array;
  readonly #depth: number;
  /** e^-difference in Q0.31 by the steps that an input lies below the highest; 0 where it is too far. */
  readonly #powers = new Int32Array(256);
  /** The same in Q12.19, as the sum takes them. */
  readonly #addends = new Int32Array(256);

  constructor(input: Tensor, output: Tensor, beta = 1) {
    this.#input = input.values;
    this.#output = output.values;
    this.#depth = input.shape.at(-1) ?? 1;
    const scale = input.quantization?.scale ?? 1;
    const { mantissa, shift } = toQ31(Math.min(beta * scale * 2 ** (31 - DIFFERENCE_BITS), 2 ** 31 - 1));
    const farthest = Math.floor(((2 ** DIFFERENCE_BITS - 1) * 2 ** (31 - DIFFERENCE_BITS)) / 2 ** shift);
    for (let steps = 0; steps < 256 && steps <= farthest; steps++) {
      const power = exponential(multiplyByQ31(-steps, mantissa, shift), DIFFERENCE_BITS);
      this.#powers[steps] = power;
      this.#addends[steps] = shiftRight(power, SUM_BITS);
    }
  }

  run(): void {
    const input = this.#input;
    const output = this.#output;
    for (let from = 0; from < input.length; from += this.#depth) {
      const end = from + this.#depth;
      let highest = -128;
      for (let i = from; i < end; i++) if ((input[i] as number) > highest) highest = input[i] as number;
      let total = 0;
      for (let i = from; i < end; i++) total += this.#addends[highest - (input[i] as number)] as number;
      const factor = reciprocalOfMantissa(total);
      const shift = SUM_BITS - Math.clz32(total) + 31 - 8;
      for (let i = from; i < end; i++) {
        const power = this.#powers[highest - (input[i] as number)] as number;
        output[i] = clampToInt8(shiftRight(multiplyHigh(factor, power), shift) - 128);
      }
    }
  }
}
