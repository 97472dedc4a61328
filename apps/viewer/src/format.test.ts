import { describe, expect, it } from "vitest";

import {
  formatBytes,
  formatAnomaly,
  formatAround,
  formatCount,
  formatDuration,
  formatRunningClock,
  formatScore,
  formatSeconds,
  formatShare,
  sayWindow,
} from "./format.ts";
import { windowRecord } from "./page/test-snapshot.ts";

describe("the page's numbers", () => {
  it.each([
    [formatScore(1), "1.000"],
    [formatScore(0.0004), "0.000"],
    [formatScore(NaN), "–"],
    [formatScore(0.99994, 1), "0.9999"],
    [formatScore(0.75, 0.6), "0.750"],
    [formatAnomaly(0.2981, 0.3), "0.298"],
    [formatAnomaly(0.301, 0.3), "0.30"],
    [formatAnomaly(0.3 - 1e-12, 0.3), "0.30000000"],
    [formatAnomaly(-0.416), "\u22120.42"],
    [formatAnomaly(undefined), "–"],
    [formatCount(76), "76"],
    [formatCount(1234567), "1\u2009234\u2009567"],
    [formatAround(9.81, 5), "9.8 ±5.0"],
    [formatAround(-0.001, 0.24), "0.00 ±0.24"],
    [formatAround(-1.26, 0.24), "\u22121.26 ±0.24"],
    [formatAround(1200, 350), "1200 ±350"],
    [formatShare(1, 3), "33.3 %"],
    [formatShare(0, 0), "–"],
    [formatSeconds(1920), "1.92"],
    [formatRunningClock(6_137_480), "01:42:17.4"],
    [formatRunningClock(59_999), "00:00:59.9"],
    [formatDuration(4_210), "4.2 s"],
    [formatDuration(45_400), "45 s"],
    [formatDuration(600_000), "10 min"],
    [formatDuration(7_300_000), "2 h"],
  ])("are written as %s", (written, wanted) => {
    expect(written).toBe(wanted);
  });
});

describe("sayWindow", () => {
  const CLASSES = ["idle", "wave"];

  it("says the score of the verdict", () => {
    expect(sayWindow(windowRecord(0), CLASSES)).toBe(
      "window 0, 0.00 s to 2.00 s, idle 0.900, anomaly score \u22120.40, labelled idle",
    );
  });

  it("names the class that a score is of where the verdict is another word", () => {
    const odd = windowRecord(0, { verdict: "anomaly", anomaly: 0.52, isMismatch: true });

    expect(sayWindow(odd, CLASSES)).toBe(
      "window 0, 0.00 s to 2.00 s, anomaly, best class idle 0.900, anomaly score 0.52, labelled idle, mismatch",
    );
  });

  it("says no score where there is none", () => {
    expect(sayWindow(windowRecord(0, { scores: [], anomaly: undefined, expected: undefined }), CLASSES)).toBe(
      "window 0, 0.00 s to 2.00 s, idle",
    );
  });
});

describe("formatBytes", () => {
  it.each([
    [12, "12 B"],
    [1_500, "1.5 kB"],
    [12_345_678, "12.3 MB"],
  ])("writes %d as %s", (bytes, wanted) => {
    expect(formatBytes(bytes)).toBe(wanted);
  });
});
