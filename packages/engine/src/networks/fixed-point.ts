/**
 * Integer arithmetic of TensorFlow Lite for Microcontrollers, bit by bit.
 *
 * Values are int32 in JavaScript numbers. Qm.n is a fixed-point number with m bits before the point and n behind it:
 * Q0.31 spans -1 to 1. Roundings and their order are part of the result: a network's scores differ without them.
 */

const HIGHEST = 2 ** 31 - 1;
const LOWEST = -(2 ** 31);

/** A positive factor as `mantissa / 2^31 * 2^shift`, the mantissa in [2^30, 2^31). */
export interface Q31 {
  readonly mantissa: number;
  readonly shift: number;
}

/** Splits a positive factor. */
export function toQ31(factor: number): Q31 {
  // A factor so small shifts every product out, and the reference kernels take it for 0.
  if (factor < 2 ** -32) return { mantissa: 0, shift: 0 };
  let shift = Math.floor(Math.log2(factor)) + 1;
  let fraction = factor / 2 ** shift;
  // log2 rounds, so a factor next to a power of two can land one off.
  if (fraction >= 1) {
    fraction /= 2;
    shift++;
  }
  if (fraction < 0.5) {
    fraction *= 2;
    shift--;
  }
  let mantissa = Math.round(fraction * 2 ** 31);
  if (mantissa === 2 ** 31) {
    mantissa /= 2;
    shift++;
  }
  return { mantissa, shift };
}

/** Up to here a product with any int32 is exact in a double, with room for the rounding. */
const EXACT = 2 ** 21;

/** `value * mantissa / 2^31 * 2^shift`, rounded twice as the reference kernels do. */
export function multiplyByQ31(value: number, mantissa: number, shift: number): number {
  if (shift > 0) return multiplyHigh(shiftLeft(value, shift), mantissa);
  // What nearly every sum of a small network is, and small enough that the roundings cannot overflow.
  if (value < EXACT && value > -EXACT) {
    const high = multiplyHigh(value, mantissa);
    return shift === 0 ? high : (high + (1 << (-shift - 1)) + (high >> 31)) >> -shift;
  }
  return shiftRight(multiplyHigh(value | 0, mantissa), -shift);
}

/** Keeps the lowest 32 bits, as C does in practice. */
function shiftLeft(value: number, exponent: number): number {
  return exponent > 31 ? 0 : (value | 0) << exponent;
}

/** `round(a * b / 2^31)` for int32 `a` and `b`, ties away from zero. */
export function multiplyHigh(a: number, b: number): number {
  if (a < EXACT && a > -EXACT) {
    const product = a * b;
    // The reference adds this and cuts towards zero.
    return ((product + (product >= 0 ? 2 ** 30 : 1 - 2 ** 30)) * 2 ** -31) | 0;
  }
  return multiplyHighInHalves(a, b);
}

/** The product needs 62 bits. Half of `a` at a time fits a double, and the quotient never needs rounding. */
function multiplyHighInHalves(a: number, b: number): number {
  if (a === LOWEST && b === LOWEST) return HIGHEST;
  const upper = (a >> 16) * b;
  const lower = (a & 0xffff) * b;
  const quotient = Math.floor(upper / 32768);
  const rest = (upper - quotient * 32768) * 65536 + lower;
  if (b === 0 || a > 0 === b > 0) return quotient + Math.floor((rest + 2 ** 30) / 2 ** 31);
  return quotient + Math.ceil((rest + 1 - 2 ** 30) / 2 ** 31);
}

/** Divides by `2^exponent`, ties away from zero; `exponent` is 0 to 31. */
export function shiftRight(value: number, exponent: number): number {
  if (exponent === 0) return value;
  const mask = ((1 << exponent) - 1) | 0;
  const threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return (value >> exponent) + ((value & mask) > threshold ? 1 : 0);
}

/** Multiplies by `2^exponent`, and stays at the ends of int32 where the product is beyond them. */
function shiftLeftSaturating(value: number, exponent: number): number {
  return Math.max(LOWEST, Math.min(HIGHEST, value * 2 ** exponent));
}

/** e^(-2^i) in Q0.31 for i from -2 to 4. */
const POWERS_OF_E = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242];

/**
 * e^x for x of 0 or below.
 *
 * @param x In Q(integerBits).(31 - integerBits).
 * @returns In Q0.31.
 */
export function exponential(x: number, integerBits: number): number {
  if (x === 0) return HIGHEST;
  const fractionBits = 31 - integerBits;
  const quarter = 1 << (fractionBits - 2);
  const belowQuarter = (x & (quarter - 1)) - quarter;
  let result = exponentialOfSmall(shiftLeftSaturating(belowQuarter, integerBits));
  const quarters = (belowQuarter - x) | 0;
  for (let i = 0; i < integerBits + 2; i++) {
    if (quarters & (1 << (fractionBits - 2 + i))) result = multiplyHigh(result, POWERS_OF_E[i] as number);
  }
  return result;
}

/** e^x for x in [-1/4, 0), by four terms around -1/8; both in Q0.31. */
function exponentialOfSmall(x: number): number {
  const center = 1895147668;
  const third = 715827883;
  const d = x + 2 ** 28;
  const d2 = multiplyHigh(d, d);
  const d3 = multiplyHigh(d2, d);
  const d4 = multiplyHigh(d2, d2);
  const terms = shiftRight(multiplyHigh(shiftRight(d4, 2) + d3, third) + d2, 1);
  return center + multiplyHigh(center, d + terms);
}

/** `1 / (1 + x)` for x in (0, 1), by three steps of Newton's; both in Q0.31. */
function reciprocalOfOnePlus(x: number): number {
  const half = Math.floor((x + HIGHEST + 1) / 2);
  // 48/17 and -32/17 in Q2.29.
  let estimate = (1515870810 + multiplyHigh(half, -1010580540)) | 0;
  for (let i = 0; i < 3; i++) {
    const error = (2 ** 29 - multiplyHigh(half, estimate)) | 0;
    estimate = (estimate + shiftLeftSaturating(multiplyHigh(estimate, error), 2)) | 0;
  }
  return shiftLeftSaturating(estimate, 1);
}

/** `1 / x` in Q0.31 for a positive fixed-point `x`, taken as if its highest bit stood for 1. */
export function reciprocalOfMantissa(x: number): number {
  return reciprocalOfOnePlus((x << Math.clz32(x)) & HIGHEST);
}

/**
 * `1 / (1 + e^-x)`.
 *
 * @param x In Q4.27.
 * @returns In Q0.31.
 */
export function logistic(x: number): number {
  if (x === 0) return 2 ** 30;
  const ofPositive = reciprocalOfOnePlus(exponential(-Math.abs(x), 4));
  return x > 0 ? ofPositive : HIGHEST - ofPositive;
}

/** The nearest whole number, ties away from zero. */
export function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

export function clampToInt8(value: number): number {
  return value > 127 ? 127 : value < -128 ? -128 : value;
}

/** The int8 that stands for `value`; all numbers in between are float32, as in the reference. */
export function quantize(value: number, scale: number, zeroPoint: number): number {
  return clampToInt8(roundHalfAway(Math.fround(Math.fround(value) / scale)) + zeroPoint);
}
