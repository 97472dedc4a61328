import { describe, expect, it } from "vitest";

import { WindowClassifier } from "./window-classifier.ts";
import { frequencyOf, placeWindow, planWindows } from "./windows.ts";

const motion = { sizeMs: 2000, increaseMs: 80, padZeros: false };

describe("planWindows", () => {
  it.each([
    { readingCount: 622, count: 100 },
    { readingCount: 625, count: 101 },
    { readingCount: 313, count: 38 },
    { readingCount: 125, count: 1 },
    { readingCount: 124, count: 0 },
    { readingCount: 0, count: 0 },
  ])(
    "finds $count full windows of 2 s, 80 ms apart, in $readingCount readings at 62.5 Hz",
    ({ readingCount, count }) => {
      const plan = planWindows({ readingCount, intervalMs: 16 }, motion);

      expect(plan).toEqual({ windowReadings: 125, increaseReadings: 5, count, isPadded: false });
    },
  );

  it("pads the only window of a recording that is too short, when asked to", () => {
    const plan = planWindows({ readingCount: 40, intervalMs: 16 }, { ...motion, padZeros: true });

    expect(plan).toMatchObject({ count: 1, isPadded: true });
  });

  it("finds nothing in an empty recording, padded or not", () => {
    const plan = planWindows({ readingCount: 0, intervalMs: 16 }, { ...motion, padZeros: true });

    expect(plan.count).toBe(0);
  });

  it("moves on by at least one reading when the step is shorter than a reading", () => {
    const plan = planWindows({ readingCount: 10, intervalMs: 100 }, { sizeMs: 200, increaseMs: 10, padZeros: false });

    expect(plan).toMatchObject({ increaseReadings: 1, count: 9 });
  });

  it.each([0, -16, NaN, Infinity])("refuses an interval of %s ms", (intervalMs) => {
    expect(() => planWindows({ readingCount: 10, intervalMs }, motion)).toThrow("intervalMs is");
  });
});

describe("frequencyOf", () => {
  it.each([
    { intervalMs: 16, hertz: 62.5 },
    { intervalMs: 9.9999, hertz: 100 },
    { intervalMs: 0.0625, hertz: 16_000 },
    { intervalMs: 200_000, hertz: 0.005 },
  ])("is $hertz Hz for $intervalMs ms", ({ intervalMs, hertz }) => {
    expect(frequencyOf(intervalMs)).toBe(hertz);
  });
});

describe("placeWindow", () => {
  const plan = { windowReadings: 125, increaseReadings: 5 };

  it("counts the same readings in a recording at the impulse's own frequency", () => {
    expect(placeWindow(3, plan, 62.5, { readingCount: 622, intervalMs: 16 })).toEqual({
      startMs: 240,
      endMs: 2240,
      firstReading: 15,
      endReading: 140,
    });
  });

  it("counts in recorded readings when the recording was resampled", () => {
    expect(placeWindow(3, plan, 62.5, { readingCount: 2000, intervalMs: 5 })).toEqual({
      startMs: 240,
      endMs: 2240,
      firstReading: 48,
      endReading: 448,
    });
  });

  it("ends with the recording where a window was filled up", () => {
    expect(placeWindow(0, plan, 62.5, { readingCount: 40, intervalMs: 16 })).toMatchObject({ endReading: 40 });
  });
});

describe("an impulse whose frequency is whole but for rounding", () => {
  it("makes features of as many readings as its windows have", () => {
    const input = {
      axes: ["x"],
      frequencyHz: 99.995,
      windowSizeMs: 120_000,
      windowIncreaseMs: 1000,
      padZeros: false,
    };
    const blocks = [{ parameters: { type: "raw", version: 1, scaleAxes: 1 } }] as const;
    const windows = new WindowClassifier({
      name: "long",
      input,
      blocks,
      classifier: undefined,
      anomaly: undefined,
    });

    expect(windows.features).toHaveLength(12_000);
    expect(windows.plan(12_000)).toMatchObject({ windowReadings: 12_000, count: 1 });
  });
});
