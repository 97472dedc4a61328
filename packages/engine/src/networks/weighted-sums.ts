import { multiplyByQ31, toQ31 } from "./fixed-point.ts";
import { boundsOf, type Activation, type Quantization } from "./tensor.ts";

/** Weights that turn some values into sums, one sum for each row of them, and then into outputs. */
export interface WeightedSums {
  /** Shape `[rows][columns]`. */
  readonly weights: Float64Array;
  readonly columns: number;
  /** What each row's sum starts with. Shape `[rows]`. */
  readonly starts: Float64Array;
  /** Turns the sums of `rows` rows from `firstRow` on, which begin at `at`, into outputs. */
  finish(sums: Float64Array, at: number, firstRow: number, rows: number): void;
}

/** Writes the outputs of `rows` rows from `firstRow` on. */
export function writeSums(
  sums: WeightedSums,
  values: Float64Array,
  valuesAt: number,
  firstRow: number,
  rows: number,
  out: Float64Array,
  outAt: number,
): void {
  const { weights, columns, starts } = sums;
  const end = firstRow + rows;
  let row = firstRow;
  let at = outAt;
  // Four rows at a time: a value is read once for all of them, and no addition waits for the one before.
  for (; row + 4 <= end; row += 4, at += 4) {
    const w0 = row * columns;
    const w1 = w0 + columns;
    const w2 = w1 + columns;
    const w3 = w2 + columns;
    let sum0 = starts[row] as number;
    let sum1 = starts[row + 1] as number;
    let sum2 = starts[row + 2] as number;
    let sum3 = starts[row + 3] as number;
    for (let i = 0; i < columns; i++) {
      const value = values[valuesAt + i] as number;
      sum0 += (weights[w0 + i] as number) * value;
      sum1 += (weights[w1 + i] as number) * value;
      sum2 += (weights[w2 + i] as number) * value;
      sum3 += (weights[w3 + i] as number) * value;
    }
    out[at] = sum0;
    out[at + 1] = sum1;
    out[at + 2] = sum2;
    out[at + 3] = sum3;
  }
  for (; row < end; row++, at++) {
    const w = row * columns;
    let sum = starts[row] as number;
    for (let i = 0; i < columns; i++) sum += (weights[w + i] as number) * (values[valuesAt + i] as number);
    out[at] = sum;
  }
  sums.finish(out, outAt, firstRow, rows);
}

/** Sums in float32, bounded by an activation. */
export class Float32Sums implements WeightedSums {
  readonly weights: Float64Array;
  readonly columns: number;
  readonly starts: Float64Array;
  readonly #lowest: number;
  readonly #highest: number;

  constructor(weights: Float64Array, starts: Float64Array, activation: Activation) {
    this.weights = weights;
    this.columns = weights.length / starts.length;
    this.starts = starts;
    const { lowest, highest } = boundsOf(activation, undefined);
    this.#lowest = lowest;
    this.#highest = highest;
  }

  finish(sums: Float64Array, at: number, _firstRow: number, rows: number): void {
    const lowest = this.#lowest;
    const highest = this.#highest;
    // A choice between a field and an array's element would make V8 allocate each number.
    for (let i = at; i < at + rows; i++) sums[i] = Math.max(lowest, Math.min(highest, sums[i] as number));
  }
}

/** Sums in int8: exact integers, then one multiplication in fixed point. */
export class Int8Sums implements WeightedSums {
  readonly weights: Float64Array;
  readonly columns: number;
  readonly starts: Float64Array;
  readonly #mantissas: Int32Array;
  readonly #shifts: Int32Array;
  readonly #zeroPoint: number;
  readonly #lowest: number;
  readonly #highest: number;

  /**
   * @param weights Their zero point is taken off already.
   * @param bias In units of input scale times weight scale.
   * @param factors Input scale times weight scale by output scale; one for all rows or one for each.
   */
  constructor(
    weights: Float64Array,
    bias: Float64Array,
    factors: readonly number[],
    input: Quantization,
    output: Quantization,
    activation: Activation,
  ) {
    const rows = bias.length;
    const columns = weights.length / rows;
    this.weights = weights;
    this.columns = columns;
    // The input's zero point is the same in every window, so its part of the sum is too.
    this.starts = bias.map((start, row) => {
      let rowSum = 0;
      for (let i = 0; i < columns; i++) rowSum += weights[row * columns + i] as number;
      return start - input.zeroPoint * rowSum;
    });
    this.#mantissas = new Int32Array(rows);
    this.#shifts = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const { mantissa, shift } = toQ31(factors[factors.length === 1 ? 0 : row] as number);
      this.#mantissas[row] = mantissa;
      this.#shifts[row] = shift;
    }
    this.#zeroPoint = output.zeroPoint;
    const { lowest, highest } = boundsOf(activation, output);
    this.#lowest = lowest;
    this.#highest = highest;
  }

  finish(sums: Float64Array, at: number, firstRow: number, rows: number): void {
    const mantissas = this.#mantissas;
    const shifts = this.#shifts;
    const zeroPoint = this.#zeroPoint;
    const lowest = this.#lowest;
    const highest = this.#highest;
    for (let i = 0; i < rows; i++) {
      const row = firstRow + i;
      const value = multiplyByQ31(sums[at + i] as number, mantissas[row] as number, shifts[row] as number) + zeroPoint;
      sums[at + i] = value < lowest ? lowest : value > highest ? highest : value;
    }
  }
}

/**
 * Input scale times weight scale by output scale, for each of a dense layer's weight scales.
 *
 * The reference multiplies in float32 when all weights have one scale, and in double when each output has its own.
 */
export function denseFactors(
  inputScale: number,
  weightScales: readonly number[],
  outputScale: number,
): readonly number[] {
  return weightScales.map((scale) => {
    const product = Math.fround(inputScale) * Math.fround(scale);
    return (weightScales.length === 1 ? Math.fround(product) : product) / Math.fround(outputScale);
  });
}
