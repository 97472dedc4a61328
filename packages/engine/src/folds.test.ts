import { describe, expect, it } from "vitest";

import { splitIntoFolds } from "./folds.ts";
import type { TrainingWindows } from "./training-windows.ts";

/** Windows of 100 readings, 20 apart: one entry for each window of each recording, its label. */
function windowsOf(recordings: readonly (readonly string[])[]): TrainingWindows {
  const flat = recordings.flatMap((own, recording) => own.map((label, w) => ({ recording, label, start: 20 * w })));
  const labels = [...new Set(flat.map(({ label }) => label))].sort();
  return {
    features: new Float64Array(flat.length),
    featureCount: 1,
    featureNames: ["x RMS"],
    labels,
    classes: Uint16Array.from(flat, ({ label }) => labels.indexOf(label)),
    recordings: Uint32Array.from(flat, ({ recording }) => recording),
    starts: Uint32Array.from(flat, ({ start }) => start),
    isClear: new Uint8Array(flat.length).fill(1),
    windowReadings: 100,
  };
}

function repeat(label: string, count: number): string[] {
  return Array.from({ length: count }, () => label);
}

describe("splitIntoFolds", () => {
  it("tests every window once, and never one of a recording that it learns from", () => {
    const windows = windowsOf([
      ...Array.from({ length: 6 }, () => repeat("a", 10)),
      ...Array.from({ length: 5 }, () => repeat("b", 7)),
    ]);

    const splits = splitIntoFolds(windows, 5, 1);

    const tested = splits.flatMap(({ validation }) => validation).sort((a, b) => a - b);
    expect(tested).toEqual([...windows.classes.keys()]);
    for (const { training, validation } of splits) {
      const learnt = new Set(training.map((w) => windows.recordings[w]));
      expect(validation.filter((w) => learnt.has(windows.recordings[w] as number))).toEqual([]);
      expect(new Set(training.map((w) => windows.classes[w])).size).toBe(2);
      expect(new Set(validation.map((w) => windows.classes[w])).size).toBe(2);
    }
  });

  it("deals differently for another seed and the same for the same", () => {
    const windows = windowsOf(Array.from({ length: 20 }, () => repeat("a", 3)));

    expect(splitIntoFolds(windows, 5, 1)).toEqual(splitIntoFolds(windows, 5, 1));
    expect(splitIntoFolds(windows, 5, 2)).not.toEqual(splitIntoFolds(windows, 5, 1));
  });

  it("cuts a recording that is alone with its label in time, and learns from no window that reaches over the cut", () => {
    const windows = windowsOf([repeat("a", 60)]);

    const splits = splitIntoFolds(windows, 5, 1);

    expect(splits).toHaveLength(5);
    for (const { training, validation } of splits) {
      expect(validation).toHaveLength(12);
      const nearest = Math.min(
        ...training.flatMap((t) => validation.map((v) => Math.abs(windows.starts[t]! - windows.starts[v]!))),
      );
      expect(nearest).toBe(windows.windowReadings);
    }
  });

  it("only learns from a recording that is alone with its label and too short to cut", () => {
    const windows = windowsOf([repeat("a", 10), repeat("b", 10), repeat("b", 10)]);

    for (const { training, validation } of splitIntoFolds(windows, 5, 1)) {
      expect(training.filter((w) => windows.classes[w] === 0)).toHaveLength(10);
      expect(validation.every((w) => windows.classes[w] === 1)).toBe(true);
    }
    expect(splitIntoFolds(windowsOf([repeat("a", 10), repeat("b", 10)]), 5, 1)).toEqual([]);
  });
});
