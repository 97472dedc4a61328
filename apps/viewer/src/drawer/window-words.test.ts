import { describe, expect, it } from "vitest";

import { recordOf } from "./fake-asker.ts";
import { bestOf, formatDelta, sayRecord, wordOf } from "./window-words.ts";

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
  expect(bestOf([])).toBe(-1);
});

it("shortens the number of a regression, and leaves words as they are", () => {
  expect(wordOf({ verdict: "3.2100000381469727", value: 3.2100000381469727 })).toBe("3.21");
  expect(wordOf({ verdict: "idle" })).toBe("idle");
});

describe("sayRecord", () => {
  it("says what the row shows", () => {
    const record = recordOf(76_518, { anomaly: -0.5, verdict: "wave", isMismatch: true });

    expect(sayRecord(record, "session")).toBe(
      "window 76518, 10:37:39.00 to 10:37:40.00, wave 0.750, anomaly \u22120.50, expected idle, mismatch",
    );
  });

  it("leaves out what there is not", () => {
    expect(sayRecord(recordOf(0, { scores: [], expected: undefined, value: 2, verdict: "2" }), "run")).toBe(
      "window 0, 0.00 to 1.00, 2",
    );
  });
});
