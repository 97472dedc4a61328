import { describe, expect, it } from "vitest";

import {
  formatAnomaly,
  formatAround,
  formatCount,
  formatDuration,
  formatRunningClock,
  formatScore,
  formatSeconds,
  formatShare,
} from "./format.ts";

describe("the page's numbers", () => {
  it.each([
    [formatScore(1), "1.000"],
    [formatScore(0.0004), "0.000"],
    [formatScore(NaN), "–"],
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
