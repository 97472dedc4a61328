import { describe, expect, it } from "vitest";

import { judgeWindow } from "./verdict.ts";

const limits = { minimumConfidence: 0.6, anomalyThreshold: 0.3 };

describe("judgeWindow", () => {
  it.each([
    { what: "the best class", scores: [0.1, 0.7, 0.2], anomaly: -0.4, verdict: 1 },
    { what: "a class that is just sure enough", scores: [0.6, 0.4], anomaly: 0.29, verdict: 0 },
    { what: "uncertain below that", scores: [0.59, 0.41], anomaly: -1, verdict: "uncertain" },
    {
      what: "an anomaly from the threshold on, however sure the class",
      scores: [1, 0],
      anomaly: 0.3,
      verdict: "anomaly",
    },
    { what: "an anomaly rather than uncertain", scores: [0.5, 0.5], anomaly: 2, verdict: "anomaly" },
    { what: "the first of equally good classes", scores: [0, 0.7, 0.7], anomaly: undefined, verdict: 1 },
    { what: "no anomaly without a classifier", scores: [], anomaly: 0.1, verdict: "no anomaly" },
    { what: "an anomaly without a classifier", scores: [], anomaly: 0.5, verdict: "anomaly" },
    { what: "uncertain where scores are not numbers", scores: [NaN, NaN], anomaly: NaN, verdict: "uncertain" },
  ])("is $what", ({ scores, anomaly, verdict }) => {
    expect(judgeWindow(scores, anomaly, limits)).toBe(verdict);
  });
});
