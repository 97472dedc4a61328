import { WindowTimes } from "@windowscope/plot";
import { describe, expect, it } from "vitest";

import { SkippedWindows } from "./skipped-windows.ts";

/** Windows of a second that begin at these times. */
function skippedOf(startsMs: readonly number[], hopMs = 100, cut = startsMs.length) {
  const times = new WindowTimes();
  const skipped = new SkippedWindows();
  for (const some of [startsMs.slice(0, cut), startsMs.slice(cut)]) {
    const first = times.length;
    times.append(
      some,
      some.map((ms) => ms + 1_000),
    );
    skipped.added(times, first, hopMs);
  }
  return (startMs = 0, endMs = 1e9) => [...skipped.between(times, startMs, endMs, hopMs)];
}

describe("SkippedWindows", () => {
  it("tells which steps have no window, and how many are missing", () => {
    const between = skippedOf([0, 100, 400, 500, 700]);

    expect(between()).toEqual([
      { startMs: 1_100, endMs: 1_300, count: 2 },
      { startMs: 1_500, endMs: 1_600, count: 1 },
    ]);
    expect(between(1_400, 1_550)).toEqual([{ startMs: 1_500, endMs: 1_600, count: 1 }]);
    expect(between(0, 1_100)).toEqual([]);
  });

  it("finds a gap between two parts of a run", () => {
    expect(skippedOf([0, 100, 400], 100, 2)()).toHaveLength(1);
  });

  it("takes neither uneven steps nor an unknown one for a gap", () => {
    expect(skippedOf([0, 90, 230, 300])()).toEqual([]);
    expect(skippedOf([0, 100, 400], 0)()).toEqual([]);
  });
});
