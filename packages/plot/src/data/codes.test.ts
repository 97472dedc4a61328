import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Codes } from "./codes.ts";

function codesOf(values: ArrayLike<number>): Codes {
  const codes = new Codes();
  codes.append(values);
  return codes;
}

const few = fc.constantFrom(0, 1, 2, 7, 255);
/** Long stretches of one code with others between, as verdicts are. */
const runs = fc
  .array(fc.tuple(few, fc.integer({ min: 1, max: 300 })), { maxLength: 12 })
  .map((pairs) => pairs.flatMap(([code, length]) => Array.from({ length }, () => code)));

function bruteDominant(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [best] = [...counts].sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || a - b);
  return best?.[0] ?? -1;
}

function bruteNext(values: readonly number[], codes: readonly number[], from: number, direction: 1 | -1): number {
  if (direction === 1) return values.findIndex((value, i) => i >= from && codes.includes(value));
  return values.findLastIndex((value, i) => i <= from && codes.includes(value));
}

function expectBruteForce(codes: Codes, values: readonly number[], from: number, to: number): void {
  const stretch = values.slice(Math.max(0, from), Math.max(0, to));
  expect(codes.dominant(from, to)).toBe(bruteDominant(stretch));
  for (const code of [0, 7, 9]) {
    expect(codes.count(code, from, to)).toBe(stretch.filter((value) => value === code).length);
    for (const direction of [1, -1] as const) {
      expect(codes.next(code, from, direction)).toBe(bruteNext(values, [code], from, direction));
    }
  }
  for (const direction of [1, -1] as const) {
    expect(codes.next((code) => code > 0 && code < 8, to, direction)).toBe(bruteNext(values, [1, 2, 7], to, direction));
  }
}

describe("Codes", () => {
  it("answers like brute force, for any codes and any stretch", () => {
    fc.assert(
      fc.property(runs, fc.nat(1_500), fc.nat(1_500), (values, from, to) => {
        expectBruteForce(codesOf(values), values, from - 5, to - 5);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("answers the same however the codes were cut into appends", () => {
    fc.assert(
      fc.property(runs, fc.array(fc.nat(150), { maxLength: 10 }), fc.nat(1_500), (values, lengths, from) => {
        const codes = new Codes();
        let appended = 0;
        for (const length of [...lengths, values.length]) {
          codes.append(values.slice(appended, appended + length));
          appended += length;
        }

        expect(codes.length).toBe(values.length);
        expectBruteForce(codes, values, from, from + 700);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it("answers for the new codes after some or all were replaced", () => {
    fc.assert(
      fc.property(
        runs,
        fc.array(fc.tuple(fc.nat(2_000), few), { maxLength: 20 }),
        fc.nat(1_500),
        (values, edits, from) => {
          const codes = codesOf(values.map(() => 3));

          codes.setAll(values);
          const edited = [...values];
          for (const [index, code] of edits.filter(([index]) => index < values.length)) {
            codes.set(index, code);
            edited[index] = code;
          }

          expectBruteForce(codes, edited, from, from + 400);
          expect([...codes.copy(0, codes.length)]).toEqual(edited);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  it("finds a single window among many, in both directions", () => {
    const values = new Uint8Array(300_000);
    values[123_456] = 1;
    const codes = codesOf(values);

    expect(codes.next(1, 0, 1)).toBe(123_456);
    expect(codes.next(1, 299_999, -1)).toBe(123_456);
    expect(codes.next(1, 123_457, 1)).toBe(-1);
    expect(codes.next(1, 123_455, -1)).toBe(-1);
    expect(codes.count(1, 0, 300_000)).toBe(1);
  });

  it("finds a code that has not come since long ago", () => {
    const codes = codesOf([5, 5]);
    for (let i = 0; i < 5_000; i++) codes.append([0]);

    expect(codes.next(5, 4_999, -1)).toBe(1);
    expect(codes.count(5, 0, 5_002)).toBe(2);
  });

  it("takes codes of 0 to 255 for windows that are there, or nothing", () => {
    const codes = codesOf([1, 2]);

    expect(() => codes.append([1, 256])).toThrow(RangeError);
    expect(() => codes.append([1.5])).toThrow(RangeError);
    expect(() => codes.set(2, 1)).toThrow(RangeError);
    expect(() => codes.set(0, -1)).toThrow(RangeError);
    expect(() => codes.setAll([1])).toThrow(RangeError);
    expect([...codes.copy(0, 9)]).toEqual([1, 2]);
    expect(new Codes().dominant(0, 9)).toBe(-1);
    expect(new Codes().next(0, 0, 1)).toBe(-1);
  });
});
