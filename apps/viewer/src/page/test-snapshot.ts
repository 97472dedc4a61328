/** What a scope would tell, for tests of the page. */
import type { Run } from "@windowscope/protocol";

import type { Snapshot, WindowRecord } from "../scope/scope-port.ts";

export const result = {
  kinds: ["classes", "anomaly"],
  classes: ["idle", "wave"],
  axes: [{ name: "accX", units: "m/s2" }],
  intervalMs: 16,
  readings: 625,
  windowSizeMs: 2_000,
  windowIncreaseMs: 80,
  windows: 101,
  thresholds: { minimumConfidence: 0.6, anomaly: 0.3 },
  expected: [{ startMs: 0, endMs: 10_000, label: "idle" }],
} satisfies Run["result"];

export const run: Run = {
  runId: "run-1",
  projectId: 1,
  sampleId: 7,
  sampleName: "idle.7",
  expectedLabel: "idle",
  state: "finished",
  createdAt: "2026-01-01T00:00:00.000Z",
  windows: 101,
  verdicts: { idle: 101 },
  comparable: 101,
  matching: 101,
  result,
};

/** A window of the run above. */
export function windowRecord(index: number, more: Partial<WindowRecord> = {}): WindowRecord {
  return {
    runId: "run-1",
    index,
    ordinal: index,
    sampleId: 7,
    sampleName: "idle.7",
    startMs: index * 80,
    endMs: 2_000 + index * 80,
    scores: [0.9, 0.1],
    anomaly: -0.4,
    verdict: "idle",
    expected: "idle",
    isMismatch: false,
    ...more,
  };
}

/** The run above, read to its end. */
export function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    source: { kind: "run", runId: "run-1" },
    placed: [{ run, startMs: 0, endMs: 10_000 }],
    startMs: 0,
    endMs: 10_000,
    isLive: false,
    result,
    hasAnomaly: true,
    ranges: [{ low: -1, high: 1 }],
    tally: { windows: 101, comparable: 101, matching: 101, uncertain: 0, anomalies: 0 },
    filtered: 101,
    newest: windowRecord(100),
    windowsPerSecond: 0,
    bytes: 4_096,
    version: 1,
    ...more,
  };
}
