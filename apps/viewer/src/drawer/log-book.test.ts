import type { Run } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import type { Snapshot } from "../scope/scope-port.ts";
import { LogBook } from "./log-book.svelte.ts";

const open = { name: "open", attempt: 0, sinceMs: 0 } as const;
const lost = { name: "waiting", attempt: 1, retryAtMs: 0, reason: "connection closed with code 1006" } as const;

function runOf(windows: number, rest: Partial<Run> = {}): Run {
  return {
    runId: "run-1",
    projectId: 1,
    sampleId: 7,
    sampleName: "idle.7",
    expectedLabel: "idle",
    state: "streaming",
    createdAt: "2026-01-01T00:00:00.000Z",
    windows,
    verdicts: {},
    comparable: 0,
    matching: 0,
    ...rest,
  };
}

function snapshotOf(windows: number, run = runOf(windows), rest: Partial<Snapshot> = {}): Snapshot {
  return {
    source: { kind: "run", runId: run.runId },
    placed: [{ run, startMs: 0, endMs: 1000 }],
    startMs: 0,
    endMs: 1000,
    isLive: true,
    hasAnomaly: false,
    ranges: [],
    tally: { windows, comparable: 0, matching: 0, uncertain: 0, anomalies: 0 },
    filtered: windows,
    windowsPerSecond: 0,
    bytes: 0,
    version: windows,
    ...rest,
  };
}

function setUp() {
  const clock = { nowMs: 1_000 };
  const book = new LogBook(() => clock.nowMs);
  const texts = () => book.lines.map(({ text }) => text).reverse();
  return { clock, book, texts };
}

describe("LogBook", () => {
  it("tells of a loss, of the way back, and that nothing was missed once everything is here", () => {
    const { clock, book, texts } = setUp();
    book.connectionChanged(open);
    book.snapshotChanged(snapshotOf(100));
    book.connectionChanged(lost);
    clock.nowMs += 4_200;
    book.connectionChanged({ name: "connecting", attempt: 1 });
    book.connectionChanged({ ...open, attempt: 1 });

    book.snapshotChanged(snapshotOf(100, runOf(100), { heardAtMs: 900 }));
    book.snapshotChanged(snapshotOf(132, runOf(412), { heardAtMs: 5_300 }));
    expect(texts()).toHaveLength(3);
    book.snapshotChanged(snapshotOf(412, runOf(412), { heardAtMs: 5_400 }));
    book.snapshotChanged(snapshotOf(420, runOf(420), { heardAtMs: 5_500 }));

    expect(texts()).toEqual([
      "connected",
      "lost: connection closed with code 1006",
      "connected again after 4.2 s, try 1",
      "resumed; 312 windows came meanwhile, windows missed: none",
    ]);
  });

  it("says how many windows were missed when a run cannot be read to its end", () => {
    const { book, texts } = setUp();
    book.connectionChanged(open);
    book.snapshotChanged(snapshotOf(100));
    book.connectionChanged(lost);
    book.connectionChanged(open);

    book.snapshotChanged(snapshotOf(100, runOf(112, { state: "finished" }), { failure: "The log is no longer kept." }));

    expect(texts().slice(-2)).toEqual([
      "The log is no longer kept.",
      "resumed; 0 windows came meanwhile, windows missed: 12",
    ]);
    expect(book.lines[0]?.isAlert).toBe(true);
  });

  it("compares nothing when something else is on the screen after a loss", () => {
    const { book, texts } = setUp();
    book.connectionChanged(open);
    book.snapshotChanged(snapshotOf(100));
    book.connectionChanged(lost);
    book.snapshotChanged(snapshotOf(5, runOf(5, { runId: "run-2" })));
    book.connectionChanged(open);
    book.snapshotChanged(snapshotOf(9, runOf(9, { runId: "run-2" }), { heardAtMs: 2_000 }));

    expect(texts().some((text) => text.startsWith("resumed"))).toBe(false);
  });

  it("writes a run's failure and warning once", () => {
    const { book, texts } = setUp();
    const failed = runOf(0, { runId: "run-2", sampleName: "wave.8", state: "failed", error: "Studio has no impulse." });
    const odd = runOf(4, { warning: "the last window is short" });

    book.runsChanged([failed, odd]);
    book.runsChanged([failed, odd]);
    book.runsChanged([failed, { ...odd, warning: "waits for Studio" }]);

    expect(texts()).toEqual([
      "idle.7 the last window is short",
      "wave.8 failed: Studio has no impulse.",
      "idle.7 waits for Studio",
    ]);
  });

  it("puts a failure of before at its own time, below what has happened since", () => {
    const { clock, book, texts } = setUp();
    clock.nowMs = Date.parse("2026-01-02T00:00:00.000Z");
    book.connectionChanged(open);

    book.runsChanged([runOf(0, { state: "failed", error: "no impulse", endedAt: "2026-01-01T12:00:00.000Z" })]);

    expect(texts()).toEqual(["idle.7 failed: no impulse", "connected"]);
    expect(book.lines[1]?.atMs).toBe(Date.parse("2026-01-01T12:00:00.000Z"));
  });

  it("tells when Studio cannot be reached, and when it can be again", () => {
    const { book, texts } = setUp();
    for (const state of ["connecting", "connected", "unreachable", "unreachable", "connected"] as const) {
      book.studioChanged({ state, message: state === "unreachable" ? "ECONNREFUSED" : "" });
    }

    expect(texts()).toEqual(["connected", "unreachable: ECONNREFUSED", "connected"]);
  });

  it("tells when the server cannot store anything, and when it can again", () => {
    const { book, texts } = setUp();
    for (const [state, message] of [
      ["storing", "Results are stored."],
      ["refusing", "The disk is full."],
      ["refusing", "The disk is full."],
      ["storing", "Results are stored."],
    ] as const) {
      book.storeChanged({ state, message });
    }

    expect(texts()).toEqual(["The disk is full.", "Results are stored."]);
    expect(book.lines.map(({ isAlert }) => isAlert)).toEqual([false, true]);
  });

  it("keeps the newest 500 lines", () => {
    const { book } = setUp();
    for (let i = 0; i < 400; i++) {
      book.connectionChanged(open);
      book.connectionChanged(lost);
    }

    expect(book.lines).toHaveLength(500);
    expect(book.lines[0]?.text).toMatch(/^lost/);
  });
});
