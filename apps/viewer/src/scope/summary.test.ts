import { VERDICT } from "@windowscope/protocol";
import { describe, expect, it } from "vitest";

import { RESULT, runOf, storeOf, WINDOWS, type TestWindow } from "./fixtures.ts";
import type { RunStore } from "./run-store.ts";
import { ShownWindows } from "./shown-windows.ts";
import { summarise } from "./summary.ts";

function show(...stores: readonly RunStore[]): ShownWindows {
  const windows = new ShownWindows();
  windows.show(
    stores.map((store, i) => ({
      run: store.run ?? runOf(store.runId),
      startMs: i * 10_000,
      endMs: i * 10_000 + 2500,
      store,
    })),
  );
  return windows;
}

describe("summarise", () => {
  it("counts what was expected against what was predicted, over all runs", () => {
    const { tally, matrix, perClass } = summarise(show(storeOf(runOf("run-a")), storeOf(runOf("run-b"))));

    expect(tally).toEqual({ windows: 8, comparable: 8, matching: 2, uncertain: 2, anomalies: 2 });
    expect(matrix).toEqual({
      expected: ["idle", "wave"],
      predicted: ["idle", "wave", "uncertain", "anomaly"],
      counts: [
        [2, 2, 0, 0],
        [0, 0, 2, 2],
      ],
    });
    expect(perClass).toEqual([
      { label: "idle", expected: 4, predicted: 2, precision: 1, recall: 0.5, f1: 2 / 3 },
      { label: "wave", expected: 4, predicted: 2, precision: 0, recall: 0, f1: 0 },
    ]);
  });

  it("counts windows whose results fall into a range, ends included", () => {
    const windows = show(storeOf(runOf("run-a")), storeOf(runOf("run-b")));

    expect(summarise(windows, { startMs: 1500, endMs: 11_000 }).tally.windows).toBe(4);
    expect(summarise(windows, { startMs: 2600, endMs: 10_900 }).tally.windows).toBe(0);
  });

  it("keeps windows without a label, and labels that the impulse does not know, out of the ratios", () => {
    const none = storeOf(runOf("run-a", { result: { ...RESULT, expected: [] } }));
    const other = storeOf(
      runOf("run-b", { result: { ...RESULT, expected: [{ startMs: 0, endMs: 1e4, label: "snake" }] } }),
    );
    const { tally, matrix, perClass } = summarise(show(none, other));

    expect(tally.comparable).toBe(0);
    expect(matrix.expected).toEqual(["idle", "wave", "snake", ""]);
    expect(matrix.counts[3]).toEqual([1, 1, 1, 1]);
    expect(perClass).toEqual([
      { label: "idle", expected: 0, predicted: 2, precision: undefined, recall: undefined, f1: undefined },
      { label: "wave", expected: 0, predicted: 2, precision: undefined, recall: undefined, f1: undefined },
      { label: "snake", expected: 4, predicted: 0, precision: undefined, recall: undefined, f1: undefined },
    ]);
  });

  it("says for every confidence what judging by it would", () => {
    const many = Array.from({ length: 400 }, (_, i): TestWindow => {
      const high = ((i * 7) % 41) / 40;
      const anomaly = i % 9 === 0 ? 0.9 : 0;
      const scores = i % 3 === 0 ? [high, 0.2] : [0.1, high];
      const best = scores.indexOf(Math.max(...scores));
      return {
        scores,
        anomaly,
        verdict: anomaly > 0.3 ? VERDICT.anomaly : Math.max(...scores) >= 0.6 ? best : VERDICT.uncertain,
      };
    });
    const expected = [
      { startMs: 0, endMs: 50_000, label: "idle" },
      { startMs: 50_000, endMs: 100_000, label: "wave" },
      { startMs: 100_000, endMs: 1e6, label: "anomaly" },
    ];
    const store = storeOf(runOf("run-a", { result: { ...RESULT, expected } }), many);
    const { sweep } = summarise(show(store));

    expect(sweep.map(({ minimumConfidence }) => minimumConfidence)).toEqual(
      Array.from({ length: 21 }, (_, step) => step / 20),
    );
    for (const { minimumConfidence, ...counts } of sweep) {
      store.judgeBy({ minimumConfidence });
      const { matching, uncertain, comparable } = store.tally;
      expect({ minimumConfidence, ...counts }).toEqual({ minimumConfidence, matching, uncertain, comparable });
    }
  });

  it("has no sweep without a classifier, and nothing at all of nothing", () => {
    const regression = { ...RESULT, kinds: ["value" as const], classes: [], thresholds: {} };
    const store = storeOf(runOf("run-a", { result: regression }), [{ scores: [4], verdict: VERDICT.value }]);

    expect(summarise(show(store)).sweep).toEqual([]);
    expect(summarise(show(store)).matrix).toMatchObject({ predicted: ["value"] });
    expect(summarise(show())).toMatchObject({ tally: { windows: 0 }, perClass: [], sweep: [] });
    expect(summarise(show(storeOf(runOf("run-b"), WINDOWS.slice(0, 0)))).tally.windows).toBe(0);
  });
});
