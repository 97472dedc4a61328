import type { TestPrediction } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import { summarise } from "./summary.ts";

/** One prediction for each `expected>predicted`, all of one sample. */
function predictions(...pairs: readonly string[]): TestPrediction[] {
  return pairs.map((pair, index) => {
    const [expected, predicted = ""] = pair.split(">");
    return { index, sampleId: 1, startMs: 0, endMs: 1, expected, predicted };
  });
}

const nothing = { totalSummary: { good: 0, bad: 0 }, summaryPerClass: {}, confusionMatrixValues: {}, allLabels: [] };
const classifier = {
  kinds: ["classes" as const, "anomaly" as const],
  classes: ["idle", "wave"],
  accuracy: nothing,
  sampleNames: new Map<number, string>(),
};

describe("summarise", () => {
  it("counts windows into a matrix with columns for uncertain and anomaly, and what follows from it", () => {
    const given = predictions("idle>idle", "idle>idle", "idle>wave", "idle>uncertain", "wave>wave", "wave>anomaly");

    const { matrix, ...rest } = summarise(given, classifier);

    expect(rest).toMatchObject({ samples: 1, windows: 6, comparable: 6, correct: 3, accuracy: 0.5 });
    expect(matrix).toEqual({
      expected: ["idle", "wave"],
      predicted: ["idle", "wave", "uncertain", "anomaly"],
      counts: [
        [2, 1, 1, 0],
        [0, 1, 0, 1],
      ],
      perClass: [
        { label: "idle", precision: 1, recall: 0.5, f1: 2 / 3, support: 4 },
        { label: "wave", precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
      ],
    });
  });

  it("leaves out windows whose label the impulse does not know, as Studio does", () => {
    const { windows, comparable, correct, matrix } = summarise(predictions("idle>idle", "shake>idle"), classifier);

    expect({ windows, comparable, correct }).toEqual({ windows: 2, comparable: 1, correct: 1 });
    expect(matrix?.perClass[0]).toMatchObject({ label: "idle", precision: 1 });
  });

  it("takes Studio's word for a label that the project uses for anomalies", () => {
    const [prediction] = predictions("bad pump>anomaly");
    const accuracy = { ...nothing, summaryPerClass: { "bad pump": { good: 1, bad: 0 } } };

    const result = summarise([{ ...(prediction as TestPrediction), isCorrect: true }], { ...classifier, accuracy });

    expect(result).toMatchObject({ comparable: 1, correct: 1 });
    expect(result.matrix?.perClass.at(-1)).toMatchObject({ label: "bad pump", recall: 1, support: 1 });
  });

  it("says nothing of classes that never occur, and nothing of an empty set", () => {
    const { matrix, accuracy, comparable } = summarise([], classifier);

    expect({ accuracy, comparable }).toEqual({ accuracy: undefined, comparable: 0 });
    expect(matrix?.perClass).toEqual([
      { label: "idle", precision: undefined, recall: undefined, f1: undefined, support: 0 },
      { label: "wave", precision: undefined, recall: undefined, f1: undefined, support: 0 },
    ]);
  });

  it("has anomaly and no anomaly for an impulse without a classifier", () => {
    const given = predictions("no anomaly>no anomaly", "anomaly>no anomaly", "anomaly>anomaly");

    const { matrix, correct } = summarise(given, { ...classifier, kinds: ["anomaly"], classes: [] });

    expect(correct).toBe(2);
    expect(matrix).toMatchObject({
      expected: ["no anomaly", "anomaly"],
      predicted: ["anomaly", "no anomaly"],
      counts: [
        [0, 1],
        [1, 1],
      ],
    });
  });

  it.each(["value", "objects", "texts"] as const)("has no matrix for %s, and counts what Studio judges", (kind) => {
    const [right, wrong, unjudged] = predictions("20>20.1", "20>25", "20>22") as [TestPrediction, TestPrediction, TestPrediction]; // prettier-ignore
    const judged = [{ ...right, isCorrect: true }, { ...wrong, isCorrect: false }, unjudged];

    const result = summarise(judged, { ...classifier, kinds: [kind], classes: [] });

    expect(result).toMatchObject({ windows: 3, comparable: 2, correct: 1, accuracy: 0.5 });
    expect(result.matrix).toBeUndefined();
  });

  it.each([
    { good: 2, bad: 1, unit: "windows" },
    { good: 1, bad: 1, unit: "samples" },
    { good: 40, bad: 60, unit: "unknown" },
  ])("passes Studio's figures on, and says that $good + $bad count $unit", ({ good, bad, unit }) => {
    const accuracy = { ...nothing, totalSummary: { good, bad }, accuracyScore: 0.61 };
    const sampleNames = new Map([
      [1, "idle.1"],
      [2, "idle.2"],
    ]);

    const { studio } = summarise(predictions("idle>idle", "idle>wave", "wave>wave"), {
      ...classifier,
      accuracy,
      sampleNames,
    });

    expect(studio).toMatchObject({ unit, good, bad, accuracyScore: 0.61 });
  });
});
