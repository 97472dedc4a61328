import type { Colour } from "./colour.ts";
import type { Box, PixelImage } from "./pixel-image.ts";

/**
 * The heights that a line covers in each pixel column, before they become pixels: `[low, high]` in the unit of the
 * values, NaN where there is none. Shape `[columns * 2]`.
 */
export type LineColumns = Float64Array;

let scratch: LineColumns = new Float64Array(0);

/**
 * Columns of which those from `from` to before `to` have no line yet; the others hold anything.
 *
 * The array is used again by the next caller: draw before you ask for another.
 */
export function clearedColumns(count: number, from: number, to: number): LineColumns {
  if (scratch.length < count * 2) scratch = new Float64Array(count * 2);
  return scratch.fill(NaN, from * 2, to * 2);
}

/** Adds a point: a line with a gap on both sides still shows. */
export function addPoint(columns: LineColumns, count: number, px: number, value: number): void {
  widen(columns, count, Math.floor(px), value);
}

/** Adds a straight piece of line from one point to a later one; places are in pixels from the first column's edge. */
export function addSegment(
  columns: LineColumns,
  count: number,
  fromPx: number,
  fromValue: number,
  toPx: number,
  toValue: number,
): void {
  const first = Math.floor(fromPx);
  const last = Math.floor(toPx);
  widen(columns, count, first, fromValue);
  widen(columns, count, last, toValue);
  const slope = (toValue - fromValue) / (toPx - fromPx);
  // Where it crosses from a column to the next, both have the height of the crossing.
  for (let column = Math.max(-1, first); column < Math.min(count, last); column++) {
    const crossing = fromValue + slope * (column + 1 - fromPx);
    widen(columns, count, column, crossing);
    widen(columns, count, column + 1, crossing);
  }
}

function widen(columns: LineColumns, count: number, column: number, value: number): void {
  if (column < 0 || column >= count) return;
  const low = columns[column * 2] as number;
  if (!(low <= value)) columns[column * 2] = value;
  const high = columns[column * 2 + 1] as number;
  if (!(high >= value)) columns[column * 2 + 1] = value;
}

/** How values become heights: `y = zeroPx - value * pxPerUnit`, in pixels from the top of the image. */
export interface HeightScale {
  readonly zeroPx: number;
  readonly pxPerUnit: number;
}

/**
 * Draws columns as a line.
 *
 * @param box What lies above or below is cut off.
 * @param linePx How strong the line is.
 * @param isJoined Whether neighbouring columns that do not touch are joined: they do not where each was read on its own.
 */
export function drawColumns(
  image: PixelImage,
  { x, y, heightPx }: Box,
  columns: LineColumns,
  from: number,
  to: number,
  { zeroPx, pxPerUnit }: HeightScale,
  linePx: number,
  isJoined: boolean,
  colour: Colour,
): void {
  const top = y << 8;
  const bottom = (y + heightPx) << 8;
  const half = linePx / 2;
  let lowBefore = NaN;
  let highBefore = NaN;
  for (let column = from; column < to; column++) {
    const low = columns[column * 2] as number;
    const high = columns[column * 2 + 1] as number;
    if (low <= high) {
      const drawnLow = isJoined && highBefore < low ? highBefore : low;
      const drawnHigh = isJoined && lowBefore > high ? lowBefore : high;
      const begin = Math.max(top, Math.round((zeroPx - drawnHigh * pxPerUnit - half) * 256));
      const end = Math.min(bottom, Math.round((zeroPx - drawnLow * pxPerUnit + half) * 256));
      if (begin < end) image.fillRun(x + column, begin, end, colour);
    }
    lowBefore = low;
    highBefore = high;
  }
}
