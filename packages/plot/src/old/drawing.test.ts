import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { drawBand, fitPieces, type BandPiece } from "./band.ts";
import type { WindowCells } from "./cells.ts";
import { drawTraces } from "./lanes.ts";
import { createRamp } from "./ramp.ts";
import { drawRibbon, highestScores, traceWindows } from "./scores.ts";
import type { Context } from "./surface.ts";

/** A context that remembers the rectangles it filled; what else is done to it has no effect. */
function createFakeContext(ratio: number) {
  const rectangles: { x: number; y: number; width: number; height: number; colour: string }[] = [];
  const state = { fillStyle: "" };
  const context = new Proxy(state, {
    get(target, name) {
      if (name === "getTransform") return () => ({ a: ratio });
      if (name === "measureText") return () => ({ width: 40 });
      if (name === "fillRect") {
        return (x: number, y: number, width: number, height: number) =>
          rectangles.push({ x, y, width, height, colour: state.fillStyle });
      }
      return name in target ? (Reflect.get(target, name) as unknown) : () => undefined;
    },
  });
  return { context: context as unknown as Context, rectangles };
}

function windows(count: number, stepMs: number, sizeMs = stepMs): WindowCells {
  const startMs = Float64Array.from({ length: count }, (_, i) => i * stepMs);
  return { count, startMs, endMs: startMs.map((start) => start + sizeMs) };
}

function scored(cells: WindowCells, classCount: number, score: (w: number, k: number) => number) {
  const scores = Float64Array.from({ length: cells.count * classCount }, (_, i) =>
    score(Math.floor(i / classCount), i % classCount),
  );
  return { ...cells, classCount, scores };
}

const ramp = createRamp(["#ffffff", "#000000"]);
const ratios = [1, 1.25, 1.5, 2, 3];

describe("drawRibbon", () => {
  it.each(ratios)("draws on the edges of device pixels at a ratio of %d, without a seam", (ratio) => {
    const { context, rectangles } = createFakeContext(ratio);
    const score = scored(windows(100, 80), 2, (w, k) => (k === 0 ? 1 : w % 2));

    drawRibbon(context, { x: 0, y: 0, heightPx: 40 }, { startMs: 0, endMs: 8_000, widthPx: 300 }, score, ramp);

    const firstRow = rectangles.filter(({ y }) => y === 0);
    expect(firstRow).toEqual([{ x: 0, y: 0, width: expect.closeTo(300) as number, height: 19, colour: "rgb(0 0 0)" }]);
    for (const { x, width } of rectangles) {
      expect(x * ratio).toBeCloseTo(Math.round(x * ratio), 6);
      expect(width * ratio).toBeCloseTo(Math.round(width * ratio), 6);
    }
    const secondRow = rectangles.filter(({ y }) => y > 0).reduce((sum, { width }) => sum + width, 0);
    expect(secondRow).toBeCloseTo(300, 6);
  });
});

describe("highestScores", () => {
  it("loses no peak, however many windows share a column", () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 60 }), fc.nat());
    fc.assert(
      fc.property(cases, ([count, columns, peakAt]) => {
        const peak = peakAt % count;
        const score = scored(windows(count, 80), 1, (w) => (w === peak ? 1 : 0.25));

        const highest = highestScores(score, { startMs: 0, endMs: count * 80, widthPx: columns }, columns);

        expect(Math.max(...highest)).toBe(1);
        expect([...highest].filter(Number.isNaN)).toEqual([]);
      }),
      { seed: 1 },
    );
  });

  it("has none where no window has seen anything", () => {
    const score = scored(windows(3, 1_000, 500), 1, () => 1);

    expect([...highestScores(score, { startMs: 0, endMs: 3_000, widthPx: 6 }, 6)]).toEqual([1, NaN, 1, NaN, 1, NaN]);
  });
});

describe("traceWindows", () => {
  /** The path as `M x y` and `L x y`. */
  function pathOf(cells: WindowCells, values: readonly number[], widthPx: number): string[] {
    const path: string[] = [];
    const sink = {
      moveTo: (x: number, y: number) => void path.push(`M ${x} ${y}`),
      lineTo: (x: number, y: number) => void path.push(`L ${x} ${y}`),
    };
    const scale = { startMs: 0, endMs: cells.endMs.at(-1) ?? 1, widthPx };
    traceWindows(sink, 0, scale, 1, cells, (w) => values[w] as number);
    return path;
  }

  it("goes from the beginning of the first cell through the middles to the end of the last", () => {
    expect(pathOf(windows(2, 1_000), [5, 7], 20)).toEqual(["M 0 5", "L 5 5", "L 15 7", "L 20 7"]);
  });

  it("breaks where no window has seen anything", () => {
    expect(pathOf(windows(2, 1_000, 500), [5, 7], 15)).toEqual([
      "M 0 5",
      "L 2.5 5",
      "L 5 5",
      "M 10 7",
      "L 12.5 7",
      "L 15 7",
    ]);
  });

  it("needs a few points for each column, and keeps the peaks, however many windows there are", () => {
    const values = Array.from({ length: 10_000 }, (_, i) => (i === 4_321 ? 99 : i % 3));
    const path = pathOf(windows(10_000, 80), values, 100);

    expect(path.length).toBeLessThan(500);
    expect(path.some((step) => step.endsWith(" 99"))).toBe(true);
  });
});

describe("fitPieces", () => {
  const quiet = (fromMs: number, toMs: number): BandPiece => ({ fromMs, toMs, label: "q", colour: "q", isLoud: false });
  const loud = (fromMs: number, toMs: number): BandPiece => ({ fromMs, toMs, label: "l", colour: "l", isLoud: true });

  it("gives each piece its columns", () => {
    const scale = { startMs: 0, endMs: 100, widthPx: 10 };

    expect(fitPieces([quiet(0, 40), loud(40, 60)], scale, 10, 2)).toMatchObject([
      { piece: { label: "q" }, from: 0, to: 4 },
      { piece: { label: "l" }, from: 4, to: 6 },
    ]);
  });

  it("shows every loud piece, however long the recording", () => {
    const at = 1_234_567;
    const pieces = [quiet(0, at), loud(at, at + 80), quiet(at + 80, 3_000_000)];

    const stretches = fitPieces(pieces, { startMs: 0, endMs: 3_000_000, widthPx: 900 }, 900, 2);

    expect(stretches.map(({ piece, from, to }) => [piece.label, to - from])).toEqual([
      ["q", 370],
      ["l", 2],
      ["q", 528],
    ]);
  });

  it("makes no more stretches than columns of a hundred thousand pieces", () => {
    const pieces = Array.from({ length: 100_000 }, (_, i) => (i % 2 ? loud : quiet)(i * 80, (i + 1) * 80));

    expect(fitPieces(pieces, { startMs: 0, endMs: 8_000_000, widthPx: 900 }, 900, 2).length).toBeLessThanOrEqual(900);
  });

  it("leaves out what lies beyond the ends, and columns without a piece empty", () => {
    const scale = { startMs: 100, endMs: 200, widthPx: 10 };

    expect(fitPieces([quiet(0, 100), quiet(120, 130), loud(200, 300)], scale, 10, 2)).toMatchObject([
      { from: 2, to: 3 },
    ]);
  });
});

describe("drawBand", () => {
  it("leaves the colour of a narrow loud piece uncovered", () => {
    const { context, rectangles } = createFakeContext(1);
    const pieces: BandPiece[] = [
      { fromMs: 0, toMs: 500_000, label: "idle", colour: "blue", isLoud: false },
      { fromMs: 500_000, toMs: 500_080, label: "wave", colour: "red", isLoud: true },
      { fromMs: 500_080, toMs: 1_000_000, label: "idle", colour: "blue", isLoud: false },
    ];

    drawBand(context, { x: 0, y: 0, heightPx: 22 }, { startMs: 0, endMs: 1_000_000, widthPx: 900 }, pieces, {
      ink: "black",
      panel: "white",
      font: "",
    });

    const [red] = rectangles.filter(({ colour }) => colour === "red");
    const after = rectangles.slice(rectangles.indexOf(red!) + 1).filter(({ colour }) => colour === "white");
    expect(red).toMatchObject({ x: 450, width: 2 });
    expect(after.filter(({ x, width }) => x < 452 && x + width > 450)).toEqual([]);
  });
});

describe("drawTraces", () => {
  it.each(ratios)("fills columns of device pixels at a ratio of %d", (ratio) => {
    const { context, rectangles } = createFakeContext(ratio);
    const values = Float32Array.from({ length: 5_000 }, (_, i) => Math.sin(i));
    const series = [{ values, offset: 0, stride: 1, count: 5_000, intervalMs: 1 }];

    const scale = { startMs: 0, endMs: 5_000, widthPx: 200 };
    drawTraces(context, { x: 0, y: 0, heightPx: 50 }, scale, series, [2], "ink");

    expect(rectangles).toHaveLength(200 * ratio);
    expect(rectangles.every(({ width }) => width === 1 / ratio)).toBe(true);
  });
});
