import { describe, expect, it } from "vitest";

import { recordOf } from "./fake-asker.ts";
import { EventMerger } from "./window-events.ts";

function merge(verdicts: string, mostGapMs: number) {
  const names: Record<string, string> = { i: "idle", w: "wave", "?": "uncertain" };
  const merger = new EventMerger({ mostGapMs, windowIncreaseMs: 500 });
  [...verdicts].forEach((letter, i) => merger.add(recordOf(i, { verdict: names[letter] ?? "" })));
  return merger.events.map(({ verdict, startMs, endMs, windows }) => `${verdict} ${startMs}-${endMs} ${windows}`);
}

describe("EventMerger", () => {
  it("makes one event of neighbours with one verdict", () => {
    expect(merge("iiiwwi", 0)).toEqual(["idle 500-2000 3", "wave 2000-3000 2", "idle 3000-3500 1"]);
  });

  it("bridges a gap of the given length, and no longer one", () => {
    expect(merge("wwi?ww", 1000)).toEqual(["wave 500-3500 4", "idle 1500-2000 1", "uncertain 2000-2500 1"]);
    expect(merge("wwi?ww", 999)).toHaveLength(4);
  });

  it("keeps runs apart, however near they are", () => {
    const merger = new EventMerger({ mostGapMs: 60_000, windowIncreaseMs: 500 });
    merger.add(recordOf(0));
    merger.add(recordOf(1, { runId: "run-2", index: 0 }));

    expect(merger.events.map(({ first }) => first.runId)).toEqual(["run-1", "run-2"]);
  });

  it("counts mismatches and keeps the highest score", () => {
    const merger = new EventMerger({ mostGapMs: 0, windowIncreaseMs: 500 });
    merger.add(recordOf(0, { scores: [0.7, 0.3], isMismatch: true }));
    merger.add(recordOf(1, { scores: [0.9, 0.1] }));
    merger.add(recordOf(2, { scores: [0.8, 0.2], isMismatch: true }));

    expect(merger.events).toMatchObject([{ windows: 3, mismatches: 2, peak: 0.9 }]);
  });

  it("makes one event of a regression, whose every number would be a verdict", () => {
    const merger = new EventMerger({ mostGapMs: 0, windowIncreaseMs: 500 });
    for (const [i, value] of [1.5, 1.6, 2].entries()) {
      merger.add(recordOf(i, { scores: [], value, verdict: String(value) }));
    }

    expect(merger.events).toMatchObject([{ verdict: "value", windows: 3, peak: undefined }]);
  });
});
