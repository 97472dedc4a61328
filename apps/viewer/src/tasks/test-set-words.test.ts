import type { TestResult } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import { testRun } from "./test-page.ts";
import { countCells, sayFailedSamples, sayLeftOut, sortClasses, worstClass } from "./test-set-words.ts";

const result = testRun.result as TestResult;
const matrix = result.matrix as NonNullable<TestResult["matrix"]>;

describe("sayLeftOut", () => {
  it.each([
    { windows: 250, want: undefined },
    { windows: 251, want: "1 window has no label, or one that the model has no class for" },
    { windows: 1_450, want: "1\u2009200 windows have no label, or one that the model has no class for" },
  ])("says of $windows windows, of which 250 are compared: $want", ({ windows, want }) => {
    expect(sayLeftOut({ ...result, windows })?.split(":")[0]).toBe(want);
  });

  it("speaks of numbers where there are no classes", () => {
    const left = sayLeftOut({ ...result, windows: 252, matrix: undefined });

    expect(left).toContain("2 windows have no label to compare their number with");
  });
});

describe("sayFailedSamples", () => {
  it("says that fewer samples have windows than Studio's job has counted", () => {
    const words = sayFailedSamples({ progress: { done: 11, total: 11 }, result });

    expect(words).toMatch(/^Studio's job counted 11, and 10 samples have windows/);
    expect(sayFailedSamples({ progress: { done: 10, total: 10 }, result })).toBeUndefined();
  });

  it("says nothing where Studio has not told how many there are", () => {
    expect(sayFailedSamples({ result })).toBeUndefined();
  });
});

describe("worstClass", () => {
  it("is the one with the lowest F1", () => {
    expect(worstClass(matrix.perClass)).toBe("idle");
  });

  it("is none where all are equally good, or there is one alone", () => {
    expect(worstClass(matrix.perClass.map((row) => ({ ...row, f1: 1 })))).toBeUndefined();
    expect(worstClass(matrix.perClass.slice(0, 1))).toBeUndefined();
  });
});

describe("sortClasses", () => {
  const none = { label: "a", support: 0 };
  const rows = [...matrix.perClass, none];
  const labelsBy = (column: Parameters<typeof sortClasses>[1]) => sortClasses(rows, column).map(({ label }) => label);

  it("has the lowest number first and what is absent last, and names from A", () => {
    expect(labelsBy("precision")).toEqual(["idle", "wave", "a"]);
    expect(labelsBy("support")).toEqual(["a", "idle", "wave"]);
    expect(labelsBy("label")).toEqual(["a", "idle", "wave"]);
    expect(labelsBy(undefined)).toEqual(["idle", "wave", "a"]);
  });
});

describe("countCells", () => {
  it("counts a cell and a row, and does not claim to know a column", () => {
    expect(countCells(matrix, { expected: "idle", predicted: "wave" })).toBe(20);
    expect(countCells(matrix, { expected: "idle" })).toBe(125);
    expect(countCells(matrix, { predicted: "wave" })).toBeUndefined();
    expect(countCells(matrix, { expected: "shake", predicted: "wave" })).toBeUndefined();
  });
});
