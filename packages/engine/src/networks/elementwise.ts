import { clampToInt8, logistic, multiplyByQ31, quantize, shiftRight, toQ31 } from "./fixed-point.ts";
import { boundsOf, type Activation, type Bounds, type Operator, type Quantization, type Tensor } from "./tensor.ts";

/** An int8 becomes what a table of 256 says. */
export class Lookup implements Operator {
  readonly #input: Float64Array;
  readonly #output: Float64Array;
  readonly #table: Float64Array;

  constructor(input: Tensor, output: Tensor, valueOf: (quantised: number) => number) {
    this.#input = input.values;
    this.#output = output.values;
    this.#table = Float64Array.from({ length: 256 }, (_, i) => valueOf(i - 128));
  }

  run(): void {
    for (let i = 0; i < this.#input.length; i++) {
      this.#output[i] = this.#table[(this.#input[i] as number) + 128] as number;
    }
  }
}

/** From one int8 scale to another, within bounds. */
export function requantized({ scale, zeroPoint }: Quantization, output: Quantization, { lowest, highest }: Bounds) {
  const { mantissa, shift } = toQ31(scale / output.scale);
  return (quantised: number) =>
    Math.max(lowest, Math.min(highest, multiplyByQ31(quantised - zeroPoint, mantissa, shift) + output.zeroPoint));
}

const LOGISTIC_BITS = 4;

/** `1 / (1 + e^-x)` as int8, 0 to 255 of 256. */
export function quantisedLogistic({ scale, zeroPoint }: Quantization) {
  const { mantissa, shift } = toQ31(scale * 2 ** (31 - LOGISTIC_BITS));
  const radius = Math.floor(((2 ** LOGISTIC_BITS - 1) * 2 ** (31 - LOGISTIC_BITS)) / 2 ** shift);
  return (quantised: number) => {
    const steps = quantised - zeroPoint;
    if (steps <= -radius) return -128;
    if (steps >= radius) return 127;
    return clampToInt8(shiftRight(logistic(multiplyByQ31(steps, mantissa, shift)), 31 - 8) - 128);
  };
}

/** Each value becomes what a function makes of it. */
export class Each implements Operator {
  readonly #input: Float64Array;
  readonly #output: Float64Array;
  readonly #valueOf: (value: number) => number;

  constructor(input: Tensor, output: Tensor, valueOf: (value: number) => number) {
    this.#input = input.values;
    this.#output = output.values;
    this.#valueOf = valueOf;
  }

  run(): void {
    for (let i = 0; i < this.#input.length; i++) this.#output[i] = this.#valueOf(this.#input[i] as number);
  }
}

/** Within bounds, in float32. */
export function clamped({ lowest, highest }: Bounds) {
  return (value: number) => Math.max(lowest, Math.min(highest, value));
}

/** `1 / (1 + e^-x)` in float32. */
export function float32Logistic(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** From float32 to int8. */
export function quantized({ scale, zeroPoint }: Quantization) {
  return (value: number) => quantize(value, scale, zeroPoint);
}

/** The sum of two tensors, either one repeated along dimensions that it has once. */
export class Add implements Operator {
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  readonly #output: Float64Array;
  readonly #leftOf: Int32Array;
  readonly #rightOf: Int32Array;
  readonly #add: (left: number, right: number) => number;

  /** @param leftOf For each output, the value of `left` that it takes; `rightOf` likewise. */
  constructor(
    left: Tensor,
    right: Tensor,
    output: Tensor,
    leftOf: Int32Array,
    rightOf: Int32Array,
    activation: Activation,
  ) {
    this.#left = left.values;
    this.#right = right.values;
    this.#output = output.values;
    this.#leftOf = leftOf;
    this.#rightOf = rightOf;
    const bounds = boundsOf(activation, output.quantization);
    this.#add =
      left.quantization && right.quantization && output.quantization
        ? int8Sum(left.quantization, right.quantization, output.quantization, bounds)
        : (a, b) => Math.max(bounds.lowest, Math.min(bounds.highest, a + b));
  }

  run(): void {
    for (let o = 0; o < this.#output.length; o++) {
      const left = this.#left[this.#leftOf[o] as number] as number;
      this.#output[o] = this.#add(left, this.#right[this.#rightOf[o] as number] as number);
    }
  }
}

/** Bits that int8 is shifted up by before two scales are brought together. */
const HEADROOM_BITS = 20;

function int8Sum(left: Quantization, right: Quantization, output: Quantization, { lowest, highest }: Bounds) {
  const common = 2 * Math.max(left.scale, right.scale);
  const ofLeft = toQ31(left.scale / common);
  const ofRight = toQ31(right.scale / common);
  const ofSum = toQ31(common / (2 ** HEADROOM_BITS * output.scale));
  return (a: number, b: number) => {
    const sum =
      multiplyByQ31((a - left.zeroPoint) * 2 ** HEADROOM_BITS, ofLeft.mantissa, ofLeft.shift) +
      multiplyByQ31((b - right.zeroPoint) * 2 ** HEADROOM_BITS, ofRight.mantissa, ofRight.shift);
    return Math.max(lowest, Math.min(highest, multiplyByQ31(sum, ofSum.mantissa, ofSum.shift) + output.zeroPoint));
  };
}

/** Copies each value to a place of its own. */
export class Scatter implements Operator {
  readonly #input: Float64Array;
  readonly #output: Float64Array;
  readonly #placeOf: Int32Array;

  constructor(input: Tensor, output: Tensor, placeOf: Int32Array) {
    this.#input = input.values;
    this.#output = output.values;
    this.#placeOf = placeOf;
  }

  run(): void {
    for (let i = 0; i < this.#input.length; i++) this.#output[this.#placeOf[i] as number] = this.#input[i] as number;
  }
}
