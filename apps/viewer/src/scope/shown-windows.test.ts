import { describe, expect, it } from "vitest";

import { RESULT, runOf, storeOf, WINDOWS } from "./fixtures.ts";
import type { WindowFilter, WindowRecord } from "./scope-port.ts";
import { ShownWindows, type ShownRun } from "./shown-windows.ts";

/** Three runs of four windows, the second of which is not read yet. */
function shownWindows(): ShownWindows {
  const runs = ["run-a", "run-b", "run-c"].map((runId, i): ShownRun => {
    const run = runOf(runId);
    return { run, startMs: i * 10_000, endMs: i * 10_000 + 2500, store: i === 1 ? undefined : storeOf(run) };
  });
  const windows = new ShownWindows();
  windows.show(runs);
  return windows;
}

function name(record: WindowRecord | undefined): string | undefined {
  return record && `${record.runId}#${record.index}`;
}

describe("ShownWindows", () => {
  it("gives windows their times on the common clock, and numbers that stay when more is read", () => {
    const windows = shownWindows();

    expect(windows.window({ runId: "run-c", index: 1 })).toMatchObject({ ordinal: 9, startMs: 20_500, endMs: 21_500 });
    expect(windows.last).toMatchObject({ runId: "run-c", index: 3, ordinal: 11 });
    expect(windows.window({ runId: "run-b", index: 0 })).toBeUndefined();
    expect(windows.window({ runId: "run-c", index: 4 })).toBeUndefined();
  });

  it.each<[WindowFilter, (string | undefined)[]]>([
    [{ only: "mismatch" }, ["run-a#1", "run-a#2", "run-a#3", "run-c#1", "run-c#2", "run-c#3"]],
    [{ only: "uncertain" }, ["run-a#2", "run-c#2"]],
    [{ only: "anomaly" }, ["run-a#3", "run-c#3"]],
    [{ only: "all", expected: "idle" }, ["run-a#0", "run-a#1", "run-c#0", "run-c#1"]],
    [{ only: "all", expected: "idle", verdict: "wave" }, ["run-a#1", "run-c#1"]],
    [{ only: "all", expected: "" }, []],
    [{ only: "all", expected: "unheard of" }, []],
    [{ only: "mismatch", verdict: "idle" }, []],
  ])("lists the windows that pass %o", (filter, wanted) => {
    const windows = shownWindows();
    windows.filterBy(filter);

    expect(windows.filtered).toBe(wanted.length);
    expect(windows.rows(0, 100).map(name)).toEqual(wanted);
    expect(windows.rows(1, 3).map(name)).toEqual(wanted.slice(1, 3));
    expect(windows.rows(0, 100).map((record) => windows.row(record))).toEqual(wanted.map((_, row) => row));
  });

  it("knows no row of a window that does not pass, or is not there", () => {
    const windows = shownWindows();
    expect(windows.row({ runId: "run-c", index: 2 })).toBe(6);
    windows.filterBy({ only: "uncertain" });

    expect(windows.row({ runId: "run-c", index: 3 })).toBe(-1);
    expect(windows.row({ runId: "run-b", index: 0 })).toBe(-1);
    expect(windows.row({ runId: "run-none", index: 0 })).toBe(-1);
  });

  it("lists by the verdicts of now", () => {
    const windows = shownWindows();
    windows.filterBy({ only: "uncertain" });
    expect(windows.filtered).toBe(2);

    for (const { store } of windows.runs) store?.judgeBy({ minimumConfidence: 1, anomaly: 2 });
    windows.judgedAnew();

    expect(windows.filtered).toBe(8);
  });

  it.each([
    [-100, "run-a#0"],
    [600, "run-a#0"],
    [1000, "run-a#1"],
    [2499, "run-a#3"],
    [2500, "run-a#3"],
    [9_000, "run-a#3"],
    [15_000, "run-c#0"],
    [99_999, "run-c#3"],
  ])("finds the window at %d ms, or the nearest: %s", (ms, wanted) => {
    expect(name(shownWindows().windowAt(ms))).toBe(wanted);
  });

  it("steps from run to run, as far as there are windows, and from nowhere from the ends", () => {
    const windows = shownWindows();

    expect(name(windows.step({ runId: "run-a", index: 3 }, 1))).toBe("run-c#0");
    expect(name(windows.step({ runId: "run-c", index: 0 }, -2))).toBe("run-a#2");
    expect(name(windows.step({ runId: "run-c", index: 3 }, 5))).toBe("run-c#3");
    expect(name(windows.step(undefined, 1))).toBe("run-a#0");
    expect(name(windows.step(undefined, -1))).toBe("run-c#3");
    expect(name(windows.step({ runId: "run-none", index: 0 }, -1))).toBe("run-c#3");
    expect(new ShownWindows().step(undefined, 1)).toBeUndefined();
  });

  it("finds the next mismatch or anomaly, around the end if need be", () => {
    const windows = shownWindows();

    expect(name(windows.next(undefined, "mismatch", 1))).toBe("run-a#1");
    expect(name(windows.next(undefined, "mismatch", -1))).toBe("run-c#3");
    expect(name(windows.next({ runId: "run-a", index: 3 }, "mismatch", 1))).toBe("run-c#1");
    expect(name(windows.next({ runId: "run-c", index: 3 }, "mismatch", 1))).toBe("run-a#1");
    expect(name(windows.next({ runId: "run-a", index: 1 }, "mismatch", -1))).toBe("run-c#3");
    expect(name(windows.next({ runId: "run-a", index: 3 }, "anomaly", 1))).toBe("run-c#3");
    for (const { store } of windows.runs) store?.judgeBy({ anomaly: 2 });
    expect(windows.next(undefined, "anomaly", 1)).toBeUndefined();
  });

  it("comes around to the only one there is", () => {
    const windows = new ShownWindows();
    windows.show([{ run: runOf("run-a"), startMs: 0, endMs: 2500, store: storeOf(runOf("run-a")) }]);

    expect(name(windows.next({ runId: "run-a", index: 3 }, "anomaly", 1))).toBe("run-a#3");
    expect(name(windows.next({ runId: "run-a", index: 3 }, "anomaly", -1))).toBe("run-a#3");
  });

  it("puts scores in the order of all classes, where runs have others", () => {
    const runs = [["cup"], ["lamp", "cup"]].map((classes, i): ShownRun => {
      const run = runOf(`run-${i}`, { result: { ...RESULT, kinds: ["objects"], classes } });
      const scores = classes.map((_, row) => 0.5 + row / 4);
      return { run, startMs: i * 1_000, endMs: i * 1_000, store: storeOf(run, [{ scores, verdict: 0 }]) };
    });
    const windows = new ShownWindows();
    windows.show(runs);

    expect(windows.classes).toEqual(["cup", "lamp"]);
    expect(windows.window({ runId: "run-0", index: 0 })?.scores).toEqual([0.5, NaN]);
    expect(windows.window({ runId: "run-1", index: 0 })?.scores).toEqual([0.75, 0.5]);
  });

  it("finds the same window of the run beside, by its time", () => {
    const run = runOf("run-a");
    const windows = new ShownWindows();
    windows.show(
      [{ run, startMs: 0, endMs: 2500, store: storeOf(run) }],
      storeOf(
        runOf("run-b"),
        WINDOWS.slice(1, 3).map((window, i) => ({ ...window, startMs: 500 * (i + 1) })),
      ),
    );

    const besides = [0, 1, 2, 3].map((index) => windows.window({ runId: "run-a", index })?.beside?.verdict);
    expect(besides).toEqual([undefined, "wave", "uncertain", undefined]);
  });
});
