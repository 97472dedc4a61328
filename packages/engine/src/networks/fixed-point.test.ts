import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  exponential,
  logistic,
  multiplyByQ31,
  multiplyHigh,
  quantize,
  reciprocalOfMantissa,
  shiftRight,
  toQ31,
} from "./fixed-point.ts";

const int32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: -(2 ** 22), max: 2 ** 22 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0, 1, -1, 2 ** 21, -(2 ** 21), 2 ** 30, -(2 ** 30)),
);

/** The reference kernel's formula on whole numbers of any size; BigInt division cuts towards zero, as C does. */
function plainMultiplyHigh(a: number, b: number): number {
  if (a === -(2 ** 31) && b === -(2 ** 31)) return 2 ** 31 - 1;
  const product = BigInt(a) * BigInt(b);
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  return Number((product + nudge) / (1n << 31n));
}

function plainShiftRight(value: number, exponent: number): number {
  const mask = (1n << BigInt(exponent)) - 1n;
  const remainder = BigInt(value) & mask;
  const threshold = (mask >> 1n) + (value < 0 ? 1n : 0n);
  return Number((BigInt(value) >> BigInt(exponent)) + (remainder > threshold ? 1n : 0n));
}

describe("fixed-point arithmetic", () => {
  it("multiplies as the reference kernels do, for every pair of int32", () => {
    fc.assert(
      fc.property(int32, int32, (a, b) => {
        expect(multiplyHigh(a, b)).toBe(plainMultiplyHigh(a, b));
      }),
      { numRuns: 3000 },
    );
  });

  it("divides by powers of two with ties away from zero", () => {
    fc.assert(
      fc.property(int32, fc.integer({ min: 0, max: 31 }), (value, exponent) => {
        expect(shiftRight(value, exponent)).toBe(plainShiftRight(value, exponent));
      }),
      { numRuns: 3000 },
    );
    expect([shiftRight(3, 1), shiftRight(-3, 1), shiftRight(1, 1), shiftRight(-1, 1)]).toEqual([2, -2, 1, -1]);
  });

  it("scales a sum by a factor with two roundings", () => {
    fc.assert(
      fc.property(
        int32,
        fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
        fc.integer({ min: -31, max: 7 }),
        (value, m, s) => {
          const shifted = Number(BigInt.asIntN(32, BigInt(value) << BigInt(Math.max(0, s))));
          const plain = plainShiftRight(plainMultiplyHigh(shifted, m), Math.max(0, -s));

          expect(multiplyByQ31(value, m, s)).toBe(plain);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("splits a factor into the nearest mantissa of 31 bits and a power of two", () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -31, max: 2 ** 20, noNaN: true }), (factor) => {
        const { mantissa, shift } = toQ31(factor);

        expect(mantissa).toBeGreaterThanOrEqual(2 ** 30);
        expect(mantissa).toBeLessThan(2 ** 31);
        expect(Math.abs((mantissa / 2 ** 31) * 2 ** shift - factor)).toBeLessThanOrEqual(2 ** (shift - 32));
      }),
    );
    expect(toQ31(0.5)).toEqual({ mantissa: 2 ** 30, shift: 0 });
    expect(toQ31(2 ** -40)).toEqual({ mantissa: 0, shift: 0 });
  });

  it("takes powers of e, reciprocals and the logistic function within 3e-7", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31) + 1, max: 0 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (x, y) => {
        expect(exponential(x, 5) / 2 ** 31).toBeCloseTo(Math.exp(x / 2 ** 26), 6.3);
        expect(logistic(x) / 2 ** 31).toBeCloseTo(1 / (1 + Math.exp(-x / 2 ** 27)), 6.3);
        expect(logistic(-x) / 2 ** 31).toBeCloseTo(1 / (1 + Math.exp(x / 2 ** 27)), 6.3);
        const mantissa = y / 2 ** (31 - Math.clz32(y));
        expect(reciprocalOfMantissa(y) / 2 ** 31).toBeCloseTo(1 / mantissa, 6.3);
      }),
    );
  });

  it("quantises to the nearest step, ties away from zero, and stays within int8", () => {
    const given = [0, 0.25, -0.25, 0.24, 1000, -1000, Infinity];

    expect(given.map((value) => quantize(value, 0.5, 3))).toEqual([3, 4, 2, 3, 127, -128, 127]);
  });
});
