import { describe, expect, it } from "vitest";

import { addLines } from "./job-lines.ts";

describe("addLines", () => {
  it("keeps the last 20 lines, each cut to 500 characters", () => {
    const lines = Array.from({ length: 25 }, (_, i) => `line ${i}`);

    const { lines: kept } = addLines({ lines: ["before"] }, [...lines, "x".repeat(600)]);

    expect(kept).toHaveLength(20);
    expect(kept[0]).toBe("line 6");
    expect(kept.at(-1)).toHaveLength(500);
  });

  it.each([
    [["[ 356/1994] Creating windows"], { done: 356, total: 1994 }],
    [["[1/2] a", "[2/2] b", "Job completed"], { done: 2, total: 2 }],
    [["see [1/2]", "[3/2]", "[a/b]"], undefined],
  ])("reads progress from lines that count: %j", (lines, progress) => {
    expect(addLines({ lines: [] }, lines).progress).toEqual(progress);
  });

  it("keeps the progress while nothing newer is told", () => {
    expect(addLines({ lines: [], progress: { done: 1, total: 2 } }, ["Working"]).progress).toEqual({
      done: 1,
      total: 2,
    });
  });
});
