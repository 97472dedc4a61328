import type { WindowTimes } from "../data/window-times.ts";

import type { Box } from "../pixels/pixel-image.ts";
import type { TimeScale } from "../time/time-scale.ts";

/**
 * Something recorded, and where it stands on the clock that all lanes share.
 *
 * One recording stands at 0; a session is many, one after another. The clock counts from the session's start: counted
 * from 1970, fractions of a ms are lost.
 */
export interface Placed<T> {
  /** Where the recording's own time 0 stands on the clock, ms. */
  readonly fromMs: number;
  readonly content: T;
}

/** What every lane's style has. */
export interface LaneStyle {
  /** Device pixels to a CSS pixel, 1 unless told; strengths and distances grow with it. */
  readonly pixelRatio?: number;
}

/** Narrower, and cells of single windows are no longer told apart. */
const LEAST_CELL_PX = 3;
/** Rounding of times must not move a window to its neighbour's column from one frame to the next. */
const ROUNDING_MS = 1e-3;
const ROUNDING_PX = 1e-6;
/** Widths of windows are told apart by so much: what is drawn must not alternate from one frame to the next. */
const STEPS_PER_PX = 1e6;

/** The pixel columns that a recording takes up; the last one not included. */
export interface ColumnSpan {
  readonly from: number;
  readonly to: number;
}

/** The columns between two times on the clock; `undefined` where none is in sight. */
export function columnsBetween(
  { widthPx }: Box,
  scale: TimeScale,
  startMs: number,
  endMs: number,
): ColumnSpan | undefined {
  const columnMs = (scale.endMs - scale.startMs) / widthPx;
  const from = Math.max(0, Math.floor((startMs - scale.startMs) / columnMs + ROUNDING_PX));
  const to = Math.min(widthPx, Math.ceil((endMs - scale.startMs) / columnMs - ROUNDING_PX));
  return from < to ? { from, to } : undefined;
}

let edges = new Int32Array(0);

/**
 * Which windows each pixel column shows.
 *
 * Where windows are narrow, each is in the column that its end falls into: it is in one only, and none is left out.
 * Where they are wide, a column shows the window whose cell it is in the middle of, and those that have ended since the
 * column before it and were not shown there: uneven windows may be narrower than a column among wide ones.
 *
 * @returns The columns with their windows; `undefined` where no window is in sight. `edges` is used again by the next
 *   call.
 */
export function columnWindows(
  { fromMs, content: { times } }: Placed<{ readonly times: WindowTimes }>,
  box: Box,
  scale: TimeScale,
): (ColumnSpan & { readonly edges: Int32Array; readonly windowPx: number }) | undefined {
  if (times.length === 0) return undefined;
  const span = columnsBetween(box, scale, fromMs + times.cellStartMs(0), fromMs + times.endMs(times.length - 1));
  if (!span) return undefined;
  if (edges.length < box.widthPx * 2) edges = new Int32Array(box.widthPx * 2);
  const columnMs = (scale.endMs - scale.startMs) / box.widthPx;
  const originMs = scale.startMs - fromMs + ROUNDING_MS;
  // By place, not by rounded times: at its ends a recording loses no window.
  const beginsInSight = fromMs + times.cellStartMs(0) >= scale.startMs;
  const endsInSight = fromMs + times.endMs(times.length - 1) <= scale.endMs;
  const first = beginsInSight ? 0 : times.firstEndingAfter(originMs);
  const end = endsInSight ? times.length : times.firstEndingAfter(originMs + box.widthPx * columnMs);
  const windowPx = meanPx(times, first, end, columnMs);

  let window = first;
  let unseen = beginsInSight ? 0 : Infinity;
  for (let column = span.from; column < span.to; column++) {
    const isLast = endsInSight && column === span.to - 1;
    if (windowPx < LEAST_CELL_PX) {
      const untilMs = originMs + (column + 1) * columnMs;
      const next = isLast ? times.length : times.firstEndingAfter(untilMs, window);
      edges[column * 2] = window;
      edges[column * 2 + 1] = next === window && reaches(times, next, untilMs) ? next + 1 : next;
      window = next;
      continue;
    }
    const middleMs = originMs + (column + 0.5) * columnMs;
    window = times.firstEndingAfter(middleMs, window);
    edges[column * 2] = Math.min(window, unseen);
    unseen = isLast ? times.length : reaches(times, window, middleMs) ? window + 1 : window;
    edges[column * 2 + 1] = unseen;
  }
  return { ...span, edges, windowPx };
}

/** How wide windows from `first` to before `end` are drawn, on average; of even ones it is the same whichever they are. */
function meanPx(times: WindowTimes, first: number, end: number, columnMs: number): number {
  if (first >= end) return Infinity;
  const meanMs = (times.endMs(end - 1) - times.cellStartMs(first)) / (end - first);
  return Math.round((meanMs / columnMs) * STEPS_PER_PX) / STEPS_PER_PX;
}

/** Whether a window's cell has begun at a time. */
function reaches(times: WindowTimes, window: number, ms: number): boolean {
  return window < times.length && times.cellStartMs(window) < ms;
}

/** A place in time as pixels from the box's left edge. */
export function pxOf({ widthPx }: Box, scale: TimeScale, ms: number): number {
  return ((ms - scale.startMs) / (scale.endMs - scale.startMs)) * widthPx;
}

/** How many columns there are from time 0 to the first one: what a pattern is moved by to stay on its data. */
export function phaseOf({ widthPx }: Box, { startMs, endMs }: TimeScale): number {
  return Math.round((startMs / (endMs - startMs)) * widthPx);
}

/** A style's number of CSS pixels in whole device pixels, 1 at least. */
export function devicePx(px: number, { pixelRatio = 1 }: LaneStyle): number {
  return Math.max(1, Math.round(px * pixelRatio));
}
