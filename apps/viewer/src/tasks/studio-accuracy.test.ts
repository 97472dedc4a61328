import { describe, expect, it } from "vitest";

import { sayStudioAccuracy } from "./studio-accuracy.ts";

describe("sayStudioAccuracy", () => {
  it("names what is counted, and passes scores on as they came", () => {
    expect(
      sayStudioAccuracy({ unit: "windows", good: 1_870, bad: 124, accuracyScore: 93.78, mseScore: 0.00041 }),
    ).toEqual(["1\u2009870 good, 124 bad windows", "accuracy 93.78", "mean squared error 0.00041"]);
  });

  it("says so when nobody knows what is counted", () => {
    expect(sayStudioAccuracy({ unit: "unknown", good: 3, bad: 1 })).toEqual(["3 good, 1 bad windows or samples"]);
  });

  it("says nothing when Studio does not", () => {
    expect(sayStudioAccuracy({ unit: "unknown" })).toEqual([]);
  });
});
