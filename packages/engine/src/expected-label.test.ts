import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { expectedLabel, type LabellingRule } from "./expected-label.ts";

/** Readings 0-9 walk, 10-13 jump, 14-17 sit, 18-29 walk; nothing from 30 to 39; 40-49 sit. */
const spans = [
  { startIndex: 0, endIndex: 9, label: "walk" },
  { startIndex: 10, endIndex: 13, label: "jump" },
  { startIndex: 14, endIndex: 17, label: "sit" },
  { startIndex: 18, endIndex: 29, label: "walk" },
  { startIndex: 40, endIndex: 49, label: "sit" },
];
const end: LabellingRule = { type: "end-of-window" };
const majority: LabellingRule = { type: "majority-in-window" };
const anywhere = (...labels: readonly string[]): LabellingRule => ({ type: "anywhere-in-window", labels });
const enough = (minPercentage: number, ...labels: readonly string[]): LabellingRule => ({
  type: "anywhere-in-window-min-percentage",
  labels,
  minPercentage,
});

describe("expectedLabel", () => {
  it.each([
    { what: "the label at its last reading", rule: end, window: [0, 11], label: "jump" },
    { what: "no label where no span reaches", rule: end, window: [20, 31], label: undefined },
    { what: "the label with most readings", rule: majority, window: [4, 15], label: "walk" },
    { what: "the first of two with equally many", rule: majority, window: [10, 18], label: "jump" },
    { what: "all readings of a label that comes twice", rule: majority, window: [8, 20], label: "walk" },
    { what: "the only label beside unlabelled readings", rule: majority, window: [29, 40], label: "walk" },
    { what: "no majority of nothing", rule: majority, window: [30, 40], label: undefined },
    { what: "a listed label however short it is", rule: anywhere("jump"), window: [0, 11], label: "jump" },
    { what: "a listed label in its middle", rule: anywhere("jump"), window: [5, 25], label: "jump" },
    { what: "the listed label with most readings", rule: anywhere("sit", "jump"), window: [12, 19], label: "sit" },
    {
      what: "the first of two listed, in the window's order",
      rule: anywhere("sit", "jump"),
      window: [10, 18],
      label: "jump",
    },
    { what: "the label at its end without a listed one", rule: anywhere("fall"), window: [5, 16], label: "sit" },
    { what: "a listed label with just enough readings", rule: enough(20, "jump"), window: [0, 12], label: "jump" },
    { what: "the label at its end with too few", rule: enough(40, "jump"), window: [8, 19], label: "walk" },
    { what: "the longer of two that have enough", rule: enough(10, "jump", "sit"), window: [11, 21], label: "sit" },
  ])("is $what", ({ rule, window: [first, behind], label }) => {
    expect(expectedLabel(spans, first as number, behind as number, rule)).toBe(label);
  });

  it("is the label at the end unless told otherwise", () => {
    expect(expectedLabel(spans, 0, 12)).toBe("jump");
    expect(expectedLabel([], 0, 12)).toBeUndefined();
  });

  it("agrees with counting the readings one by one", () => {
    const labels = fc.array(fc.constantFrom("a", "b", "c", undefined), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(labels, fc.nat(59), fc.integer({ min: 1, max: 60 }), (perReading, from, length) => {
        const given = perReading.flatMap((label, i) =>
          label === undefined ? [] : [{ startIndex: i, endIndex: i, label }],
        );
        const inWindow = perReading.slice(from, from + length).filter((label) => label !== undefined);
        const counts = [...new Set(inWindow)].map((label) => inWindow.filter((other) => other === label).length);

        const label = expectedLabel(given, from, from + length, majority);

        expect(label).toBe([...new Set(inWindow)][counts.indexOf(Math.max(...counts))]);
      }),
    );
  });
});
