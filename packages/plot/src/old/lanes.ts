/**
 * Lanes: what is drawn over one time axis, one above the other.
 *
 * A lane draws into a box of a canvas, in CSS pixels. It keeps nothing: the same numbers give the same picture.
 */
import type { WindowCells } from "./cells.ts";
import { minMaxColumns, rangeOf, type Series } from "./columns.ts";
import { strokeWindows } from "./scores.ts";
import { hatch, pixelColumns, type Context, type LaneBox } from "./surface.ts";
import { toPx, type TimeScale } from "../time/time-scale.ts";

/** The largest distance between lowest and highest value over all series. */
export function traceSpan(series: readonly Series[]): number {
  return Math.max(0, ...series.map(rangeOf).map((range) => (range ? range.high - range.low : 0)));
}

/**
 * Traces of several series, one below the other.
 *
 * @param spans For each series the distance between two values that fills its row; the same for those that are to be
 *   compared.
 */
export function drawTraces(
  context: Context,
  { x, y, heightPx }: LaneBox,
  scale: TimeScale,
  series: readonly Series[],
  spans: readonly number[],
  colour: string,
): void {
  const rowPx = heightPx / series.length;
  const columnMs = (scale.endMs - scale.startMs) / pixelColumns(context, scale).count;
  series.forEach((each, row) => {
    const pxPerUnit = (rowPx - 8) / (spans[row] || 1);
    const { low, high } = rangeOf(each) ?? { low: 0, high: 0 };
    const middlePx = y + rowPx * (row + 0.5);
    const toY = (value: number) => middlePx - (value - (low + high) / 2) * pxPerUnit;
    if (each.intervalMs > columnMs) strokeValues(context, x, scale, each, toY, colour);
    else fillColumns(context, x, scale, each, toY, colour);
  });
}

/** A line from value to value, where each has a pixel of its own. */
function strokeValues(
  context: Context,
  x: number,
  scale: TimeScale,
  { values, offset, stride, count, intervalMs }: Series,
  toY: (value: number) => number,
  colour: string,
): void {
  const first = Math.max(0, Math.floor(scale.startMs / intervalMs));
  const last = Math.min(count - 1, Math.ceil(scale.endMs / intervalMs));
  context.strokeStyle = colour;
  context.lineWidth = 1.2;
  context.lineJoin = "round";
  context.beginPath();
  for (let i = first; i <= last; i++) {
    context.lineTo(x + toPx(scale, i * intervalMs), toY(values[offset + i * stride] as number));
  }
  context.stroke();
}

/** From the lowest to the highest value of each pixel column, where a column holds several. */
function fillColumns(
  context: Context,
  x: number,
  scale: TimeScale,
  series: Series,
  toY: (value: number) => number,
  colour: string,
): void {
  const { count, px } = pixelColumns(context, scale);
  const columns = minMaxColumns(series, scale.startMs, scale.endMs, count);
  context.fillStyle = colour;
  for (let column = 0; column < count; column++) {
    const top = toY(columns[column * 2 + 1] as number);
    const bottom = toY(columns[column * 2] as number);
    // A flat piece still is a line, a little over a pixel strong.
    if (!Number.isNaN(top)) context.fillRect(x + column * px, top - 0.6, px, bottom - top + 1.2);
  }
}

export interface AnomalyStyle {
  readonly line: string;
  readonly limit: string;
  readonly hatch: string;
}

/** The scores that an anomaly lane spans: everything that was seen, and some room above the limit. */
export function anomalyRange(
  scores: Float32Array | Float64Array,
  limit: number | undefined,
): { low: number; high: number } {
  let low = -0.5;
  let high = Math.max(0.5, (limit ?? 0) * 2);
  for (const score of scores) {
    if (score < low) low = score;
    if (score > high) high = score;
  }
  return { low: low - 0.05 * (high - low), high: high + 0.05 * (high - low) };
}

/** Anomaly scores as a line, the limit dashed, everything above it hatched. */
export function drawAnomaly(
  context: Context,
  { x, y, heightPx }: LaneBox,
  scale: TimeScale,
  windows: WindowCells & { readonly anomaly: Float32Array | Float64Array },
  limit: number | undefined,
  style: AnomalyStyle,
): void {
  const { low, high } = anomalyRange(windows.anomaly.subarray(0, windows.count), limit);
  const toY = (score: number) => y + heightPx * (1 - (score - low) / (high - low));
  if (limit !== undefined) {
    const limitPx = toY(limit);
    hatch(context, { y, heightPx: limitPx - y }, [[x, scale.widthPx]], style.hatch);
    context.strokeStyle = style.limit;
    context.lineWidth = 1;
    context.setLineDash([5, 4]);
    context.beginPath();
    context.moveTo(x, Math.round(limitPx) + 0.5);
    context.lineTo(x + scale.widthPx, Math.round(limitPx) + 0.5);
    context.stroke();
    context.setLineDash([]);
  }
  context.strokeStyle = style.line;
  strokeWindows(context, x, scale, windows, (w) => toY(windows.anomaly[w] as number));
}
