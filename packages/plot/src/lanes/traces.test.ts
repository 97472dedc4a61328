import { describe, expect, it } from "vitest";

import { Trace } from "../data/trace.ts";
import { BLACK, hashOf, toArt, whiteImage } from "../testing/text-art.ts";
import { scaleOf } from "../time/view-state.ts";
import { axisRanges, drawTraces, type Axis } from "./traces.ts";

function axisOf(values: ArrayLike<number>, intervalMs = 10, fromMs = 0): Axis {
  const trace = new Trace();
  trace.append(values);
  return [{ fromMs, content: { trace, intervalMs } }];
}

function draw(axes: readonly Axis[], endMs: number, widthPx: number, heightPx: number, linePx = 1, startMs = 0) {
  const image = whiteImage(widthPx, heightPx);
  drawTraces(image, { x: 0, y: 0, widthPx, heightPx }, { startMs, endMs, widthPx }, axes, { ink: BLACK, linePx });
  return image;
}

describe("drawTraces", () => {
  it("draws from the lowest to the highest value of each column, so that one spike among many values is seen", () => {
    const values = new Float32Array(80);
    values[43] = 1;

    expect(toArt(draw([axisOf(values)], 800, 8, 13))).toEqual([
      "........",
      "........",
      "........",
      "....5...",
      "....#...",
      "....#...",
      "....#...",
      "....#...",
      "5555#555",
      "55555555",
      "........",
      "........",
      "........",
    ]);
  });

  it("joins columns that would not touch", () => {
    const step = [...Array.from({ length: 8 }, () => 0), ...Array.from({ length: 8 }, () => 1)];

    expect(toArt(draw([axisOf(step)], 160, 4, 14))).toEqual([
      "....",
      "....",
      "....",
      "..55",
      "..#5",
      "..#.",
      "..#.",
      "..#.",
      "..#.",
      "55#.",
      "555.",
      "....",
      "....",
      "....",
    ]);
  });

  it("draws the line between values that have more than a pixel each", () => {
    expect(toArt(draw([axisOf([0, 1, 0])], 20, 8, 13))).toEqual([
      "........",
      "........",
      "........",
      "...55...",
      "..3##3..",
      "..#88#..",
      ".##..##.",
      "8#....#8",
      "#3....3#",
      "5......5",
      "........",
      "........",
      "........",
    ]);
  });

  it("breaks at gaps, and shows a value that stands alone", () => {
    const rows = toArt(draw([axisOf([0, 0, NaN, 0, NaN, NaN, 0, 0])], 70, 14, 9));

    expect(rows[4]?.replace(/\S/g, (letter) => (letter === "." ? "." : "#"))).toBe("###...#.....##");
  });

  it("draws nothing where there are no values, or none in sight", () => {
    const empty = hashOf(whiteImage(20, 9));
    expect(hashOf(draw([axisOf([])], 100, 20, 9))).toBe(empty);
    expect(hashOf(draw([axisOf([NaN, NaN])], 100, 20, 9))).toBe(empty);
    expect(hashOf(draw([axisOf([1, 2, 3])], 1_100, 20, 9, 1, 1_000))).toBe(empty);
    expect(hashOf(draw([axisOf([1, 2, 3])], -50, 20, 9, 1, -1_000))).toBe(empty);
    expect(hashOf(draw([], 100, 20, 9))).toBe(empty);
  });

  it("gives each axis a row of its own", () => {
    const rows = toArt(draw([axisOf([5, 5, 5]), axisOf([7, 7, 7])], 20, 3, 20));

    expect(rows.flatMap((row, y) => (row === "..." ? [] : [y]))).toEqual([4, 5, 14, 15]);
  });

  it("draws recordings at their places on the clock", () => {
    const apart: Axis = [...axisOf([1, 1, 1, 1], 10, 0), ...axisOf([1, 1, 1, 1], 10, 80)];

    const [row] = toArt(draw([apart], 120, 12, 10)).slice(4);

    expect(row).toBe("5555....5555");
  });

  it("moves by whole pixels in follow: a column looks the same in every frame", () => {
    const values = Float32Array.from({ length: 20_000 }, (_, i) => Math.sin(i * i));
    const axis = axisOf(values);
    const drawn = [0, 1.3, 2.6, 41.7].map((moved) => {
      const image = whiteImage(100, 40);
      const scale = scaleOf({ startMs: 20_000 + moved * 700, endMs: 90_000 + moved * 700 }, 100);
      drawTraces(image, { x: 0, y: 0, widthPx: 100, heightPx: 40 }, scale, [axis], { ink: BLACK });
      return { rows: toArt(image), px: Math.round(20_000 / 700 + moved) - Math.round(20_000 / 700) };
    });

    const [first] = drawn;
    for (const { rows, px } of drawn) {
      // The column at the left edge has no neighbour yet to be joined with.
      expect(rows.map((row) => row.slice(1, 50))).toEqual(first?.rows.map((row) => row.slice(1 + px, 50 + px)));
    }
  });

  it("draws the same to the last bit, at every zoom and ratio", () => {
    const values = Float32Array.from(
      { length: 50_000 },
      (_, i) => ((i * 7_919) % 1_009) / 1_009 + (i === 31_234 ? 5 : 0),
    );
    const hashes = [500_000, 50_000, 2_000, 300].map((spanMs) =>
      hashOf(draw([axisOf(values), axisOf(values, 5)], spanMs, 300, 120, 1.2)),
    );

    expect(hashes).toEqual(["7a4d1778d84b77ae", "75d61e584acf4036", "854386decbbe8c6e", "8d834370780fcb87"]);
  });

  it("takes lanes within the image only", () => {
    const image = whiteImage(10, 10);
    const box = { x: 1, y: 0, widthPx: 10, heightPx: 10 };
    expect(() => drawTraces(image, box, { startMs: 0, endMs: 1, widthPx: 10 }, [], { ink: BLACK })).toThrow(RangeError);
  });
});

describe("axisRanges", () => {
  it("is each axis' own, or as wide as the widest around each middle", () => {
    const axes = [axisOf([0, 10]), axisOf([100, 102]), axisOf([])];

    expect(axisRanges(axes, false)).toEqual([{ low: 0, high: 10 }, { low: 100, high: 102 }, undefined]);
    expect(axisRanges(axes, true)).toEqual([{ low: 0, high: 10 }, { low: 96, high: 106 }, undefined]);
  });
});
