/** Where a run stands. Each state but the last three can still change. */
export type RunState = "waiting" | "classifying" | "streaming" | "finished" | "failed" | "cancelled";

/**
 * What a block of an impulse says about a window: scores of classes, an anomaly score, a number (regression), objects in a
 * picture, anomaly scores over a picture, or texts.
 */
export type BlockKind = "classes" | "anomaly" | "value" | "objects" | "anomaly-grid" | "texts";

/** One sample classified once, as the server tells of it. Times are ISO 8601. */
export interface Run {
  readonly runId: string;
  readonly projectId: number;
  readonly sampleId: number;
  /** The variant of the model, such as `int8`, that was asked for; Studio's own choice, `float32`, when absent. */
  readonly variant?: string;
  /** The project's default impulse when absent. */
  readonly impulseId?: number;
  /** The one learn block that classifies; all of the impulse when absent. */
  readonly blockId?: number;
  readonly sampleName: string;
  /** The label that the sample carries in Studio. */
  readonly expectedLabel: string;
  readonly state: RunState;
  readonly createdAt: string;
  readonly endedAt?: string;
  /** Why it failed, in words for people. */
  readonly error?: string;
  /** Something to know: what it waits for while it has no result, or for example that a result has no window. */
  readonly warning?: string;
  /** There from the state `streaming` on. */
  readonly result?: RunResult;
  /** Windows in the log so far. */
  readonly windows: number;
  /** How many of them got each verdict, by its name: see `verdictName`. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** Windows in the log whose label the impulse knows, so that a verdict can be right or wrong. */
  readonly comparable: number;
  /** How many of those have the verdict that their label asks for. */
  readonly matching: number;
}

/** What holds for the whole result of a run. */
export interface RunResult {
  /** What the blocks of the impulse say, in their order. */
  readonly kinds: readonly BlockKind[];
  /**
   * Names of the classes, in the order of a window's scores. Those of an object detector are the labels of what it found;
   * the score of each is that of the surest such object. Empty for an impulse with neither.
   */
  readonly classes: readonly string[];
  readonly axes: readonly { readonly name: string; readonly units: string }[];
  /** Time between two readings of the signal, ms. */
  readonly intervalMs: number;
  readonly readings: number;
  readonly windowSizeMs: number;
  readonly windowIncreaseMs: number;
  /** Windows that the whole result has. */
  readonly windows: number;
  readonly thresholds: {
    /** A best class below this score is `uncertain`. Absent without a classifier. */
    readonly minimumConfidence?: number;
    /** From this score on a window is an `anomaly`. Absent without an anomaly block. */
    readonly anomaly?: number;
    /** A regression's value this far from its label is still right. */
    readonly maximumError?: number;
    /** An object below this score is none. */
    readonly minimumObjectScore?: number;
  };
  /** What the sample is labelled as, and when: in ms from its start, in order. */
  readonly expected: readonly { readonly startMs: number; readonly endMs: number; readonly label: string }[];
}

/** Whether nothing will change any more. */
export function isOver(state: RunState): boolean {
  return state === "finished" || state === "failed" || state === "cancelled";
}
