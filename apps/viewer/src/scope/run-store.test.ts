import { VERDICT, type Entry, type Run } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import { readingsEntry, RESULT, runEntry, runOf, storeOf, WINDOWS, windowsEntry } from "./fixtures.ts";
import { PICTURE_MS, RunStore } from "./run-store.ts";

describe("RunStore", () => {
  it("gathers signal and windows over any number of entries", () => {
    const store = new RunStore("run-1");
    store.apply(runEntry(runOf("run-1")));
    store.apply(readingsEntry([1, 10, 2, 20, 3, 30], 2));
    store.apply(readingsEntry([4, 40, 5, 50], 2));
    store.apply(windowsEntry(WINDOWS.slice(0, 1)));
    store.apply(windowsEntry(WINDOWS.slice(1), 1));

    expect({ readings: store.readingCount, windows: store.windowCount, lengthMs: store.lengthMs }).toEqual({
      readings: 5,
      windows: 4,
      lengthMs: 2500,
    });
    expect(store.axes.map((axis) => [...axis.copy(0, 9)])).toEqual([
      [1, 2, 3, 4, 5],
      [10, 20, 30, 40, 50],
    ]);
    expect(store.window(3)?.startMs).toBe(1500);
    expect(store.window(4)).toBeUndefined();
    expect(store.window(-1)).toBeUndefined();
  });

  it("says of each window its verdict, its label and whether they contradict each other, and counts them", () => {
    const store = storeOf(runOf("run-1"));

    expect([0, 1, 2, 3].map((index) => store.window(index))).toMatchObject([
      { verdict: "idle", expected: "idle", isMismatch: false, anomaly: -0.25 },
      { verdict: "wave", expected: "idle", isMismatch: true },
      { verdict: "uncertain", expected: "wave", isMismatch: true },
      { verdict: "anomaly", expected: "wave", isMismatch: true, scores: [0.125, 0.875] },
    ]);
    expect(store.tally).toEqual({ windows: 4, comparable: 4, matching: 1, uncertain: 1, anomalies: 1 });
  });

  it("keeps scores exactly, also where the first that float32 would round comes late", () => {
    const store = storeOf(runOf("run-1"));
    store.apply(windowsEntry([{ scores: [0.1, 0.9], verdict: 1 }], 4));

    expect(store.window(0)?.scores).toEqual([0.75, 0.25]);
    expect(store.window(4)?.scores).toEqual([0.1, 0.9]);
    expect(store.scores?.length).toBe(5);
  });

  it("judges by other limits, what is there and what comes, and goes back to the server's verdicts", () => {
    const store = storeOf(runOf("run-1"));
    const said = [0, 1, 2, 3].map((index) => store.window(index)?.verdict);

    store.judgeBy({ minimumConfidence: 0.5, anomaly: 0.6 });
    store.apply(windowsEntry([{ scores: [0.5, 0.25], anomaly: 0.55, verdict: VERDICT.uncertain }], 4));

    expect([0, 1, 2, 3, 4].map((index) => store.window(index)?.verdict)).toEqual([
      "idle",
      "wave",
      "idle",
      "wave",
      "idle",
    ]);
    expect(store.tally).toEqual({ windows: 5, comparable: 5, matching: 2, uncertain: 0, anomalies: 0 });

    store.judgeBy(undefined);
    expect([0, 1, 2, 3].map((index) => store.window(index)?.verdict)).toEqual(said);
    expect(store.tally).toEqual({ windows: 5, comparable: 5, matching: 1, uncertain: 2, anomalies: 1 });
  });

  const regression: Run = runOf("run-1", {
    result: {
      ...RESULT,
      kinds: ["value"],
      classes: [],
      thresholds: { maximumError: 0.5 },
      expected: [{ startMs: 0, endMs: 2500, label: "12.5" }],
    },
  });

  it("gives a regression its numbers, and compares them with the label by the error that is allowed", () => {
    const values = [12.25, 13.5, NaN];
    const store = storeOf(
      regression,
      values.map((value) => ({ scores: [value], verdict: VERDICT.value })),
    );

    expect(values.map((_, index) => store.window(index))).toMatchObject([
      { verdict: "12.25", value: 12.25, scores: [], isMismatch: false },
      { verdict: "13.5", value: 13.5, isMismatch: true },
      { verdict: "value", value: undefined, isMismatch: false },
    ]);
    expect(store.tally).toMatchObject({ comparable: 2, matching: 1 });
    expect(store.scores).toBeUndefined();

    store.judgeBy({ maximumError: 1 });
    expect(store.tally).toMatchObject({ comparable: 2, matching: 2 });
  });

  it("gives the words of a model that writes", () => {
    const store = storeOf(runOf("run-1", { result: { ...RESULT, kinds: ["texts"], classes: [] } }), [
      { scores: [], verdict: VERDICT.texts },
    ]);
    expect(store.window(0)?.verdict).toBe("texts");

    store.apply({
      kind: "details",
      log: 1,
      seq: 3,
      first: 0,
      details: [{ index: 0, texts: { a: "a cup", b: "red" } }],
    });

    expect(store.window(0)).toMatchObject({ verdict: "a cup, red", details: { index: 0 } });
  });

  it("knows the labels of a run whose codes were asked for before its result came, as a drawing does", () => {
    const store = new RunStore("run-1");
    const classifying = runOf("run-1", { state: "classifying" });
    delete (classifying as { result?: unknown }).result;
    store.apply(runEntry(classifying));
    expect(store.codes.uncertain).toBe(VERDICT.uncertain);
    expect(store.labelNames).toEqual([]);

    store.apply(runEntry(runOf("run-1")));
    store.apply(windowsEntry(WINDOWS));

    expect(store.window(0)?.expected).toBe("idle");
    expect(store.tally).toMatchObject({ comparable: 4, matching: 1 });
  });

  it("gives pictures, which have no length, a place on the time axis, and tells their times as they are", () => {
    const still = { scores: [0.75, 0.25], verdict: 0, startMs: 0, endMs: 0 };
    const store = storeOf(runOf("run-1", { result: { ...RESULT, intervalMs: 0 } }), [still, still]);

    expect(store.window(1)).toMatchObject({ startMs: PICTURE_MS, endMs: 2 * PICTURE_MS });
    expect(store.statedTimesOf(1)).toEqual({ startMs: 0, endMs: 0 });
    expect(store.readings(1)).toBeUndefined();
  });

  it("hands out the readings of a window, the axes together", () => {
    const store = new RunStore("run-1");
    store.apply(runEntry(runOf("run-1")));
    store.apply(readingsEntry([1, 10, 2, 20, 3, 30, 4, 40, 5, 50], 2));
    store.apply(windowsEntry(WINDOWS));

    expect(store.readings(1)).toEqual({ intervalMs: 500, values: Float32Array.of(2, 20, 3, 30) });
    expect(store.readings(4)).toBeUndefined();
  });

  it("judges many windows as it judges few, however many change", () => {
    const many = Array.from({ length: 2_000 }, (_, i) => ({ scores: [(i % 100) / 100, 0], anomaly: 0, verdict: 0 }));
    const store = storeOf(runOf("run-1"), many);
    for (const minimumConfidence of [0.5, 0.51, 0.02, 0.99, 0.98, 0.5]) {
      store.judgeBy({ minimumConfidence });
      const uncertain = many.filter(({ scores }) => (scores[0] as number) < minimumConfidence).length;

      expect(store.tally.uncertain).toBe(uncertain);
      expect(store.verdicts.count(VERDICT.uncertain, 0, 2_000)).toBe(uncertain);
    }
  });

  it("needs less than 150 bytes for a window of ten classes", () => {
    const classes = Array.from({ length: 10 }, (_, i) => `class ${i}`);
    const store = storeOf(runOf("run-1", { result: { ...RESULT, classes } }), []);
    const batch = Array.from({ length: 1_024 }, (_, i) => ({
      scores: classes.map((_, row) => ((i * (row + 3)) % 97) / 97),
      anomaly: (i % 41) / 41,
      verdict: i % 10,
    }));
    const { startMs, endMs, ...entry } = windowsEntry(batch) as Extract<Entry, { kind: "windows" }>;
    // Four whole chunks: what a column has spare does not count.
    const count = 4 * 65_536;
    for (let first = 0; first < count; first += batch.length) {
      const later = first * 500;
      const times = { startMs: startMs.map((ms) => ms + later), endMs: endMs.map((ms) => ms + later) };
      store.apply({ ...entry, ...times, first });
    }

    expect(store.windowCount).toBe(count);
    expect(store.bytes / count).toBeLessThan(150);
  });
});
