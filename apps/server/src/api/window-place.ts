import type { RunResult } from "@windowscope/protocol";

/** Where a window lies in its signal. */
export interface WindowPlace {
  readonly index: number;
  readonly firstReading: number;
  /** Fewer than a whole window has at the end of a recording that is shorter than one. */
  readonly readings: number;
  /** In ms from the start of the sample. */
  readonly startMs: number;
  /** Time between two readings, ms. */
  readonly intervalMs: number;
}

/** Where a window of a result lies, counted in readings, so that nothing drifts. */
export function windowPlace(result: RunResult, index: number): WindowPlace {
  const { intervalMs, windowSizeMs, windowIncreaseMs, readings } = result;
  const firstReading = index * Math.max(1, Math.round(windowIncreaseMs / intervalMs));
  const wanted = Math.max(1, Math.round(windowSizeMs / intervalMs));
  return {
    index,
    intervalMs,
    firstReading,
    readings: Math.max(0, Math.min(wanted, readings - firstReading)),
    startMs: firstReading * intervalMs,
  };
}
