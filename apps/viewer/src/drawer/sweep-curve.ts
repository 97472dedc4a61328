import type { Summary } from "../scope/scope-port.ts";

/** Shares of the windows at one confidence threshold, 0 to 1. */
export interface SweepPoint {
  readonly minimumConfidence: number;
  /** Of the windows whose label the impulse knows. */
  readonly matching: number;
  readonly uncertain: number;
}

/** Counts as shares; a share of nothing is 0. */
export function sweepPoints({ sweep, tally }: Pick<Summary, "sweep" | "tally">): readonly SweepPoint[] {
  return sweep.map(({ minimumConfidence, matching, uncertain, comparable }) => ({
    minimumConfidence,
    matching: matching / Math.max(1, comparable),
    uncertain: uncertain / Math.max(1, tally.windows),
  }));
}

/** A share over the thresholds as an SVG path: from 0 to 1 on the way right, and from 1 to 0 on the way down. */
export function sweepPath(
  points: readonly SweepPoint[],
  share: "matching" | "uncertain",
  widthPx: number,
  heightPx: number,
): string {
  return points
    .map((point, i) => {
      const x = (point.minimumConfidence * widthPx).toFixed(1);
      return `${i === 0 ? "M" : "L"}${x} ${((1 - point[share]) * heightPx).toFixed(1)}`;
    })
    .join("");
}
