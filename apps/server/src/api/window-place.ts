import type { Run } from "@windowscope/protocol";
import type { LogState, RunLog } from "@windowscope/runlog";

import { findEntry } from "./find-entry.ts";

/** Where a window lies in its sample, and which readings of the run's signal lie in it. */
export interface WindowPlace {
  readonly index: number;
  /** In ms from the start of the sample. */
  readonly startMs: number;
  readonly firstReading: number;
  /**
   * Fewer than a whole window has at the end of a recording that is shorter than one; where a long signal is thinned out
   * perhaps none.
   */
  readonly readings: number;
  /** Time between two readings, ms. */
  readonly intervalMs: number;
  /** Somebody else's window that begins this close, in ms, is the same one. */
  readonly toleranceMs: number;
}

/** So far from a reading, in readings, a window still begins at it: products of intervals are not exact. */
const ROUNDING = 1e-3;

/** Where a window lies, as the run's log says; `undefined` when the log does not have it. */
export async function readWindowPlace(
  runLog: RunLog,
  run: Run,
  state: LogState,
  index: number,
): Promise<WindowPlace | undefined> {
  const entry = await findEntry(runLog, run, state, { kind: "windows", index });
  if (!run.result || !entry || index >= entry.first + entry.count) return undefined;
  const { intervalMs, windowIncreaseMs, readings } = run.result;
  const startMs = entry.startMs[index - entry.first] as number;
  const endMs = entry.endMs[index - entry.first] as number;
  const firstReading = readingFrom(startMs, intervalMs);
  // A window shorter than half a reading still has the one that it begins at.
  const startReadings = Math.floor(startMs / intervalMs + ROUNDING) + 1;
  const end = Math.min(readings, Math.max(readingFrom(endMs, intervalMs), startReadings));
  // Where these readings are not those that were windowed, their interval says nothing of how exact a time is.
  const countedMs = index * Math.max(1, Math.round(windowIncreaseMs / intervalMs)) * intervalMs;
  const isThinned = Math.abs(startMs - countedMs) > ROUNDING * intervalMs;
  return {
    index,
    startMs,
    firstReading,
    readings: Math.max(0, end - firstReading),
    intervalMs,
    toleranceMs: isThinned ? 1 : Math.max(1, intervalMs),
  };
}

/** The first reading at a time or after it. */
function readingFrom(ms: number, intervalMs: number): number {
  return Math.ceil(ms / intervalMs - ROUNDING);
}
