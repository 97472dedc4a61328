import { describe, expect, it } from "vitest";

import { expectedLabel, isMismatch } from "./verdict.ts";

describe("expectedLabel", () => {
  const expected = [
    { startMs: 0, endMs: 1000, label: "idle" },
    { startMs: 1000, endMs: 2000, label: "wave" },
  ];

  it.each([
    [500, "idle"],
    [1000, "idle"],
    [1000.5, "wave"],
    [2000.0001, "wave"],
  ])("takes the label at the window's end, %d ms: %s", (endMs, label) => {
    expect(expectedLabel({ expected }, endMs)).toBe(label);
  });

  it("has none for a sample without labels", () => {
    expect(expectedLabel({ expected: [] }, 500)).toBeUndefined();
  });
});

describe("isMismatch", () => {
  const classes = ["idle", "wave"];

  it.each([
    ["idle", "idle", false],
    ["idle", "wave", true],
    ["idle", "uncertain", true],
    ["anomaly", "anomaly", false],
    ["anomaly", "idle", true],
    ["shake", "wave", undefined],
    [undefined, "wave", undefined],
  ])("judges label %s and verdict %s as %s", (expected, verdict, judgement) => {
    expect(isMismatch({ classes }, expected, verdict)).toBe(judgement);
  });
});
