/**
 * What the page and its scope say to each other.
 *
 * The scope holds the connection, all numbers and the canvases; it lives in a worker, or on the page where a worker
 * cannot draw. The page holds what people see and do. Everything that crosses is a plain value that can be cloned.
 */
import type {
  ConnectionState,
  Recording,
  Run,
  RunResult,
  StoreState,
  StudioState,
  TestRun,
  WindowDetails,
} from "@windowscope/protocol";

/** What is on the screen: all runs of the project one after another, or one run, perhaps with another one beside it. */
export type Source =
  | { readonly kind: "session" }
  | { readonly kind: "run"; readonly runId: string; readonly besideRunId?: string | undefined };

/** A window, by its run and its index there. */
export interface WindowRef {
  readonly runId: string;
  readonly index: number;
}

/** What the impulse says about one window. Times are on the clock of the source, ms. */
export interface WindowRecord extends WindowRef {
  readonly sampleId: number;
  readonly sampleName: string;
  /** Number of the window in the source, from 0: of a run its index. */
  readonly ordinal: number;
  readonly startMs: number;
  readonly endMs: number;
  /** In the order of the snapshot's classes. */
  readonly scores: readonly number[];
  readonly anomaly?: number | undefined;
  /** Of a regression. */
  readonly value?: number | undefined;
  /** A class, `uncertain`, `anomaly`, `no anomaly` or `no object`; of a regression its number, or texts. */
  readonly verdict: string;
  readonly expected?: string | undefined;
  /** The verdict contradicts the label; false also where nobody can say. */
  readonly isMismatch: boolean;
  readonly details?: WindowDetails | undefined;
  /** The same window of the run beside it; a score is NaN for a class that the other run does not have. */
  readonly beside?:
    { readonly scores: readonly number[]; readonly anomaly?: number | undefined; readonly verdict: string } | undefined;
}

/** Limits that verdicts are made with. */
export type Thresholds = RunResult["thresholds"];

/** Which windows a table shows. */
export interface WindowFilter {
  readonly only: "all" | "mismatch" | "uncertain" | "anomaly";
  /** Of a cell of the confusion matrix: what was expected, `undefined` for any; `""` stands for windows without a label. */
  readonly expected?: string | undefined;
  readonly verdict?: string | undefined;
}

/** How many windows there are, and of which kind. */
export interface Tally {
  readonly windows: number;
  /** Windows whose label the impulse knows. */
  readonly comparable: number;
  readonly matching: number;
  readonly uncertain: number;
  readonly anomalies: number;
}

/** A run and its place on the clock of the source, ms. */
export interface PlacedRun {
  readonly run: Run;
  readonly startMs: number;
  readonly endMs: number;
}

/** How the source stands; sent when something of it has changed, ten times a second at most. */
export interface Snapshot {
  readonly source: Source;
  /** In the order of the clock. Of a single run there is one, and the one beside it second. The array is replaced only when a run changes. */
  readonly placed: readonly PlacedRun[];
  /** First and last time with something to see, ms. */
  readonly startMs: number;
  readonly endMs: number;
  /** Unix time of 0 on the clock, for a session; `undefined` for a run, whose clock is the recording's own. */
  readonly wallClockMs?: number | undefined;
  /** More windows may come by themselves: the run is not over, or it is a session. */
  readonly isLive: boolean;
  /** What holds for all windows shown; absent until the first result. */
  readonly result?:
    | Pick<RunResult, "kinds" | "classes" | "axes" | "intervalMs" | "windowSizeMs" | "windowIncreaseMs" | "thresholds">
    | undefined;
  readonly hasAnomaly: boolean;
  /** What the anomaly lane spans from its bottom to its top, as it is drawn. */
  readonly anomalyRange?: { readonly low: number; readonly high: number } | undefined;
  /** Lowest and highest reading of each axis. */
  readonly ranges: readonly { readonly low: number; readonly high: number }[];
  readonly tally: Tally;
  /** Of windows that pass the filter. */
  readonly filtered: number;
  readonly newest?: WindowRecord | undefined;
  /** How much has come of the newest run that streams, ms from its start; its place has room for all of it. */
  readonly streamedMs?: number | undefined;
  /** Windows a second lately; 0 when nothing comes. */
  readonly windowsPerSecond: number;
  /** From the server to this page and back, halved; absent until it was measured. */
  readonly lagMs?: number | undefined;
  /** When something last arrived, Unix time; absent before the first entry. */
  readonly heardAtMs?: number | undefined;
  /** Memory of the numbers, bytes. */
  readonly bytes: number;
  /** Why the source cannot be shown, or not to its end. */
  readonly failure?: string | undefined;
  /** Windows that the server has had before are still on their way: counts are not final. */
  readonly isLoading?: boolean | undefined;
  /** Increases when any window was added or judged anew: answers to questions may differ from before. */
  readonly version: number;
}

/** A lane of the timeline, in CSS pixels from the top of the canvas. */
export interface LanePlace {
  readonly lane: "signal" | "probability" | "expected" | "predicted" | "beside" | "mismatch" | "anomaly" | "value";
  readonly y: number;
  readonly heightPx: number;
}

/** How the canvases are drawn; sent when one of these changes. */
export interface Look {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly overviewHeightPx: number;
  readonly pixelRatio: number;
  readonly lanes: readonly LanePlace[];
  /** Rows of the probability lane: indices of classes, from the top; -1 stands for all others together. */
  readonly classRows: readonly number[];
  readonly overlaysAxes: boolean;
  readonly showsLines: boolean;
  /** `#rrggbb`, by the names of the page's style sheet. */
  readonly colours: {
    readonly bg: string;
    readonly panel: string;
    readonly line: string;
    readonly line2: string;
    readonly ink: string;
    readonly ink2: string;
    readonly ink3: string;
    readonly accent: string;
    readonly alert: string;
    readonly anomaly: string;
    readonly classes: readonly string[];
    /** Stops of the ribbon's scale, from 0 to 1. */
    readonly ramp: readonly string[];
  };
}

/** Where a label fits into a band, CSS pixels from the left of the canvas; told after each drawing in which it has changed. */
export interface LabelPlace {
  /** `anomaly`: how high a score is that is too high for its lane; `probability`: why there are no windows. */
  readonly lane: "expected" | "predicted" | "beside" | "anomaly" | "probability";
  readonly px: number;
  readonly widthPx: number;
  readonly text: string;
  readonly isLoud: boolean;
}

/** Rows that one question may ask for. A table asks for what is in sight; more would only block the scope. */
export const MOST_ROWS = 2_000;

/** Questions that the page asks, and their answers. Windows are in the order of the clock. */
export interface Questions {
  /** Rows of the filtered table, `to` not included; refused when they are more than `MOST_ROWS`. */
  readonly rows: {
    readonly ask: { readonly from: number; readonly to: number };
    readonly answer: readonly WindowRecord[];
  };
  /** Row of a window in the filtered table; -1 when it is not there. */
  readonly row: { readonly ask: WindowRef; readonly answer: number };
  readonly window: { readonly ask: WindowRef; readonly answer: WindowRecord | undefined };
  /** The window whose cell covers a time, or the nearest one. */
  readonly windowAt: { readonly ask: { readonly ms: number }; readonly answer: WindowRecord | undefined };
  /** So many windows further; from nowhere it counts from the end (`by` < 0) or the start. */
  readonly step: {
    readonly ask: { readonly from: WindowRef | undefined; readonly by: number };
    readonly answer: WindowRecord | undefined;
  };
  /** The next one of its kind, around the end if need be. */
  readonly next: {
    readonly ask: {
      readonly from: WindowRef | undefined;
      readonly kind: "mismatch" | "anomaly";
      readonly direction: 1 | -1;
    };
    readonly answer: WindowRecord | undefined;
  };
  readonly summary: { readonly ask: { readonly range?: TimeRange | undefined }; readonly answer: Summary };
  /** Readings of a window; `values` has the shape `[readings * axes]`. */
  readonly readings: {
    readonly ask: WindowRef;
    readonly answer: { readonly intervalMs: number; readonly values: Float32Array } | undefined;
  };
  readonly download: {
    readonly ask: { readonly format: "csv" | "json" | "audacity" | "raven"; readonly range?: TimeRange | undefined };
    readonly answer: Blob;
  };
  /** The lanes as they are drawn now, without words. */
  readonly picture: { readonly ask: Record<string, never>; readonly answer: Blob };
}

export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** Counts over windows. */
export interface Summary {
  readonly tally: Tally;
  /** Rows are what was expected (`""`: no label), columns what was predicted; in the order of the classes, others behind. */
  readonly matrix: {
    readonly expected: readonly string[];
    readonly predicted: readonly string[];
    readonly counts: readonly (readonly number[])[];
  };
  readonly perClass: readonly {
    readonly label: string;
    readonly expected: number;
    readonly predicted: number;
    readonly precision?: number | undefined;
    readonly recall?: number | undefined;
    readonly f1?: number | undefined;
  }[];
  /** What would be right and uncertain with other confidence thresholds, from 0 to 1 in steps of 0.05. */
  readonly sweep: readonly {
    readonly minimumConfidence: number;
    readonly matching: number;
    readonly uncertain: number;
    readonly comparable: number;
  }[];
}

/** What the page tells the scope. */
export type ScopeRequest =
  | { readonly type: "connect"; readonly url: string; readonly needsTicket: boolean }
  /** Answers `wantsTicket`; without a ticket there is none to be had. */
  | { readonly type: "ticket"; readonly id: number; readonly ticket: string | undefined }
  | { readonly type: "retry" }
  | { readonly type: "show"; readonly source: Source }
  /** The canvases to draw on, transferred; see `handOverCanvases` in connect-scope.ts. */
  | {
      readonly type: "canvases";
      readonly lanes: OffscreenCanvas | HTMLCanvasElement;
      readonly overview: OffscreenCanvas | HTMLCanvasElement;
    }
  | { readonly type: "look"; readonly look: Look }
  /** The stretch of the clock to draw. `holdsScale`: a session's signal keeps its scale until the next one, whatever comes. */
  | { readonly type: "range"; readonly range: TimeRange; readonly holdsScale?: boolean }
  | { readonly type: "filter"; readonly filter: WindowFilter }
  /** Judges all windows by these limits; `undefined` goes back to those of the runs. */
  | { readonly type: "whatIf"; readonly thresholds: Thresholds | undefined }
  /** Follows a `test-...` or `recording-...` log until `unwatch`. */
  | { readonly type: "watch"; readonly log: string }
  | { readonly type: "unwatch"; readonly log: string }
  | {
      [K in keyof Questions]: {
        readonly type: "ask";
        readonly id: number;
        readonly question: K;
        readonly ask: Questions[K]["ask"];
      };
    }[keyof Questions];

/** What the scope tells the page. */
export type ScopeUpdate =
  | { readonly type: "connection"; readonly state: ConnectionState }
  | { readonly type: "studio"; readonly state: StudioState; readonly message: string }
  /** Whether the server can store what happens; while it cannot, nothing new comes. */
  | { readonly type: "store"; readonly state: StoreState; readonly message: string }
  | { readonly type: "wantsTicket"; readonly id: number }
  /** The newest first; sent when it has changed, ten times a second at most. */
  | {
      readonly type: "runs";
      readonly runs: readonly Run[];
      readonly testRuns: readonly TestRun[];
      readonly recordings: readonly Recording[];
      readonly isCaughtUp: boolean;
    }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "labels"; readonly places: readonly LabelPlace[] }
  /** Newest state in a watched log; `failure` when it cannot be followed. */
  | {
      readonly type: "watched";
      readonly log: string;
      readonly testRun?: TestRun | undefined;
      readonly recording?: Recording | undefined;
      readonly failure?: string | undefined;
    }
  | { readonly type: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly type: "refusal"; readonly id: number; readonly message: string };

/** One end of the way between page and scope; a `MessagePort`, a `Worker`, or a pair of them in tests. */
export interface Port<Out, In> {
  postMessage(message: Out, transfer?: Transferable[]): void;
  onmessage: ((event: { readonly data: In }) => void) | null;
}
