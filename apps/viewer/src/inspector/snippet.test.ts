import { describe, expect, it } from "vitest";

import { snippetRows } from "./snippet.ts";

/** Points of a path: `[x, y]`. */
function points(path: string): number[][] {
  return path
    .split(/[ML]/)
    .filter(Boolean)
    .map((pair) => pair.split(" ").map(Number));
}

describe("snippetRows", () => {
  it("draws each axis in its own row, low readings below high ones", () => {
    const [x, y] = snippetRows(
      [0, 5, 1, 5, 2, 5],
      2,
      [
        { low: 0, high: 2 },
        { low: 0, high: 10 },
      ],
      100,
      22,
    );

    expect(points(x?.path ?? "")).toEqual([
      [0, 21],
      [50, 11],
      [100, 1],
    ]);
    expect(points(y?.path ?? "")).toEqual([
      [0, 11],
      [50, 11],
      [100, 11],
    ]);
  });

  it("loses no peak of more readings than pixels", () => {
    const values = new Float32Array(16_000);
    values[7_777] = 1;
    values[12_001] = -1;
    const [row] = snippetRows(values, 1, [], 300, 42);
    const ys = points(row?.path ?? "").map(([, y]) => y);

    expect(Math.min(...(ys as number[]))).toBe(1);
    expect(Math.max(...(ys as number[]))).toBe(41);
    expect(ys.length).toBeLessThanOrEqual(600);
  });

  it("leaves a hole where readings are missing", () => {
    const [row] = snippetRows([0, 1, NaN, 1, 0], 1, [], 100, 20);

    expect(row?.path.match(/M/g)).toHaveLength(2);
  });

  it.each([
    { name: "no reading", values: [], axes: 1, paths: [""] },
    { name: "no axis", values: [1, 2], axes: 0, paths: [] },
    { name: "one reading", values: [3], axes: 1, paths: ["M0 10.0"] },
  ])("draws $name", ({ values, axes, paths }) => {
    expect(snippetRows(values, axes, [], 100, 20).map(({ path }) => path)).toEqual(paths);
  });
});
