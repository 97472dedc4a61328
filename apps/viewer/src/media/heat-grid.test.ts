import { describe, expect, it } from "vitest";

import { cellsOver, highestCell, moveCell, paintGrid, sizeOf } from "./heat-grid.ts";

const GRID = [
  [0, 0.1, 0.2],
  [0.3, 2, 0.5],
];

describe("paintGrid", () => {
  const opacities = (limit: number | undefined) =>
    [...paintGrid(GRID, limit, [10, 20, 30])].filter((_, i) => i % 4 === 3);

  it("has a pixel for each cell, in the colour", () => {
    const pixels = paintGrid(GRID, 0.5, [10, 20, 30]);
    expect(pixels).toHaveLength(2 * 3 * 4);
    expect([...pixels.slice(0, 3)]).toEqual([10, 20, 30]);
  });

  it("tells cells that reach the limit from those that do not", () => {
    const [none, low, , below, highest, at] = opacities(0.5) as [number, number, number, number, number, number];
    expect(none).toBe(0);
    expect(low).toBeLessThan(below);
    expect(below).toBeLessThan(0.41 * 255);
    expect(at).toBeGreaterThanOrEqual(127);
    expect(highest).toBeGreaterThan(at);
  });

  it("measures by the highest score where there is no limit", () => {
    const [none, , , , highest] = opacities(undefined);
    expect([none, highest]).toEqual([0, 204]);
  });

  it("leaves rows that are too short empty, and paints nothing of an empty grid", () => {
    expect([...paintGrid([[1, 1], [1]], 0.5, [0, 0, 0])].at(-1)).toBe(0);
    expect(paintGrid([], 0.5, [0, 0, 0])).toHaveLength(0);
  });
});

describe("cells", () => {
  it("are counted, and the highest is found", () => {
    expect(sizeOf(GRID)).toEqual({ rows: 2, columns: 3 });
    expect(highestCell(GRID)).toEqual({ row: 1, column: 1 });
    expect(highestCell([])).toBeUndefined();
    expect(cellsOver(GRID, 0.5)).toEqual([
      { row: 1, column: 1 },
      { row: 1, column: 2 },
    ]);
    expect(cellsOver(GRID, undefined)).toEqual([]);
  });

  it("are gone through by keys, as far as there are any", () => {
    expect(moveCell({ row: 0, column: 0 }, "ArrowRight", GRID)).toEqual({ row: 0, column: 1 });
    expect(moveCell({ row: 0, column: 0 }, "ArrowUp", GRID)).toEqual({ row: 0, column: 0 });
    expect(moveCell({ row: 1, column: 0 }, "End", GRID)).toEqual({ row: 1, column: 2 });
    expect(moveCell({ row: 1, column: 0 }, "Enter", GRID)).toBeUndefined();
  });
});
