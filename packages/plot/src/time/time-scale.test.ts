import { describe, expect, it } from "vitest";

import { formatClock, formatTime, timeTicks, toMs, toPx } from "./time-scale.ts";

describe("timeTicks", () => {
  it.each([
    { endMs: 8_000, widthPx: 900, labels: ["0 s", "1 s", "2 s", "3 s", "4 s", "5 s", "6 s", "7 s", "8 s"] },
    { endMs: 8_000, widthPx: 250, labels: ["0 s", "5 s"] },
    { endMs: 500, widthPx: 500, labels: ["0.0 s", "0.1 s", "0.2 s", "0.3 s", "0.4 s", "0.5 s"] },
    { endMs: 150_000, widthPx: 500, labels: ["0 s", "30 s", "1:00", "1:30", "2:00", "2:30"] },
  ])("marks round times over $endMs ms in $widthPx px", ({ endMs, widthPx, labels }) => {
    expect(timeTicks({ startMs: 0, endMs, widthPx }, 80).map(({ label }) => label)).toEqual(labels);
  });

  it("marks nothing where there is no time or no room", () => {
    expect(timeTicks({ startMs: 0, endMs: 0, widthPx: 100 }, 80)).toEqual([]);
    expect(timeTicks({ startMs: 0, endMs: 10, widthPx: 0 }, 80)).toEqual([]);
  });

  it("ends with times of any size", () => {
    expect(timeTicks({ startMs: 2 ** 60, endMs: 2 ** 60 + 512, widthPx: 500 }, 80).length).toBeLessThan(8);
    expect(timeTicks({ startMs: 0, endMs: Infinity, widthPx: 500 }, 80)).toEqual([]);
  });

  it("keeps its distance also over days", () => {
    const scale = { startMs: 0, endMs: 400 * 3_600_000, widthPx: 600 };
    const pixels = timeTicks(scale, 80).map(({ ms }) => toPx(scale, ms));

    expect(pixels.length).toBeGreaterThan(3);
    pixels.slice(1).forEach((px, i) => expect(px - (pixels[i] as number)).toBeGreaterThanOrEqual(80));
  });
});

describe("toPx and toMs", () => {
  it("undo each other", () => {
    const scale = { startMs: 250, endMs: 8_000, widthPx: 931 };

    expect(toMs(scale, toPx(scale, 1_234))).toBeCloseTo(1_234, 9);
    expect(toPx(scale, 250)).toBe(0);
  });
});

describe("formatTime", () => {
  it.each([
    [0, 1_000, "0 s"],
    [1_920, 80, "1.92 s"],
    [59_999, 1, "59.999 s"],
    [60_000, 1_000, "1:00"],
    [59_996, 10, "1:00.00"],
    [119_996, 10, "2:00.00"],
    [125_500, 100, "2:05.5"],
    [-500, 100, "-0.5 s"],
    [-65_000, 1_000, "-1:05"],
    [-0.2, 1_000, "0 s"],
  ])("writes %i ms in steps of %i ms as %s", (ms, stepMs, text) => {
    expect(formatTime(ms, stepMs)).toBe(text);
  });
});

describe("formatClock", () => {
  it("shows hours, minutes and seconds, and milliseconds between seconds", () => {
    expect(formatClock(6_100_000, 1_000)).toBe("01:41:40");
    expect(formatClock(6_100_250, 50)).toBe("01:41:40.250");
    expect(formatClock(0, 1_000)).toBe("00:00:00");
    expect(formatClock(360_000_000, 60_000)).toBe("100:00:00");
  });

  it("carries when it rounds, and signs what is before 0", () => {
    expect(formatClock(59_999.7, 1_000)).toBe("00:01:00");
    expect(formatClock(59_999.7, 100)).toBe("00:01:00.000");
    expect(formatClock(-1_500, 100)).toBe("-00:00:01.500");
  });
});
