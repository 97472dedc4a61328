/** What a live plot shows, and what is said to it: plain values, since they go to a worker. */
import type { TimeSpan } from "../time/view-state.ts";

/**
 * A lane whose windows all have one length and follow each other in equal steps.
 *
 * @inline
 */
interface Windowed {
  /** Length of a window, ms. */
  readonly windowMs: number;
  /** From the beginning of a window to that of the next, ms. */
  readonly hopMs: number;
}

/**
 * One lane of a live plot. Lanes stand below each other in the order given and share the height by `share`, 1 unless
 * told.
 */
export type LaneOptions = { readonly share?: number } & (
  | {
      /** Series, one row each. Append shape `[n * series]`, the values of one moment together. */
      readonly kind: "traces";
      readonly series: number;
      /** From one value of a series to its next, ms. */
      readonly intervalMs: number;
    }
  /** Scores from 0 to 1, one row each, as colours. Append shape `[windows * rows]`. */
  | ({ readonly kind: "ribbon"; readonly rows: number } & Windowed)
  /** Scores from 0 to 1, one row each, as lines. Append shape `[windows * rows]`. */
  | ({ readonly kind: "score-lines"; readonly rows: number } & Windowed)
  /** One code a window, 0 to 254: an index into the class colours; NaN is none. Append shape `[windows]`. */
  | ({ readonly kind: "band" } & Windowed)
  /** One value a window. Append shape `[windows]`. */
  | ({ readonly kind: "anomaly"; readonly limit?: number } & Windowed)
);

/** All colours are `#rrggbb`. */
export interface PlotColours {
  readonly panel: string;
  /** Of lines. */
  readonly ink: string;
  /** Between rows. */
  readonly line: string;
  /** Of bands and score lines, by class; begun again when they run out. */
  readonly classes: readonly string[];
  /** Of the ribbon, from a score of 0 to one of 1; two at least. */
  readonly ramp: readonly string[];
  /** Of anomaly lines, their limit and their hatch. */
  readonly anomaly: string;
}

/** What `openPlot` draws: its lanes, their colours, and what is shown at first. */
export interface PlotOptions {
  /** One at least. */
  readonly lanes: readonly LaneOptions[];
  /** What is not told is taken from a light theme that colour-blind readers can tell apart. */
  readonly colours?: Partial<PlotColours>;
  /** What is shown at first: so many ms up to now. 10 s unless told. */
  readonly followMs?: number;
}

/** Said to the drawing side. */
export type PlotCommand =
  | { readonly type: "append"; readonly lane: number; readonly values: ArrayLike<number> }
  | { readonly type: "show"; readonly span: TimeSpan }
  | { readonly type: "follow"; readonly spanMs: number }
  | { readonly type: "resize"; readonly widthPx: number; readonly heightPx: number; readonly pixelRatio: number }
  | { readonly type: "colours"; readonly colours: Partial<PlotColours> }
  | { readonly type: "drawn"; readonly id: number }
  | { readonly type: "png"; readonly id: number };

/** Said back. */
export type PlotAnswer =
  | { readonly type: "drawn"; readonly id: number }
  | { readonly type: "png"; readonly id: number; readonly png: Blob }
  | { readonly type: "failed"; readonly id: number; readonly message: string };

export const LIGHT: PlotColours = {
  panel: "#ffffff",
  ink: "#15181a",
  line: "#dcddd7",
  classes: ["#348ef5", "#6e3111", "#006746", "#c04275", "#0e3a61", "#b7826a", "#7e6c12", "#8d84a8"],
  ramp: ["#ffffff", "#e7eff7", "#cfe0ee", "#9fc1df", "#6fa3cf", "#4880b5", "#1f5e9b", "#15406e", "#0b2545"],
  anomaly: "#4a1263",
};

/** What stands for NaN among the codes of a band. It has no colour. */
export const NO_CODE = 255;

/** How many values a lane takes at once: a whole multiple of this. */
export function valuesPerMoment(lane: LaneOptions): number {
  switch (lane.kind) {
    case "traces":
      return lane.series;
    case "ribbon":
    case "score-lines":
      return lane.rows;
    case "band":
    case "anomaly":
      return 1;
    default:
      return lane satisfies never;
  }
}
