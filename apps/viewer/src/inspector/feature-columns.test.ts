import { expect, it } from "vitest";

import { featureColumns, largestFeatures } from "./feature-columns.ts";

it("gives each feature a bar where they fit", () => {
  expect(featureColumns([1, -2, NaN], 100)).toEqual([
    { from: 0, to: 1, low: 0, high: 1 },
    { from: 1, to: 2, low: -2, high: 0 },
    { from: 2, to: 3, low: 0, high: 0 },
  ]);
});

it("loses no feature, and no peak, where several share a bar", () => {
  const values = Array.from({ length: 3960 }, (_, i) => (i === 1234 ? 9 : i === 2345 ? -7 : 1));
  const columns = featureColumns(values, 150);

  expect(columns).toHaveLength(150);
  expect(columns[0]?.from).toBe(0);
  expect(columns.at(-1)?.to).toBe(3960);
  expect(columns.every(({ from }, i) => i === 0 || from === columns[i - 1]?.to)).toBe(true);
  expect(Math.max(...columns.map(({ high }) => high))).toBe(9);
  expect(Math.min(...columns.map(({ low }) => low))).toBe(-7);
});

it("draws nothing of nothing", () => {
  expect(featureColumns([], 100)).toEqual([]);
});

it("finds the features that are farthest from 0, of equals the first, and none that is no number", () => {
  expect(largestFeatures([1, -8, NaN, 3, 8, 0], 3)).toEqual([1, 4, 3]);
  expect(largestFeatures([NaN], 3)).toEqual([]);
});
