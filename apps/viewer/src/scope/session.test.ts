import type { Run } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import { RESULT, runOf } from "./fixtures.ts";
import { Session } from "./session.ts";

/** A run of 2.5 s that was created at this second. */
function at(second: number, runId: string, changes: Partial<Run> = {}): Run {
  return runOf(runId, { createdAt: new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString(), ...changes });
}

/** The same run before there is anything to see of it. */
function waiting(run: Run): Run {
  return JSON.parse(JSON.stringify({ ...run, state: "waiting", result: undefined })) as Run;
}

function places(session: Session) {
  return session.placed.map(({ run, startMs, endMs }) => [run.runId, startMs, endMs]);
}

describe("Session", () => {
  it("ends each run when it was created, from the beginning of the first one", () => {
    const session = new Session();
    session.apply([at(10, "run-a"), at(20, "run-b")]);

    expect(places(session)).toEqual([
      ["run-a", 0, 2500],
      ["run-b", 10_000, 12_500],
    ]);
    expect(session.wallClockMs).toBe(Date.UTC(2026, 0, 1, 0, 0, 7, 500));
  });

  it("puts a run that would overlap the one before it behind that, with a gap", () => {
    const session = new Session();
    session.apply([at(10, "run-a"), at(10, "run-b"), at(11, "run-c"), at(30, "run-d")]);

    expect(places(session)).toEqual([
      ["run-a", 0, 2500],
      ["run-b", 2750, 5250],
      ["run-c", 5500, 8000],
      ["run-d", 20_000, 22_500],
    ]);
  });

  it("puts a run of no readable time behind the one before it, and takes the clock from the others", () => {
    const session = new Session();
    session.apply([at(10, "run-a", { createdAt: "yesterday" }), at(20, "run-b"), at(30, "run-c")]);
    session.apply([at(40, "run-d", { createdAt: "" })]);

    expect(places(session)).toEqual([
      ["run-a", 0, 2500],
      ["run-b", 2750, 5250],
      ["run-c", 12_750, 15_250],
      ["run-d", 15_500, 18_000],
    ]);
    expect(session.wallClockMs).toBe(Date.UTC(2026, 0, 1, 0, 0, 17, 500) - 2750);
  });

  it("keeps a place once given, and the order in which results came", () => {
    const session = new Session();
    session.apply([waiting(at(10, "run-a")), at(12, "run-b")]);
    expect(places(session)).toEqual([["run-b", 0, 2500]]);

    session.apply([at(10, "run-a")]);
    const before = session.placed;
    session.apply([at(12, "run-b", { windows: 9 })]);

    expect(places(session)).toEqual([
      ["run-b", 0, 2500],
      ["run-a", 2750, 5250],
    ]);
    expect(session.placed[0]?.run.windows).toBe(9);
    expect(session.placed).not.toBe(before);
  });

  it("says whether something has changed, and replaces its list only then", () => {
    const session = new Session();
    expect(session.apply([at(10, "run-a")])).toBe(true);
    const before = session.placed;

    expect(session.apply([waiting(at(12, "run-b"))])).toBe(false);
    expect(session.placed).toBe(before);
  });

  it.each([
    ["another project", { projectId: 2 }],
    ["other classes", { result: { ...RESULT, classes: ["idle", "snake"] } }],
  ])("begins anew with a run of %s", (_, changes) => {
    const session = new Session();
    session.apply([at(10, "run-a"), at(20, "run-b", changes), at(30, "run-c", changes)]);

    expect(places(session)).toEqual([
      ["run-b", 0, 2500],
      ["run-c", 10_000, 12_500],
    ]);
    expect(session.has("run-a")).toBe(false);
  });

  it("goes on with a recording whose file says no units", () => {
    const session = new Session();
    const axes = RESULT.axes.map(({ name }) => ({ name, units: "N/A" }));
    session.apply([at(10, "run-a"), at(20, "run-b", { result: { ...RESULT, axes } })]);

    expect(session.placed.map(({ run }) => run.runId)).toEqual(["run-a", "run-b"]);
  });

  it("leaves out one recording with other axes, and begins anew with a second in a row", () => {
    const session = new Session();
    const other = { result: { ...RESULT, axes: [{ name: "gyrX", units: "rad/s" }] } };
    session.apply([at(10, "run-a"), at(20, "run-b", other), at(20, "run-b", other), at(30, "run-c")]);
    expect(session.placed.map(({ run }) => run.runId)).toEqual(["run-a", "run-c"]);

    session.apply([at(40, "run-d", other)]);
    expect(session.placed.map(({ run }) => run.runId)).toEqual(["run-a", "run-c"]);
    session.apply([at(50, "run-e", other)]);
    expect(places(session)).toEqual([
      ["run-d", 0, 2500],
      ["run-e", 10_000, 12_500],
    ]);
  });

  it("gives no second place to a recording that is classified once more", () => {
    const session = new Session();
    session.apply([
      at(10, "run-a", { sampleId: 1 }),
      at(20, "run-b", { sampleId: 2 }),
      at(30, "run-c", { sampleId: 1, variant: "int8" }),
    ]);

    expect(session.placed.map(({ run }) => run.runId)).toEqual(["run-a", "run-b"]);
    expect(session.has("run-c")).toBe(false);
  });

  it.each([
    ["by one learn block", { blockId: 5, result: { ...RESULT, classes: [] } }],
    ["by another impulse", { impulseId: 2, result: { ...RESULT, classes: ["up", "down"] } }],
    ["after the impulse has got other classes", { result: { ...RESULT, classes: ["idle", "snake"] } }],
    ["after its axes were renamed", { result: { ...RESULT, axes: [{ name: "x", units: "g" }] } }],
  ])("stays as it is when a recording of it is classified once more %s, however often", (_, changes) => {
    const session = new Session();
    session.apply([at(10, "run-a", { sampleId: 1 }), at(20, "run-b", { sampleId: 2 })]);
    const before = session.placed;
    session.apply([at(30, "run-c", { ...changes, sampleId: 1 }), at(40, "run-d", { ...changes, sampleId: 2 })]);
    session.apply([at(50, "run-e", { ...changes, sampleId: 1 })]);

    expect(session.placed).toBe(before);
  });

  it.each([
    ["learn block", { blockId: 5, result: { ...RESULT, classes: [] } }],
    ["impulse", { impulseId: 2, result: { ...RESULT, classes: ["up", "down"] } }],
    ["impulse with the same classes", { impulseId: 2 }],
  ])("leaves out one recording judged by another %s, and begins anew with a second in a row", (_, changes) => {
    const session = new Session();
    session.apply([at(10, "run-a"), at(20, "run-b", changes), at(30, "run-c")]);
    expect(session.placed.map(({ run }) => run.runId)).toEqual(["run-a", "run-c"]);

    session.apply([at(40, "run-d", changes), at(50, "run-e", changes)]);
    expect(session.placed.map(({ run }) => run.runId)).toEqual(["run-d", "run-e"]);
  });

  it("needs two recordings for that, and not one that is looked at twice", () => {
    const session = new Session();
    const other = { result: { ...RESULT, axes: [{ name: "gyrX", units: "rad/s" }] } };
    session.apply([at(10, "run-a"), at(20, "run-b", { ...other, sampleId: 3 })]);
    session.apply([at(30, "run-c", { ...other, sampleId: 3, variant: "int8" })]);

    expect(session.placed.map(({ run }) => run.runId)).toEqual(["run-a"]);
  });

  it("does not take two recordings for the same change that differ from each other as well", () => {
    const session = new Session();
    session.apply([at(10, "run-a"), at(20, "run-b", { blockId: 5 }), at(30, "run-c", { blockId: 6 })]);

    expect(session.placed.map(({ run }) => run.runId)).toEqual(["run-a"]);
  });

  it("goes on with a recording too short for a window, of which nobody knows the classes", () => {
    const session = new Session();
    const short = { windows: 0, result: { ...RESULT, classes: [], windows: 0 } };
    session.apply([at(10, "run-a"), at(20, "run-b", short), at(30, "run-c")]);
    expect(session.placed.map(({ run }) => run.runId)).toEqual(["run-a", "run-b", "run-c"]);

    session.apply([at(40, "run-d", { result: { ...RESULT, classes: ["idle", "snake"] } })]);
    expect(session.placed.map(({ run }) => run.runId)).toEqual(["run-d"]);
  });

  it("goes on with an object detector that found other things", () => {
    const session = new Session();
    const found = (label: string) => ({ result: { ...RESULT, kinds: ["objects" as const], classes: [label] } });
    session.apply([at(10, "run-a", found("cup")), at(20, "run-b", found("lamp"))]);

    expect(session.placed).toHaveLength(2);
  });

  it("takes runs of earlier versions, which do not tell the kinds of their blocks", () => {
    const session = new Session();
    const { kinds, ...result } = RESULT;
    const early = { result: result as typeof RESULT };
    session.apply([at(10, "run-a", early), at(20, "run-b", early), at(30, "run-c", { result: { ...result, kinds } })]);

    expect(session.placed).toHaveLength(3);
  });

  it("lets go of the oldest run of thousands", () => {
    const session = new Session();
    for (let i = 0; i < 2_001; i++) session.apply([at(10 * i, `run-${i}`)]);
    session.apply([at(10, "run-1", { windows: 9 }), at(0, "run-2000", { windows: 8 })]);

    expect(session.placed).toHaveLength(2_000);
    expect(session.placed[0]).toMatchObject({ run: { runId: "run-1", windows: 9 }, startMs: 10_000 });
    expect(session.placed.at(-1)?.run.windows).toBe(8);
    expect(session.has("run-0")).toBe(false);
  });
});
