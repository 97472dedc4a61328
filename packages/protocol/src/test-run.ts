import type { BlockKind } from "./run.ts";

/** Where a test run stands. Each state but the last three can still change. */
export type TestRunState = "waiting" | "classifying" | "reading" | "finished" | "failed" | "cancelled";

/** A project's whole test set classified once, as the server tells of it. Times are ISO 8601. */
export interface TestRun {
  readonly testRunId: string;
  readonly projectId: number;
  /** The project's default impulse when absent. */
  readonly impulseId?: number | undefined;
  readonly variant?: string | undefined;
  readonly state: TestRunState;
  readonly createdAt: string;
  readonly endedAt?: string | undefined;
  /** Why it failed, in words for people. */
  readonly error?: string | undefined;
  /** Something to know: what it waits for, or what is odd about its result. */
  readonly warning?: string | undefined;
  /** Studio's job, once there is one. */
  readonly jobId?: number | undefined;
  /** How far the job says it has come: the newest of its lines that counts something, such as `[ 12/200]`. */
  readonly progress?: { readonly done: number; readonly total: number } | undefined;
  /** What the job printed last, oldest first. */
  readonly lines: readonly string[];
  /** Predictions in the log so far. */
  readonly predictions: number;
  /** There from the state `finished` on. */
  readonly result?: TestResult | undefined;
}

/** What Studio makes of one window of the test set. */
export interface TestPrediction {
  readonly index: number;
  readonly sampleId: number;
  readonly sampleName?: string | undefined;
  /** In ms from the start of the sample. */
  readonly startMs: number;
  readonly endMs: number;
  /** The label; absent where a window has none. */
  readonly expected?: string | undefined;
  readonly predicted: string;
  /** Studio's own word; absent where it has none. */
  readonly isCorrect?: boolean | undefined;
}

/** How good the predictions are. Our own numbers count windows; those in `studio` are passed on as they came. */
export interface TestResult {
  /** What all blocks of the impulse say, in their order; empty where Studio does not tell. */
  readonly kinds: readonly BlockKind[];
  readonly samples: number;
  readonly windows: number;
  /** Windows that can be right or wrong: Studio says which it is, or the impulse knows their label. */
  readonly comparable: number;
  readonly correct: number;
  /** `correct / comparable`; absent when nothing can be compared. */
  readonly accuracy?: number | undefined;
  /** Absent for an impulse that gives neither classes nor anomalies. */
  readonly matrix?: ConfusionMatrix | undefined;
  readonly studio: StudioAccuracy;
}

/** Windows by what was expected (rows) and what was predicted (columns). */
export interface ConfusionMatrix {
  readonly expected: readonly string[];
  /** Classes, and where they occur `uncertain`, `anomaly` and `no anomaly`. */
  readonly predicted: readonly string[];
  /** Shape `[expected][predicted]`. */
  readonly counts: readonly (readonly number[])[];
  /** One for each row. A ratio is absent where it would be one of nothing. */
  readonly perClass: readonly {
    readonly label: string;
    readonly precision?: number | undefined;
    readonly recall?: number | undefined;
    readonly f1?: number | undefined;
    /** Windows that carry this label. */
    readonly support: number;
  }[];
}

/** Studio's own summary. Its reference does not say whether scores are shares of 1 or percent. */
export interface StudioAccuracy {
  /** What `good` and `bad` count, told from their sum; `unknown` when that is neither of the two. */
  readonly unit: "windows" | "samples" | "unknown";
  readonly good?: number | undefined;
  readonly bad?: number | undefined;
  readonly accuracyScore?: number | undefined;
  readonly balancedAccuracyScore?: number | undefined;
  readonly anomalyAccuracyScore?: number | undefined;
  readonly noAnomalyAccuracyScore?: number | undefined;
  readonly mseScore?: number | undefined;
}
