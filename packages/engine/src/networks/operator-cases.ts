/** What tests of operators share: how to run one from a file, and the reference's integer formula. Never part of a build. */
import { readTflite } from "./read-tflite.ts";
import { writeTflite, type WrittenModel, type WrittenTensor } from "./write-tflite.ts";

/** Runs a model of one operator on features, and gives its output. */
export function run(model: WrittenModel, features: ArrayLike<number>): number[] {
  const network = readTflite(writeTflite(model));
  const out = new Float32Array(network.outputCount);
  network.run(features, out);
  return [...out];
}

/** Numbers that repeat with the seed; whole ones between `low` and `high`. */
export function numbers(count: number, seed: number, low: number, high: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + Math.floor((state / 2 ** 32) * (high - low + 1));
  });
}

/** What each activation leaves, by its code in the schema: none, RELU, RELU_N1_TO_1, RELU6. */
const BOUNDS: readonly (readonly [lowest: number, highest: number])[] = [
  [-Infinity, Infinity],
  [0, Infinity],
  [-1, 1],
  [0, 6],
];

export function activate(value: number, activation: number): number {
  const [lowest = NaN, highest = NaN] = BOUNDS[activation] ?? [];
  return Math.max(lowest, Math.min(highest, value));
}

/** The same in int8. */
export function activateInt8(value: number, { scale, zeroPoint }: Scale, activation: number): number {
  const [lowest = NaN, highest = NaN] = BOUNDS[activation] ?? [];
  const steps = (bound: number) => zeroPoint + Math.sign(bound) * Math.round(Math.abs(bound) / scale);
  return Math.max(-128, steps(lowest), Math.min(127, steps(highest), value));
}

/** `round(value * factor)` with the two roundings of the reference, written down plainly. */
export function rescale(value: number, factor: number): number {
  let shift = 0;
  let fraction = factor;
  for (; fraction >= 1; fraction /= 2) shift++;
  for (; fraction < 0.5; fraction *= 2) shift--;
  let mantissa = BigInt(Math.round(fraction * 2 ** 31));
  if (mantissa === 1n << 31n) {
    mantissa >>= 1n;
    shift++;
  }
  const product = (BigInt(value) << BigInt(Math.max(0, shift))) * mantissa;
  const high = (product + (product >= 0n ? 1n << 30n : 1n - (1n << 30n))) / (1n << 31n);
  if (shift >= 0) return Number(high);
  const divisor = 1n << BigInt(-shift);
  const magnitude = ((high < 0n ? -high : high) + divisor / 2n) / divisor;
  return Number(high < 0n ? -magnitude : magnitude);
}

export interface Scale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The int8 that a sum becomes. */
export function finish(sum: number, factor: number, output: Scale, activation: number): number {
  return activateInt8(rescale(sum, factor) + output.zeroPoint, output, activation);
}

export const INPUT: Scale = { scale: Math.fround(0.05), zeroPoint: -3 };
export const OUTPUT: Scale = { scale: Math.fround(0.11), zeroPoint: 7 };

export function quantised({ scale, zeroPoint }: Scale, shape: readonly number[]): WrittenTensor {
  return { shape, type: "int8", scales: [scale], zeroPoints: [zeroPoint] };
}

/** What features have to be, to arrive as these int8 values. */
export function features(values: readonly number[], { scale, zeroPoint }: Scale): number[] {
  return values.map((value) => Math.fround((value - zeroPoint) * scale));
}

export function toInt8(out: readonly number[], { scale, zeroPoint }: Scale): number[] {
  return out.map((value) => Math.round(value / scale) + zeroPoint);
}
