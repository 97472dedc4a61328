import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Scores } from "./scores.ts";
import { levelFor } from "./spans.ts";

function scoresOf(values: ArrayLike<number>, rows: number): Scores {
  const scores = new Scores(rows, (length) => new Float64Array(length));
  scores.append(values);
  return scores;
}

function bruteHighest(values: readonly number[], rows: number, row: number, from: number, to: number): number {
  let highest = NaN;
  for (let window = Math.max(0, from); window < Math.min(values.length / rows, to); window++) {
    const score = Math.min(1, Math.max(0, values[window * rows + row] as number));
    if (!(highest >= score) && !Number.isNaN(score)) highest = score;
  }
  return highest;
}

const anyScore = fc.oneof({ weight: 9, arbitrary: fc.double({ min: -0.2, max: 1.2, noNaN: true }) }, fc.constant(NaN));

describe("Scores.highest", () => {
  it("is that of brute force to within 0.002, for any stretch", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(anyScore, { maxLength: 3_000 }),
        fc.nat(3_010),
        fc.nat(3_010),
        (rows, some, from, to) => {
          const values = some.slice(0, some.length - (some.length % rows));
          const out = new Float64Array(rows);

          scoresOf(values, rows).highest(from - 5, to - 5, out);

          for (let row = 0; row < rows; row++) {
            const wanted = bruteHighest(values, rows, row, from - 5, to - 5);
            if (Number.isNaN(wanted)) expect(out[row]).toBeNaN();
            else expect(Math.abs((out[row] as number) - wanted)).toBeLessThan(0.002);
          }
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("Scores.append", () => {
  it("gives the same however the windows were cut into appends", () => {
    const values = Array.from({ length: 3 * 1_700 }, (_, i) => Math.abs(Math.sin(i * 1.7)));
    const whole = scoresOf(values, 3);
    fc.assert(
      fc.property(fc.array(fc.nat(90), { maxLength: 20 }), (lengths) => {
        const scores = new Scores(3, (length) => new Float64Array(length));
        let from = 0;
        for (const length of [...lengths, 1_700]) {
          scores.append(values.slice(from * 3, (from + length) * 3));
          from += length;
        }

        const [out, wanted] = [new Float64Array(3), new Float64Array(3)];
        for (const [first, end] of [
          [0, 1_700],
          [3, 1_611],
          [64, 128],
        ] as const) {
          scores.highest(first, end, out);
          whole.highest(first, end, wanted);
          expect(out).toEqual(wanted);
        }
        expect(scores.length).toBe(1_700);
        expect(scores.copyOf(1_699)).toEqual(values.slice(-3));
        expect(scores.at(5, 1)).toBe(values[16]);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it("takes whole windows only, or nothing", () => {
    const scores = new Scores(3);

    expect(() => scores.append([1, 2, 3, 4])).toThrow(RangeError);
    expect(scores.length).toBe(0);
    expect(() => new Scores(0)).toThrow(RangeError);
    expect(() => new Scores(1.5)).toThrow(RangeError);
  });
});

describe("Scores.stretches", () => {
  it("loses no score, and takes in at most an eighth of a stretch next to it", () => {
    const values = Array.from({ length: 50_000 }, (_, i) => ((i * 7_919) % 1_009 === 0 ? 1 : (i % 97) / 200));
    const scores = scoresOf(values, 1);
    for (let i = 0; i < 200; i++) {
      const perColumn = Math.max(1, Math.floor(1.045 ** i));
      const from = (i * 3_571) % 40_000;
      const edges = Int32Array.of(from, Math.min(50_000, from + perColumn), from, from);
      const out = new Uint8Array(2);

      scores.stretches(0, edges, 0, 2, out);

      const byteOf = (first: number, end: number) => 1 + Math.round(bruteHighest(values, 1, 0, first, end) * 254);
      const [first, end] = [edges[0] as number, edges[1] as number];
      const aside = 8 ** levelFor(end - first) - 1;
      expect(out[0]).toBeGreaterThanOrEqual(byteOf(first, end));
      expect(out[0]).toBeLessThanOrEqual(byteOf(first - aside, end + aside));
      expect(aside).toBeLessThan(Math.max(1, (end - first) / 8));
      expect(out[1]).toBe(0);
    }
  });
});
