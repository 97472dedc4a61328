import { describe, expect, it } from "vitest";

import { describeAccuracy, describeUntrained } from "./train-command.ts";

describe("describeAccuracy", () => {
  it("shows accuracy by label and the confusion matrix in one table, without columns that nobody predicted", () => {
    const accuracy = {
      totalSummary: { good: 1999, bad: 1 },
      summaryPerClass: { wave: { good: 999, bad: 1 }, idle: { good: 1000, bad: 0 } },
      confusionMatrixValues: { wave: { wave: 999, anomaly: 1 }, idle: { idle: 1000 } },
      allLabels: ["idle", "wave", "anomaly", "no anomaly", "uncertain"],
    };

    expect(describeAccuracy(accuracy, 2010)).toEqual([
      "Test set: 2000 windows, 99.9 % right. What was predicted, by label:",
      "label  windows    right  idle  wave  anomaly",
      "idle      1000  100.0 %  1000     0        0",
      "wave      1000   99.9 %     0   999        1",
      "Not counted: 10 windows with labels that the impulse does not know.",
    ]);
  });

  it("says when the impulse knows none of the labels", () => {
    const nothing = {
      totalSummary: { good: 0, bad: 0 },
      summaryPerClass: {},
      confusionMatrixValues: {},
      allLabels: [],
    };

    expect(describeAccuracy(nothing, 10)).toEqual(["No window of the test set has a label that the impulse knows."]);
  });
});

describe("describeUntrained", () => {
  const samples = [
    { category: "training", label: "idle", count: 11 },
    { category: "testing", label: "idle", count: 4 },
    { category: "testing", label: "wave", count: 4 },
    { category: "testing", label: "", count: 1 },
  ] as const;

  it("names the labels that only the test set has, and how to mend that", () => {
    expect(describeUntrained(samples)).toMatch(/^Only the test set has the labels wave, .* --category split\.$/);
  });

  it("says nothing when there is none", () => {
    expect(describeUntrained(samples.filter(({ label }) => label !== "wave"))).toBeUndefined();
  });
});
