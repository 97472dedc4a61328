import { describe, expect, it } from "vitest";

import { planWindows } from "./windows.ts";

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
