import { describe, expect, it } from "vitest";

import { run } from "../page/test-snapshot.ts";
import { hasMismatch, Thumbnails } from "./thumbnails.ts";

const runs = Array.from({ length: 200 }, (_, i) => ({ ...run, runId: `run-${i}` })).toReversed();
const session = runs.toReversed().map((one, i) => ({ run: one, startMs: i * 1_000, endMs: i * 1_000 + 1 }));

describe("Thumbnails", () => {
  it("has as many as a page bears, around the one that is shown", () => {
    const { shown, hidden } = new Thumbnails(runs, session, "run-100");
    expect([shown.length, shown[0]?.runId, shown.at(-1)?.runId, hidden]).toEqual([60, "run-70", "run-129", 140]);
  });

  it("has the last ones when the newest is shown, and the first ones at the start", () => {
    expect(new Thumbnails(runs, session, "run-199").shown.at(-1)?.runId).toBe("run-199");
    expect(new Thumbnails(runs, session, "run-0").shown[0]?.runId).toBe("run-0");
  });

  it("has the other runs of the project beside a single one, oldest first", () => {
    const others = [
      { ...run, runId: "other", projectId: 2 },
      { ...run, runId: "bad", state: "failed" as const },
    ];
    const placed = [{ run: { ...run, runId: "run-1" }, startMs: 0, endMs: 1 }];
    const { shown } = new Thumbnails([...others, ...runs.slice(-3)], placed, "run-1");
    expect(shown.map(({ runId }) => runId)).toEqual(["run-0", "run-1", "run-2"]);
  });

  it("steps along all of them, and stays at the ends", () => {
    const thumbnails = new Thumbnails(runs, session, "run-129");
    expect(thumbnails.at(1)).toBe("run-130");
    expect(thumbnails.at(-Infinity)).toBe("run-0");
    expect(thumbnails.at(Infinity)).toBe("run-199");
    expect(new Thumbnails([], [], undefined).at(1)).toBeUndefined();
  });
});

describe("hasMismatch", () => {
  it("is true when not all that can be compared matches", () => {
    expect(hasMismatch({ comparable: 3, matching: 2 })).toBe(true);
    expect(hasMismatch({ comparable: 0, matching: 0 })).toBe(false);
  });
});
