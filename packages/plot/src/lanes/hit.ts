import type { WindowTimes } from "../data/window-times.ts";
import type { Placed } from "./placed.ts";

/**
 * The lane at a height.
 *
 * @param lanes In any unit, as long as `y` is in the same.
 * @returns `undefined` between lanes and beyond them.
 */
export function hitLane<Lane extends { readonly y: number; readonly heightPx: number }>(
  lanes: readonly Lane[],
  y: number,
): Lane | undefined {
  return lanes.find((lane) => y >= lane.y && y < lane.y + lane.heightPx);
}

/** A window of one of several recordings. */
export interface WindowHit {
  /** Index of the recording. */
  readonly recording: number;
  readonly window: number;
}

/** The window whose cell covers a time on the clock; `undefined` where no window has seen anything. */
export function windowAt(
  recordings: readonly Placed<{ readonly times: WindowTimes }>[],
  ms: number,
): WindowHit | undefined {
  for (const [recording, { fromMs, content }] of recordings.entries()) {
    const { times } = content;
    const window = times.firstEndingAfter(ms - fromMs);
    if (window < times.length && times.cellStartMs(window) <= ms - fromMs) return { recording, window };
  }
  return undefined;
}
