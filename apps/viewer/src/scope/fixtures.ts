import { VERDICT, type Entry, type Run, type RunResult } from "@windowscope/protocol";

import { RunStore } from "./run-store.ts";
import type { Look } from "./scope-port.ts";

/** Of tests: a run of four windows of a second, each half a second later. */
export const RESULT: RunResult = {
  kinds: ["classes", "anomaly"],
  classes: ["idle", "wave"],
  axes: [{ name: "accX", units: "m/s2" }],
  intervalMs: 500,
  readings: 5,
  windowSizeMs: 1000,
  windowIncreaseMs: 500,
  windows: 4,
  thresholds: { minimumConfidence: 0.6, anomaly: 0.3 },
  expected: [
    { startMs: 0, endMs: 1500, label: "idle" },
    { startMs: 1500, endMs: 2500, label: "wave" },
  ],
};

/** A run of a recording of its own. */
export function runOf(runId: string, changes: Partial<Run> = {}): Run {
  return {
    runId,
    projectId: 1,
    sampleId: [...runId].reduce((id, letter) => (id * 31 + letter.charCodeAt(0)) % 1_000_003, 7),
    sampleName: "wave.7",
    expectedLabel: "wave",
    state: "finished",
    createdAt: "2026-01-01T00:00:10.000Z",
    windows: 4,
    verdicts: {},
    comparable: 0,
    matching: 0,
    result: RESULT,
    ...changes,
  };
}

/** A window as a test has it: scores of the classes, an anomaly score, a verdict. */
export interface TestWindow {
  readonly scores: readonly number[];
  readonly anomaly?: number;
  readonly verdict: number;
  /** Default: half a second after the one before it, a second long. */
  readonly startMs?: number;
  readonly endMs?: number;
}

/** idle, wave where idle was expected, uncertain, anomaly. */
export const WINDOWS: readonly TestWindow[] = [
  { scores: [0.75, 0.25], anomaly: -0.25, verdict: 0 },
  { scores: [0.25, 0.75], anomaly: 0, verdict: 1 },
  { scores: [0.5, 0.5], anomaly: 0.25, verdict: VERDICT.uncertain },
  { scores: [0.125, 0.875], anomaly: 0.5, verdict: VERDICT.anomaly },
];

export function windowsEntry(windows: readonly TestWindow[], first = 0, seq = 2): Entry {
  const starts = windows.map(({ startMs }, i) => startMs ?? (first + i) * 500);
  const Scores = windows.every(({ scores }) => scores.every((score) => Math.fround(score) === score))
    ? Float32Array
    : Float64Array;
  return {
    kind: "windows",
    log: 1,
    seq,
    first,
    count: windows.length,
    classCount: windows[0]?.scores.length ?? 0,
    startMs: Float64Array.from(starts),
    endMs: Float64Array.from(windows, ({ endMs }, i) => endMs ?? (starts[i] as number) + 1000),
    scores: Scores.from(windows.flatMap(({ scores }) => scores)),
    anomaly: Float64Array.from(windows, ({ anomaly }) => anomaly ?? NaN),
    verdicts: Uint8Array.from(windows, ({ verdict }) => verdict),
  };
}

export function readingsEntry(values: readonly number[], axisCount = 1): Entry {
  const count = values.length / axisCount;
  return { kind: "readings", log: 1, seq: 1, first: 0, count, axisCount, values: Float32Array.from(values) };
}

export function runEntry(run: Run, seq = 0): Entry {
  return { kind: "run", log: 1, seq, run };
}

/** A store that has read all of a run. */
export function storeOf(run: Run, windows: readonly TestWindow[] = WINDOWS, readings = [1, 2, 3, 4, 5]): RunStore {
  const store = new RunStore(run.runId);
  store.apply(runEntry(run));
  store.apply(readingsEntry(readings));
  if (windows.length > 0) store.apply(windowsEntry(windows));
  store.isComplete = true;
  return store;
}

/** How two classes are drawn, without any lane. */
export const LOOK: Look = {
  widthPx: 250,
  heightPx: 100,
  overviewHeightPx: 20,
  pixelRatio: 2,
  lanes: [],
  classRows: [0, 1],
  overlaysAxes: false,
  showsLines: false,
  colours: {
    bg: "#f7f7f4",
    panel: "#ffffff",
    line: "#dcddd7",
    line2: "#b9bbb4",
    ink: "#15181a",
    ink2: "#4d5357",
    ink3: "#6b7176",
    accent: "#1664b8",
    alert: "#b4380b",
    anomaly: "#4a1263",
    classes: ["#348ef5", "#6e3111"],
    ramp: ["#ffffff", "#0b2545"],
  },
};
