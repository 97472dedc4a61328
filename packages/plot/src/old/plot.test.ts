import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { cellOf, joinCodes, windowAt, type WindowCells } from "./cells.ts";
import { minMaxColumns, rangeOf, type Series } from "./columns.ts";
import { anomalyRange } from "./lanes.ts";
import { createRamp, rampColour } from "./ramp.ts";

function series(values: readonly number[], intervalMs = 10): Series {
  return { values: Float32Array.from(values), offset: 0, stride: 1, count: values.length, intervalMs };
}

/** Windows of 2 s, so many ms apart. */
function windows(count: number, stepMs = 80): WindowCells {
  const startMs = Float64Array.from({ length: count }, (_, i) => i * stepMs);
  return { count, startMs, endMs: startMs.map((start) => start + 2_000) };
}

describe("minMaxColumns", () => {
  it("keeps every peak, at any width and zoom", () => {
    const anySeries = fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(anySeries, fc.integer({ min: 1, max: 50 }), (values, columns) => {
        const all = series(values);

        const thinned = minMaxColumns(all, 0, values.length * 10, columns);

        const lows = thinned.filter((_, i) => i % 2 === 0).filter((value) => !Number.isNaN(value));
        const highs = thinned.filter((_, i) => i % 2 === 1).filter((value) => !Number.isNaN(value));
        expect({ low: Math.min(...lows), high: Math.max(...highs) }).toEqual(rangeOf(all));
      }),
      { seed: 1 },
    );
  });

  it("picks one series out of interleaved ones", () => {
    const interleaved = {
      values: Float32Array.of(1, 10, 2, 20, 3, 30),
      offset: 1,
      stride: 2,
      count: 3,
      intervalMs: 10,
    };

    expect([...minMaxColumns(interleaved, 0, 30, 3)]).toEqual([10, 20, 20, 30, 30, 30]);
    expect(rangeOf(interleaved)).toEqual({ low: 10, high: 30 });
  });

  it("leaves columns without a value empty", () => {
    expect([...minMaxColumns(series([5, 6]), 0, 40, 4)]).toEqual([5, 6, 6, 6, NaN, NaN, NaN, NaN]);
    expect(rangeOf(series([]))).toBeUndefined();
  });

  it("repeats a value over the columns that it fills when there are more columns than values", () => {
    expect([...minMaxColumns(series([1, 2]), 0, 20, 4)]).toEqual([1, 1, 1, 2, 2, 2, 2, 2]);
  });
});

describe("cellOf", () => {
  it("draws a window in the step that it has seen and the one before has not", () => {
    expect(cellOf(windows(3), 0)).toEqual({ fromMs: 1_920, toMs: 2_000 });
    expect(cellOf(windows(3), 2)).toEqual({ fromMs: 2_080, toMs: 2_160 });
  });

  it("draws an only window over its whole length", () => {
    expect(cellOf(windows(1), 0)).toEqual({ fromMs: 0, toMs: 2_000 });
  });

  it("never begins before its window, when windows leave gaps", () => {
    expect(cellOf(windows(2, 5_000), 1)).toEqual({ fromMs: 5_000, toMs: 7_000 });
  });
});

describe("windowAt", () => {
  it("finds the window whose cell covers a time, and the nearest beyond the ends", () => {
    const cells = windows(50);
    for (let i = 0; i < 50; i++) {
      expect(windowAt(cells, cellOf(cells, i).fromMs)).toBe(i);
      expect(windowAt(cells, cellOf(cells, i).toMs - 1)).toBe(i);
    }
    expect(windowAt(cells, 0)).toBe(0);
    expect(windowAt(cells, 1e9)).toBe(49);
    expect(windowAt(windows(0), 5)).toBe(-1);
  });
});

describe("joinCodes", () => {
  it("joins neighbours with the same code, covering every window once", () => {
    expect(joinCodes(Uint8Array.of(1, 1, 2, 1), windows(4))).toEqual([
      { first: 0, last: 1, code: 1 },
      { first: 2, last: 2, code: 2 },
      { first: 3, last: 3, code: 1 },
    ]);
    expect(joinCodes([], windows(0))).toEqual([]);
  });

  it("joins nothing over time that no window has seen", () => {
    expect(joinCodes([1, 1, 1], windows(3, 3_000))).toHaveLength(3);
    expect(joinCodes([1, 1, 1], windows(3, 2_000))).toHaveLength(1);
  });
});

describe("createRamp", () => {
  it("goes from the first stop to the last, and nowhere beyond", () => {
    const ramp = createRamp(["#ffffff", "#9fc1df", "#0b2545"]);

    expect(rampColour(ramp, 0)).toBe("rgb(255 255 255)");
    expect(rampColour(ramp, 1)).toBe("rgb(11 37 69)");
    expect(rampColour(ramp, 1.5)).toBe(rampColour(ramp, 1));
    expect(rampColour(ramp, -1)).toBe(rampColour(ramp, 0));
  });

  it("gets darker with every step, so that it can be read without seeing colours", () => {
    const luminance = createRamp(["#ffffff", "#9fc1df", "#0b2545"]).map((colour) => {
      const [r = 0, g = 0, b = 0] = (colour.match(/\d+/g) ?? []).map(Number);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });

    luminance.slice(1).forEach((value, i) => expect(value).toBeLessThanOrEqual(luminance[i] as number));
  });
});

describe("anomalyRange", () => {
  it("holds the limit and every score", () => {
    expect(anomalyRange(Float32Array.of(-0.4, 0.1), 0.3)).toMatchObject({ low: expect.closeTo(-0.555) as number });
    const { low, high } = anomalyRange(Float32Array.of(-3, 7), 0.3);

    expect(low).toBeLessThan(-3);
    expect(high).toBeGreaterThan(7);
  });
});
