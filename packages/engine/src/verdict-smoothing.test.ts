import { describe, expect, it } from "vitest";

import { VerdictSmoothing } from "./verdict-smoothing.ts";

const options = { classCount: 3, windows: 5, sameWindows: 3 };
/** Scores that are sure of a class. */
const sure = (index: number) => [0, 1, 2].map((i) => (i === index ? 0.9 : 0.05));
const unsure = [0.4, 0.3, 0.3];

function verdicts(smoothing: VerdictSmoothing, windows: readonly (readonly [scores: number[], anomaly?: number])[]) {
  return windows.map(([scores, anomaly]) => smoothing.push(scores, anomaly));
}

describe("VerdictSmoothing", () => {
  it("stays uncertain until enough windows agree", () => {
    const given = [sure(1), sure(1), sure(1), sure(2), sure(2), sure(2)].map((scores) => [scores] as const);

    expect(verdicts(new VerdictSmoothing(options), given)).toEqual(["uncertain", "uncertain", 1, 1, 1, 2]);
  });

  it("takes a window for an anomaly whatever its class", () => {
    const given = [0.3, 0.31, 5].map((anomaly) => [sure(0), anomaly] as const);

    expect(verdicts(new VerdictSmoothing(options), given)).toEqual(["uncertain", "uncertain", "anomaly"]);
  });

  it("forgets windows that are too long ago", () => {
    const given = [sure(0), sure(0), sure(0), unsure, unsure, unsure].map((scores) => [scores] as const);

    expect(verdicts(new VerdictSmoothing(options), given).slice(2)).toEqual([0, 0, 0, "uncertain"]);
  });

  it("counts the last class that is sure enough, and prefers the first of equal counts, as the SDK does", () => {
    const smoothing = new VerdictSmoothing({ classCount: 3, windows: 4, sameWindows: 2, classConfidence: 0.4 });
    const both = [0.5, 0.5, 0];

    const given = [both, both, sure(0), sure(0)].map((scores) => [scores] as const);

    expect(verdicts(smoothing, given)).toEqual(["uncertain", 1, 1, 0]);
  });

  it.each([
    { change: { windows: 0 }, message: "windows is 0" },
    { change: { sameWindows: 6 }, message: "sameWindows is 6; it has to be at most windows, which is 5" },
    { change: { classCount: 1.5 }, message: "classCount is 1.5" },
    { change: { classConfidence: NaN }, message: "classConfidence is NaN" },
  ])("refuses $change", ({ change, message }) => {
    expect(() => new VerdictSmoothing({ ...options, ...change })).toThrow(message);
  });
});
