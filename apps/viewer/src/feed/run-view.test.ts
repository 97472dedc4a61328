import { VERDICT, type Entry, type LiveConnection, type LogEvent, type Run } from "@windowscope/protocol";
import { describe, expect, it, vi } from "vitest";

import { RunView } from "./run-view.svelte.ts";

const run: Run = {
  runId: "run-1",
  projectId: 1,
  sampleId: 7,
  sampleName: "idle.7",
  expectedLabel: "idle",
  state: "streaming",
  createdAt: "2026-01-01T00:00:00.000Z",
  windows: 0,
  verdicts: {},
  comparable: 0,
  matching: 0,
  result: {
    kinds: ["classes", "anomaly"],
    classes: ["idle", "wave"],
    axes: [{ name: "accX", units: "m/s2" }],
    intervalMs: 500,
    readings: 4,
    windowSizeMs: 1000,
    windowIncreaseMs: 500,
    windows: 4,
    thresholds: { minimumConfidence: 0.6, anomaly: 0.3 },
    expected: [
      { startMs: 0, endMs: 1500, label: "idle" },
      { startMs: 1500, endMs: 2500, label: "wave" },
    ],
  },
};

const verdicts = [0, 1, VERDICT.uncertain, VERDICT.anomaly];

/** Windows `from` to `to`, as an entry of the run's log. */
function windows(from: number, to: number): Entry {
  const codes = verdicts.slice(from, to + 1);
  const startMs = Float64Array.from(codes, (_, i) => (from + i) * 500);
  return {
    kind: "windows",
    log: 1,
    seq: 2 + from,
    first: from,
    count: codes.length,
    classCount: 2,
    startMs,
    endMs: startMs.map((start) => start + 1000),
    scores: Float32Array.from(codes.flatMap(() => [0.75, 0.25])),
    anomaly: Float32Array.from(codes, (code) => (code === VERDICT.anomaly ? 0.5 : -0.25)),
    verdicts: Uint8Array.from(codes),
  };
}

const readings: Entry = {
  kind: "readings",
  log: 1,
  seq: 1,
  first: 0,
  count: 4,
  axisCount: 1,
  values: Float32Array.of(1, 2, 3, 4),
};

function entries(...list: readonly Entry[]): LogEvent {
  return { type: "entries", entries: list };
}

/** Shows a run whose log says this, to its end. */
async function show(...events: readonly (LogEvent | Error)[]): Promise<RunView> {
  const view = new RunView("run-1", (show) => {
    queueMicrotask(show);
    return () => undefined;
  });
  const live = {
    async *subscribe(log: string) {
      expect(log).toBe("run-1");
      for (const event of events) {
        if (event instanceof Error) throw event;
        yield event;
      }
    },
  };
  await view.follow(live as unknown as LiveConnection);
  return view;
}

/** Calls that a page would make before its next frame; a hidden page makes none. */
function createFrames() {
  const due = new Set<() => void>();
  const nextFrame = (show: () => void) => {
    due.add(show);
    return () => void due.delete(show);
  };
  return { due, nextFrame };
}

const start = entries({ kind: "run", log: 1, seq: 0, run }, readings);

describe("RunView", () => {
  it("gathers signal and windows over any number of entries", async () => {
    const view = await show(start, entries(windows(0, 1)), { type: "live" }, entries(windows(2, 3)));

    expect(view.run).toEqual(run);
    expect(view.data.readingCount).toBe(4);
    expect(view.data.signal(500)).toMatchObject([{ offset: 0, stride: 1, count: 4, intervalMs: 500 }]);
    expect([0, 1, 2, 3].map((index) => view.data.window(index)?.startMs)).toEqual([0, 500, 1000, 1500]);
    expect(view.data.window(4)).toBeUndefined();
  });

  it("says of each window its verdict, its label and whether they contradict each other", async () => {
    const view = await show(start, entries(windows(0, 3)));

    expect([0, 1, 2, 3].map((index) => view.data.window(index))).toMatchObject([
      { verdict: "idle", expected: "idle", isMismatch: false },
      { verdict: "wave", expected: "idle", isMismatch: true },
      { verdict: "uncertain", expected: "wave", isMismatch: true },
      { verdict: "anomaly", expected: "wave", isMismatch: true },
    ]);
    expect(view.tally).toEqual({ windows: 4, matching: 1, comparable: 4, uncertain: 1 });
  });

  it("does not judge windows whose label the impulse does not know", async () => {
    const unknown = { ...run, result: { ...run.result!, expected: [{ startMs: 0, endMs: 2500, label: "shake" }] } };
    const view = await show(entries({ kind: "run", log: 1, seq: 0, run: unknown }), entries(windows(0, 3)));

    expect(view.data.window(1)?.isMismatch).toBe(false);
    expect(view.tally).toMatchObject({ matching: 0, comparable: 0 });
  });

  it("shows the last window until one is picked, and again after it is let go", async () => {
    const view = await show(start, entries(windows(0, 3)));
    expect(view.current?.index).toBe(3);

    view.select(1);
    expect(view.current?.index).toBe(1);
    view.select(undefined);

    expect(view.current?.index).toBe(3);
  });

  it("steps from window to window and stays at the ends", async () => {
    const view = await show(start, entries(windows(0, 3)));

    view.step(-1);
    expect(view.selected).toBe(3);
    view.step(-10);
    expect(view.selected).toBe(0);
    view.step(99);
    expect(view.selected).toBe(3);
  });

  it("goes round the mismatches", async () => {
    const view = await show(start, entries(windows(0, 3)));
    const visited = [1, 2, 3, 4].map(() => {
      view.selectNextMismatch();
      return view.selected;
    });

    expect(visited).toEqual([1, 2, 3, 1]);
  });

  it("has nothing to pick in a run without windows", async () => {
    const view = await show(start);
    view.step(1);
    view.selectNextMismatch();

    expect(view.selected).toBeUndefined();
    expect(view.current).toBeUndefined();
  });

  it("forgets everything at a reset, and takes what follows", async () => {
    const view = await show(
      start,
      entries(windows(0, 3)),
      { type: "reset", why: "epoch" },
      start,
      entries(windows(0, 0)),
    );

    expect(view.tally.windows).toBe(1);
    expect(view.data.readingCount).toBe(4);
  });

  it("says why a run cannot be shown", async () => {
    const view = await show(new Error("There is no log run-1."));

    expect(view.failure).toBe("There is no log run-1.");
  });

  it("leaves nothing behind on a hidden page, which draws no frames", async () => {
    const { due, nextFrame } = createFrames();
    const view = new RunView("run-1", nextFrame);
    const live = {
      async *subscribe(_log: string, _from: unknown, signal: AbortSignal) {
        yield start;
        await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      },
    };
    const following = view.follow(live as unknown as LiveConnection);
    await Promise.resolve();
    await vi.waitFor(() => expect(due.size).toBe(1));
    view.leave();
    await following;

    expect(due.size).toBe(0);
  });
});
