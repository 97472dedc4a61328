import { describe, expect, it } from "vitest";

import { readingCount, readingRows, sliceReadings, type Recording } from "./recording.ts";

const recording: Recording = {
  deviceName: undefined,
  deviceType: "TEST",
  intervalMs: 10,
  sensors: [
    { name: "accX", units: "m/s2" },
    { name: "accY", units: "m/s2" },
  ],
  values: Float64Array.of(1, 2, 3, 4, 5, 6),
  signature: { method: "none", text: "" },
};

describe("readingCount", () => {
  it("counts readings, not values", () => {
    expect(readingCount(recording)).toBe(3);
  });
});

describe("readingRows", () => {
  it("gives each reading its row", () => {
    expect(readingRows(recording)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  it("takes every second reading, the first and the last of an odd number included", () => {
    expect(readingRows(recording, 2)).toEqual([
      [1, 2],
      [5, 6],
    ]);
  });
});

describe("sliceReadings", () => {
  it("cuts between readings, and ends where the recording does", () => {
    expect(readingRows(sliceReadings(recording, 1, 99))).toEqual([
      [3, 4],
      [5, 6],
    ]);
  });
});
