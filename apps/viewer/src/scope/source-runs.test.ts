import { describe, expect, it } from "vitest";

import { runOf, storeOf } from "./fixtures.ts";
import { isRunOf, namedRuns, runsOf } from "./source-runs.ts";

const told = ["run-a", "run-b"].map((runId) => runOf(runId));
const placed = told.map((run, i) => ({ run, startMs: i * 10_000, endMs: i * 10_000 + 2_500 }));

/** A feed that has told of two runs. */
const feed = {
  session: { placed, wallClockMs: 0, has: (runId: string) => told.some((run) => run.runId === runId) },
  find: (runId: string) => told.find((run) => run.runId === runId),
};
const session = { kind: "session" } as const;

describe("namedRuns", () => {
  it("are the run and the one beside it, and none of a session", () => {
    expect(namedRuns(session)).toEqual([]);
    expect(namedRuns({ kind: "run", runId: "run-a" })).toEqual(["run-a"]);
    expect(namedRuns({ kind: "run", runId: "run-a", besideRunId: "run-b" })).toEqual(["run-a", "run-b"]);
    expect(namedRuns({ kind: "run", runId: "run-a", besideRunId: "run-a" })).toEqual(["run-a"]);
  });
});

describe("isRunOf", () => {
  it("asks the feed about a session, and the source about a run", () => {
    expect(isRunOf(session, "run-b", feed)).toBe(true);
    expect(isRunOf(session, "run-z", feed)).toBe(false);
    expect(isRunOf({ kind: "run", runId: "run-z" }, "run-z", feed)).toBe(true);
    expect(isRunOf({ kind: "run", runId: "run-z" }, "run-b", feed)).toBe(false);
  });
});

describe("runsOf", () => {
  it("has all runs of a session where they stand on its clock, read or not", () => {
    const store = storeOf(runOf("run-b"));

    expect(runsOf(session, feed, new Map([["run-b", store]]))).toEqual({
      runs: [
        { ...placed[0], store: undefined },
        { ...placed[1], store },
      ],
      beside: undefined,
    });
  });

  it("has a run and the one beside it on a clock of their own", () => {
    const source = { kind: "run", runId: "run-b", besideRunId: "run-a" } as const;
    const { runs, beside } = runsOf(source, feed, new Map());

    expect(runs).toEqual([{ run: told[1], startMs: 0, endMs: 2_500, store: undefined }]);
    expect(beside).toMatchObject({ run: told[0], startMs: 0 });
  });

  it("takes what was read of a run for newer than what the feed has told, and leaves out what nobody knows", () => {
    const read = runOf("run-b", { sampleName: "wave.8" });

    expect(runsOf({ kind: "run", runId: "run-b" }, feed, new Map([["run-b", storeOf(read)]])).runs).toMatchObject([
      { run: { sampleName: "wave.8" } },
    ]);
    expect(runsOf({ kind: "run", runId: "run-z" }, feed, new Map())).toEqual({ runs: [], beside: undefined });
  });
});
