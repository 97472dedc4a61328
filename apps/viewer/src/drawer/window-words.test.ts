import { expect, it } from "vitest";

import { bestOf, formatDelta, wordOf } from "./window-words.ts";

it.each([
  { shown: 0.812, beside: 0.781, want: "\u22120.031" },
  { shown: 0.148, beside: 0.192, want: "+0.044" },
  { shown: 0.5, beside: 0.4999, want: "+0.000" },
  { shown: 0.5, beside: undefined, want: "–" },
])("writes the way from $shown to $beside as $want", ({ shown, beside, want }) => {
  expect(formatDelta(shown, beside)).toBe(want);
});

it("finds the first of the highest scores", () => {
  expect(bestOf([0.1, 0.45, 0.45])).toBe(1);
  expect(bestOf([NaN, 0.2, NaN])).toBe(1);
  expect(bestOf([])).toBe(-1);
});

it("shortens the number of a regression, and leaves words as they are", () => {
  expect(wordOf({ verdict: "3.2100000381469727", value: 3.2100000381469727 })).toBe("3.21");
  expect(wordOf({ verdict: "idle" })).toBe("idle");
});
