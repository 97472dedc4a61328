import { describe, expect, it } from "vitest";

import type { Thresholds, WindowRecord } from "../scope/scope-port.ts";
import { explainVerdict } from "./why.ts";

const CLASSES = ["idle", "snake", "wave"];
const LIMITS: Thresholds = { minimumConfidence: 0.6, anomaly: 0.3 };

type Judged = Parameters<typeof explainVerdict>[0];

function judged(more: Partial<WindowRecord>): Judged {
  return { startMs: 0, endMs: 2_000, scores: [0.05, 0.75, 0.2], verdict: "snake", isMismatch: false, ...more };
}

function explain(more: Partial<WindowRecord>, ranges: Parameters<typeof explainVerdict>[1]["labels"] = []) {
  return explainVerdict(judged(more), { classes: CLASSES, thresholds: LIMITS, labels: ranges });
}

describe("explainVerdict", () => {
  it("has nothing to say where the verdict is the label", () => {
    expect(explain({ expected: "snake" })).toEqual([]);
  });

  it("compares what was taken with what the label says", () => {
    expect(explain({ expected: "wave", isMismatch: true })).toEqual([
      "snake got 0.750, which is enough: the minimum is 0.60.",
      "wave, as the label says, got 0.200: number 2 of 3 classes.",
    ]);
  });

  it("says how little a class is over the minimum", () => {
    expect(explain({ expected: "wave", isMismatch: true, scores: [0, 0.62, 0.38] })[0]).toBe(
      "snake got 0.620, only 0.020 over the minimum of 0.60.",
    );
  });

  it("says how much the best class lacks, and which one was next", () => {
    expect(explain({ verdict: "uncertain", scores: [0.05, 0.53, 0.42] })).toEqual([
      "No class reaches the minimum of 0.60: snake lacks 0.070, then comes wave with 0.420.",
    ]);
  });

  it("says that an anomaly outweighs the best class", () => {
    expect(explain({ verdict: "anomaly", anomaly: 4.25, expected: "snake", isMismatch: true })).toEqual([
      "The anomaly score 4.25 reaches the limit of 0.30, so that snake with 0.750 does not count.",
    ]);
  });

  it("says that the label wants an anomaly where the score is below the limit", () => {
    expect(explain({ expected: "anomaly", anomaly: 0.2981, isMismatch: true }).at(-1)).toBe(
      "The label says anomaly, but the anomaly score 0.298 is below the limit of 0.30.",
    );
  });

  it("says where labels meet in the window, since only the one at its end counts", () => {
    const ranges = [
      { startMs: 0, endMs: 1_500, label: "snake" },
      { startMs: 1_500, endMs: 9_000, label: "wave" },
    ];

    expect(explain({ expected: "wave", isMismatch: true }, ranges).at(-1)).toBe(
      "The label changes within this window, 1.50 s from its start: snake, then wave. The one at its end counts.",
    );
    expect(explain({ expected: "snake" }, ranges.slice(0, 1))).toEqual([]);
  });

  it("says that a label is none of the classes", () => {
    expect(explain({ expected: "shake" })).toEqual([
      "The impulse has no class shake, so nobody can say whether snake is right.",
    ]);
    expect(explain({ expected: "shake", verdict: "anomaly", anomaly: 4.25 }).at(-1)).toBe(
      "The impulse has no class shake, so nobody can say whether anomaly is right.",
    );
  });

  it("claims nothing of a window without numbers", () => {
    expect(explain({ scores: [NaN, NaN, NaN], verdict: "uncertain" })).toEqual([]);
    expect(explain({ scores: [], verdict: "no object", expected: "wave", isMismatch: true })).toEqual([]);
  });
});
