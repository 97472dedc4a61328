import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { levelFor } from "./spans.ts";
import { Trace, type Range } from "./trace.ts";

/** As slow and plain as can be. */
function bruteRange(values: ArrayLike<number>, from: number, to: number): Range | undefined {
  let range: Range | undefined;
  for (let i = Math.max(0, from); i < Math.min(values.length, to); i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    range = { low: Math.min(range?.low ?? value, value), high: Math.max(range?.high ?? value, value) };
  }
  return range;
}

/** Values that repeat with a seed: noise, gaps and rare spikes. */
function noise(length: number, seed = 1): Float32Array {
  let state = seed;
  const random = () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x7fffffff;
  return Float32Array.from({ length }, () => {
    const kind = random();
    if (kind < 0.01) return NaN;
    return kind < 0.012 ? 100 * (random() - 0.5) : random();
  });
}

function traceOf(values: ArrayLike<number>): Trace {
  const trace = new Trace();
  trace.append(values);
  return trace;
}

const anyValue = fc.oneof(
  { weight: 8, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }) },
  fc.constantFrom(NaN, Infinity, -Infinity),
);

describe("Trace.minMax", () => {
  it("is that of brute force, for any stretch of any values", () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 2_000 }), fc.nat(2_020), fc.nat(2_020), (values, from, to) => {
        expect(traceOf(values).minMax(from - 10, to - 10)).toEqual(bruteRange(values, from - 10, to - 10));
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });

  it("is that of brute force in a long trace, across chunks", () => {
    const values = noise(200_000);
    const trace = traceOf(values);
    for (let i = 0; i < 500; i++) {
      const from = (i * 7_919) % 200_000;
      const to = from + 8 ** (i % 6) + (i % 11);
      expect(trace.minMax(from, to)).toEqual(bruteRange(values, from, to));
    }
  });

  it("is that of brute force for every stretch of a column's length around the border of two chunks", () => {
    const values = noise(66_000, 3);
    const trace = traceOf(values);
    for (let from = 65_536 - 90; from < 65_536 + 20; from += 3) {
      for (let length = 1; length < 90; length++) {
        expect(trace.minMax(from, from + length)).toEqual(bruteRange(values, from, from + length));
      }
    }
  });

  it("is undefined where there is no value", () => {
    expect(new Trace().range).toBeUndefined();
    expect(traceOf([NaN, NaN]).range).toBeUndefined();
    expect(traceOf([1, NaN, 2]).minMax(1, 2)).toBeUndefined();
    expect(traceOf([1, 2]).minMax(2, 1)).toBeUndefined();
  });
});

describe("Trace.append", () => {
  it("gives the same pyramid however the values were cut into appends", () => {
    const values = noise(3_000);
    const whole = traceOf(values);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 30 }), (lengths) => {
        const trace = new Trace();
        let from = 0;
        for (const length of lengths) {
          trace.append(values.subarray(from, from + length));
          from += length;
          expect(trace.range).toEqual(bruteRange(values, 0, from));
        }
        trace.append(values.subarray(from));

        const [columns, wanted] = [new Float32Array(200), new Float32Array(200)];
        trace.columns(-3, 31.7, 100, columns);
        whole.columns(-3, 31.7, 100, wanted);
        expect(columns).toEqual(wanted);
        expect(trace.bytes).toBe(whole.bytes);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it("reads one series out of interleaved ones", () => {
    const trace = new Trace();

    trace.append([1, 10, 2, 20, 3, 30], 1, 2);

    expect(trace.range).toEqual({ low: 10, high: 30 });
    expect([...trace.copy(0, 3)]).toEqual([10, 20, 30]);
    expect(trace.at(2)).toBe(30);
  });

  it("reads no more of a long trace than of a short one", () => {
    const touched = (length: number) => {
      let reads = 0;
      const trace = new Trace((size) => counted(new Float32Array(size), () => reads++));
      trace.append(new Float32Array(length));
      reads = 0;
      trace.append([1, 2]);
      return reads;
    };

    // Two more levels of at most 8 reads, low and high, a bucket each.
    expect(touched(80_000) - touched(1_250)).toBeLessThan(2 * 2 * 2 * 9);
    expect(touched(80_000)).toBeLessThan(200);
  });

  it("keeps doubles exact where it was made of doubles", () => {
    const trace = new Trace((length) => new Float64Array(length));

    trace.append([0.1, 0.2]);

    expect(trace.range).toEqual({ low: 0.1, high: 0.2 });
  });
});

describe("Trace.columns", () => {
  it("has every value in exactly one column: over ten thousand random columns no peak is lost and none is made up", () => {
    const values = noise(150_000, 7);
    const trace = traceOf(values);
    const out = new Float64Array(200);
    for (let i = 0; i < 100; i++) {
      const perColumn = 1.013 ** (i * 5) + (i % 7) / 7;
      const first = ((i * 104_729) % 150_000) - 1_000 + i / 13;

      trace.columns(first, perColumn, 100, out);

      const bucket = 8 ** levelFor(perColumn);
      const edge = (column: number) => {
        const at = first + column * perColumn;
        return at >= 150_000 ? 150_000 : Math.floor(at / bucket + 1e-6) * bucket;
      };
      for (let column = 0; column < 100; column++) {
        const wanted = bruteRange(values, edge(column), edge(column + 1));
        expect([out[column * 2], out[column * 2 + 1]]).toEqual([wanted?.low ?? NaN, wanted?.high ?? NaN]);
      }
      expect(bucket === 1 || bucket <= perColumn / 8).toBe(true);
    }
  });

  it("loses no peak where the level that it reads has a border of two chunks", () => {
    const values = Float32Array.from({ length: 540_000 }, (_, i) => (i * 7_919) % 100_003);
    const trace = traceOf(values);
    const out = new Float64Array(200);
    for (const perColumn of [64, 71.3, 99, 128, 176.5, 200, 256, 333, 400, 450.1, 511.9]) {
      const first = 8 * 65_536 - 50.5 * perColumn;

      trace.columns(first, perColumn, 100, out);

      const edge = (column: number) => Math.floor((first + column * perColumn) / 8 + 1e-6) * 8;
      for (let column = 0; column < 100; column++) {
        const wanted = bruteRange(values, edge(column), edge(column + 1));
        expect([out[column * 2], out[column * 2 + 1]]).toEqual([wanted?.low ?? NaN, wanted?.high ?? NaN]);
      }
    }
  });

  it("shows the same in a column whatever the view begins with, as long as columns begin at multiples of their length", () => {
    const trace = traceOf(noise(100_000));
    const [early, late] = [new Float32Array(2_000), new Float32Array(2_000)];
    for (const perColumn of [25 / 3, 70.1, 0.3, 833.3333]) {
      trace.columns(0, perColumn, 1_000, early);
      trace.columns(17 * perColumn, perColumn, 983, late);

      expect(late.subarray(0, 2 * 983)).toEqual(early.subarray(2 * 17, 2_000));
    }
  });

  it("has the last values in the column that they end in, and all of a trace that is much shorter than a column", () => {
    const values = new Float32Array(205);
    values[204] = 9;
    const out = new Float64Array(4);

    traceOf(values).columns(0, 102.5, 2, out);
    expect([...out]).toEqual([0, 0, 0, 9]);
    traceOf([3, 5]).columns(-7_000, 8_192, 1, out);
    expect([...out.subarray(0, 2)]).toEqual([3, 5]);
  });

  it("leaves columns without a value empty", () => {
    const out = new Float32Array(8);

    traceOf([5, 6]).columns(-1, 1, 4, out);

    expect([...out]).toEqual([NaN, NaN, 5, 5, 6, 6, NaN, NaN]);
  });
});

/** An array that tells when one of its numbers is read. */
function counted(array: Float32Array, onread: () => void): Float32Array {
  return new Proxy(array, {
    get(target, name) {
      if (typeof name === "string" && /^\d+$/.test(name)) onread();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
