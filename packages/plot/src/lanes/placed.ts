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
 * Where they are wide, a column shows the window whose cell it is in the middle of.
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
  const first = times.firstEndingAfter(originMs + span.from * columnMs);
  const last = times.firstEndingAfter(originMs + span.to * columnMs);
  const windowPx = (span.to - span.from) / Math.max(1, last - first);

  let window = first;
  for (let column = span.from; column < span.to; column++) {
    const begin = window;
    if (windowPx < LEAST_CELL_PX) {
      const untilMs = originMs + (column + 1) * columnMs;
      window = times.firstEndingAfter(untilMs, window);
      edges[column * 2] = begin;
      edges[column * 2 + 1] = window > begin ? window : reaches(times, window, untilMs) ? window + 1 : begin;
      continue;
    }
    const middleMs = originMs + (column + 0.5) * columnMs;
    while (window < times.length && times.endMs(window) <= middleMs) window++;
    edges[column * 2] = window;
    edges[column * 2 + 1] = reaches(times, window, middleMs) ? window + 1 : window;
  }
  return { ...span, edges, windowPx };
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
