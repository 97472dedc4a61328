import { describe, expect, it } from "vitest";

import type { Snapshot } from "../scope/scope-port.ts";
import { freshnessOf, isLagging, isReceiving, noticeOf, troubleOf, warningsOf, type Seen } from "./situation.ts";
import { result, run, snapshot } from "./test-snapshot.ts";

const open = { name: "open", attempt: 0, sinceMs: 0 } as const;
const nothing: Seen = {
  connection: open,
  studio: { state: "connected", message: "" },
  store: { state: "storing", message: "The runs are stored." },
  runs: [],
  isCaughtUp: true,
  snapshot: undefined,
  source: { kind: "session" },
};
const empty: Partial<Snapshot> = {
  result: undefined,
  newest: undefined,
  tally: { windows: 0, comparable: 0, matching: 0, uncertain: 0, anomalies: 0 },
};
const shown = { kind: "run", runId: "run-1" } as const;

/** The page with one run on the screen, in this state, of which nothing can be drawn. */
function withRun(state: Partial<typeof run>): Partial<Seen> {
  const changed = { ...run, ...state };
  const placed = [{ run: changed, startMs: 0, endMs: 0 }];
  return { source: shown, runs: [changed], snapshot: snapshot({ ...empty, placed }) };
}

describe("noticeOf", () => {
  it.each<[string, Partial<Seen>, string]>([
    ["a page that connects", { isCaughtUp: false }, "Connecting… The list of runs is on its way."],
    [
      "a project without recordings",
      {},
      "No windows yet. As soon as a recording lands in the project, its windows appear here by themselves.",
    ],
    [
      "a Studio that is down",
      { studio: { state: "unreachable", message: "x" } },
      "No windows yet. The server gets no recordings from Studio; it keeps trying.",
    ],
    [
      "a Studio that refuses the key",
      { studio: { state: "refused", message: "Invalid API key." } },
      "Studio does not let the server in. Invalid API key. Check EI_API_KEY and restart the server.",
    ],
    [
      "a closed connection",
      { connection: { name: "closed", reason: "too old" } },
      "The server closed the connection. too old. Reload the page to try again.",
    ],
    ["a run on its way", { source: shown, runs: [run] }, "Loading… idle.7 is on its way."],
    ["a run that nobody knows", { source: shown }, "Loading… The run is on its way."],
    ["a run that waits", withRun({ state: "waiting" }), "Waiting for Studio… idle.7 is next."],
    ["a run that waits for something", withRun({ state: "waiting", warning: "busy" }), "Waiting for Studio… busy"],
    [
      "a run in a job",
      withRun({ state: "classifying" }),
      "Studio is classifying… idle.7 went into a job; its windows follow.",
    ],
    ["a run that failed", withRun({ state: "failed", error: "no model" }), "idle.7 could not be classified. no model"],
    ["a run that was cancelled", withRun({ state: "cancelled" }), "This run was cancelled. It has no windows."],
    ["a run too short for a window", withRun({ warning: "It lasts 1 s." }), "idle.7 has no windows. It lasts 1 s."],
    [
      "a run that cannot be read",
      { source: shown, snapshot: snapshot({ ...empty, failure: "There is no log run-1." }) },
      "This run cannot be shown. There is no log run-1.",
    ],
    [
      "a session whose only sample failed",
      { runs: [{ ...run, state: "failed", error: "wrong axes" }], snapshot: snapshot({ ...empty, placed: [] }) },
      "idle.7 could not be classified. wrong axes",
    ],
    [
      "a session whose first sample is at work",
      { runs: [{ ...run, state: "classifying" }] },
      "No windows yet. idle.7 is being classified; its windows follow.",
    ],
  ])("says of %s what is the matter", (_, seen, said) => {
    const notice = noticeOf({ ...nothing, ...seen });

    expect(`${notice?.title} ${notice?.detail}`).toBe(said);
  });

  it("is silent as soon as there is something to draw, whatever else is wrong", () => {
    expect(noticeOf({ ...nothing, snapshot: snapshot() })).toBeUndefined();
    expect(noticeOf({ ...nothing, snapshot: snapshot({ failure: "gone" }), source: shown })).toBeUndefined();
    expect(noticeOf({ ...nothing, snapshot: snapshot(), studio: { state: "refused", message: "" } })).toBeUndefined();
    const closed = { name: "closed", reason: "too old" } as const;
    expect(noticeOf({ ...nothing, snapshot: snapshot(), connection: closed })).toBeUndefined();
  });

  it("offers a start where there is nothing yet", () => {
    expect(noticeOf(nothing)?.offersStart).toBe(true);
    expect(noticeOf({ ...nothing, isCaughtUp: false })?.offersStart).toBeUndefined();
  });
});

describe("troubleOf", () => {
  it("counts down to the next attempt", () => {
    const connection = { name: "waiting", attempt: 3, retryAtMs: 10_000, reason: "the server is gone." } as const;

    expect(troubleOf({ connection, studio: undefined, store: undefined }, 6_100)).toEqual({
      text: "Reconnecting, try 3, next in 4 s: the server is gone.",
      nextTryMs: 10_000,
      canRetry: true,
    });
    expect(troubleOf({ connection, studio: undefined, store: undefined }, 20_000)?.text).toContain("next in 0 s");
  });

  it("is silent at the first attempt, and says of later ones why", () => {
    const connecting = { name: "connecting", attempt: 0 } as const;

    expect(troubleOf({ connection: connecting, studio: undefined, store: undefined }, 0)).toBeUndefined();
    expect(
      troubleOf({ connection: { ...connecting, attempt: 2, reason: "lost" }, studio: undefined, store: undefined }, 0)
        ?.text,
    ).toBe("Reconnecting, try 2, now: lost.");
  });

  it("passes on what Studio says", () => {
    const said = (state: "unreachable" | "refused") =>
      troubleOf({ connection: open, studio: { state, message: "Studio says no." }, store: undefined }, 0)?.text;

    expect(said("unreachable")).toBe("Studio says no. Trying again…");
    expect(said("refused")).toBe("Studio says no. Check EI_API_KEY and restart the server.");
  });

  it("says that nothing can be stored, also while Studio is away, and is silent when it can be again", () => {
    const said = (state: "storing" | "refusing") =>
      troubleOf(
        {
          connection: open,
          studio: { state: "unreachable", message: "Studio is away." },
          store: { state, message: "Results cannot be stored for the moment: disk full." },
        },
        0,
      )?.text;

    expect(said("refusing")).toBe(
      "Results cannot be stored for the moment: disk full. What is shown stands still until they can; nothing of it is lost.",
    );
    expect(said("storing")).toBe("Studio is away. Trying again…");
  });
});

describe("isReceiving", () => {
  it.each<[string, Partial<Seen>, boolean]>([
    ["all is well", {}, true],
    ["the connection is lost", { connection: { name: "waiting", attempt: 1, retryAtMs: 0, reason: "" } }, false],
    ["Studio is away", { studio: { state: "unreachable", message: "" } }, false],
    ["the server has not said yet whether it stores", { store: undefined }, true],
    ["the server cannot store", { store: { state: "refusing", message: "disk full" } }, false],
  ])("tells whether new windows come while %s", (_, seen, receives) => {
    expect(isReceiving({ ...nothing, ...seen })).toBe(receives);
  });
});

describe("warningsOf", () => {
  it("tells of a run that ended early, and of what it warns of", () => {
    const placed = (state: Partial<typeof run>) => [{ run: { ...run, ...state }, startMs: 0, endMs: 0 }];
    const warnings = (state: Partial<typeof run>, more: Partial<Snapshot> = {}) =>
      warningsOf({ source: shown, snapshot: snapshot({ placed: placed(state), ...more }), runs: [] });

    expect(warnings({ state: "failed", error: "gone" })).toEqual(["This run failed before it was complete: gone"]);
    expect(warnings({ state: "cancelled" })).toEqual(["Cancelled after 101 of 101 windows."]);
    expect(warnings({ warning: "odd" }, { failure: "lost" })).toEqual([
      "The rest of this run cannot be shown: lost",
      "odd",
    ]);
    expect(warnings({})).toEqual([]);
  });

  it("tells in a session why its newest recording brings nothing, unless the notice does", () => {
    const warnings = (state: Partial<typeof run>, more: Partial<Snapshot> = {}) =>
      warningsOf({ source: { kind: "session" }, snapshot: snapshot(more), runs: [{ ...run, ...state }] });

    expect(warnings({ warning: "Too short." })).toEqual([`${run.sampleName}: Too short.`]);
    expect(warnings({ state: "failed", error: "gone" })).toEqual([`${run.sampleName} could not be classified: gone`]);
    expect(warnings({ warning: "Too short." }, { ...empty, placed: [] })).toEqual([]);
    expect(warnings({})).toEqual([]);
  });
});

describe("freshnessOf", () => {
  const streaming = (windows: number, streamedMs: number) =>
    snapshot({
      isLive: true,
      heardAtMs: 0,
      streamedMs,
      placed: [{ run: { ...run, state: "streaming", windows }, startMs: 0, endMs: 10_000 }],
      tally: { windows, comparable: windows, matching: windows, uncertain: 0, anomalies: 0 },
    });

  it("fills the first window", () => {
    expect(freshnessOf(streaming(0, 800), true, 0)).toEqual({ kind: "filling", filledMs: 800, windowMs: 2_000 });
    expect(freshnessOf(streaming(0, 2_500), true, 0)).toEqual({ kind: "live" });
    expect(freshnessOf({ ...streaming(0, 800), tally: snapshot().tally }, true, 0)).toEqual({ kind: "live" });
  });

  it("is stale when a run that streams has missed three intervals, unless the connection says why", () => {
    expect(freshnessOf(streaming(5, 4_000), true, 1_500)).toEqual({ kind: "live" });
    expect(freshnessOf(streaming(5, 4_000), true, 4_200)).toEqual({ kind: "stale", forMs: 4_200 });
    expect(freshnessOf(streaming(5, 4_000), false, 4_200)).toEqual({ kind: "live" });
  });

  it("expects nothing between two recordings, and of a file", () => {
    expect(freshnessOf(snapshot({ isLive: true, heardAtMs: 1_000 }), true, 61_000)).toEqual({
      kind: "idle",
      agoMs: 60_000,
    });
    expect(freshnessOf(undefined, true, 0)).toEqual({ kind: "idle", agoMs: undefined });
  });

  it("says how old the newest windows are, not when a page that was just opened heard of them", () => {
    const over = { ...run, state: "finished", endedAt: "2026-01-01T10:00:00.000Z" } as const;
    const failed = {
      ...over,
      runId: "run-2",
      state: "failed",
      windows: 0,
      endedAt: "2026-01-01T11:00:00.000Z",
    } as const;
    const nowMs = Date.parse("2026-01-01T11:00:01.000Z");
    const opened = snapshot({
      isLive: true,
      heardAtMs: nowMs,
      placed: [over, failed].map((each) => ({ run: each, startMs: 0, endMs: 10_000 })),
    });

    expect(freshnessOf(opened, true, nowMs)).toEqual({ kind: "idle", agoMs: 3_601_000 });
  });
});

describe("isLagging", () => {
  it.each([
    [41, 80, false],
    [241, 80, true],
    [499, 1_000, false],
    [501, 1_000, true],
    [100, 16, false],
    [undefined, 80, false],
  ])("a lag of %s ms at a hop of %s ms: %s", (lagMs, windowIncreaseMs, lags) => {
    expect(isLagging({ lagMs, result: { ...result, windowIncreaseMs } })).toBe(lags);
  });
});
