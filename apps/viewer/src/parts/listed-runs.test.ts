import { describe, expect, it } from "vitest";

import { listedRuns } from "./listed-runs.ts";

const runs = Array.from({ length: 500 }, (_, i) => ({ runId: `run-${i}` }));
const idsOf = (listed: readonly { runId: string }[]) => [listed.length, listed[0]?.runId, listed.at(-1)?.runId];

describe("listedRuns", () => {
  it("has as many of the newest as are wanted", () => {
    expect(idsOf(listedRuns(runs, 100, undefined))).toEqual([100, "run-0", "run-99"]);
    expect(listedRuns(runs.slice(0, 3), 100, undefined)).toHaveLength(3);
  });

  it("goes on to the one that is on the screen", () => {
    expect(idsOf(listedRuns(runs, 100, "run-250"))).toEqual([251, "run-0", "run-250"]);
    expect(idsOf(listedRuns(runs, 100, "run-5"))).toEqual([100, "run-0", "run-99"]);
    expect(idsOf(listedRuns(runs, 100, "run-gone"))).toEqual([100, "run-0", "run-99"]);
  });
});
