import { describe, expect, it } from "vitest";

import { VERDICT } from "./entry.ts";
import { expectedLabel, isMismatch, verdictName } from "./verdict.ts";

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

  it.each([
    ["12", "12.5", false],
    ["12", "12.6", true],
    ["12", "11.5", false],
    ["cold", "12", undefined],
    ["12", "value", undefined],
  ])("judges a regression's label %s and value %s by the error that is allowed: %s", (expected, verdict, judgement) => {
    const regression = { classes: [], kinds: ["value" as const], thresholds: { maximumError: 0.5 } };

    expect(isMismatch(regression, expected, verdict)).toBe(judgement);
  });

  it("judges no objects, since a label does not say where they are", () => {
    expect(isMismatch({ classes: ["cup"], kinds: ["objects"] }, "cup", "no object")).toBeUndefined();
  });
});

describe("verdictName", () => {
  it.each([
    [1, "wave"],
    [VERDICT.anomaly, "anomaly"],
    [VERDICT.uncertain, "uncertain"],
    [VERDICT.noAnomaly, "no anomaly"],
    [VERDICT.noObject, "no object"],
    [VERDICT.value, "value"],
    [VERDICT.texts, "texts"],
    [2, "unknown"],
  ])("[P18] calls verdict %d %s", (code, name) => {
    expect(verdictName(["idle", "wave"], code)).toBe(name);
  });
});
