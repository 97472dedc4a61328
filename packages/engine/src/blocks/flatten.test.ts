import { describe, expect, it } from "vitest";

import { Flatten, type FlattenParameters } from "./flatten.ts";

const none = {
  type: "flatten",
  version: 1,
  scaleAxes: 1,
  average: false,
  minimum: false,
  maximum: false,
  rms: false,
  stdev: false,
  skewness: false,
  kurtosis: false,
} as const satisfies FlattenParameters;
const shape = { axisCount: 2, windowReadings: 4, frequencyHz: 10 };

function extract(block: Flatten, ...readings: number[]): number[] {
  const out = new Float64Array(block.featureCount);
  block.extract(Float32Array.from(readings), 0, out);
  return [...out];
}

describe("Flatten", () => {
  it("writes the chosen statistics axis after axis", () => {
    const block = new Flatten({ ...none, scaleAxes: 2, average: true, maximum: true, stdev: true }, shape);

    expect(extract(block, 1, 10, 3, 10, 1, 20, 3, 20)).toEqual([4, 6, 2, 30, 40, 10]);
    expect(block.featureNames).toEqual(["Average", "Maximum", "Stdev", "Average", "Maximum", "Stdev"]);
  });

  it("has skewness 0 and kurtosis -3 for an axis that does not move", () => {
    const block = new Flatten({ ...none, stdev: true, skewness: true, kurtosis: true }, { ...shape, axisCount: 1 });

    expect(extract(block, 9.81, 9.81, 9.81, 9.81)).toEqual([expect.closeTo(0, 6), 0, -3]);
  });

  it("averages the averages of the newest windows, and starts again after a reset", () => {
    const block = new Flatten({ ...none, movingAvgNumWindows: 2 }, shape);
    const window = (x: number, y: number) => extract(block, x, y, x, y, x, y, x, y);

    expect(window(1, 10)).toEqual([1, 10]);
    expect(window(3, 30)).toEqual([2, 20]);
    expect(window(5, 70)).toEqual([4, 50]);
    block.reset();
    expect(window(8, 0)).toEqual([8, 0]);
  });

  it.each([
    { overrides: {}, message: "one of them has to be true" },
    { overrides: { rms: true, scaleAxes: NaN }, message: "scaleAxes is NaN" },
    { overrides: { movingAvgNumWindows: -1 }, message: "movingAvgNumWindows is -1" },
  ])("refuses $overrides", ({ overrides, message }) => {
    expect(() => new Flatten({ ...none, ...overrides }, shape)).toThrow(message);
  });
});
