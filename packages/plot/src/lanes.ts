/**
 * Lanes: what is drawn over one time axis, one above the other.
 *
 * A lane draws into a box of a canvas, in CSS pixels. It keeps nothing: the same numbers give the same picture.
 */
import { cellOf, windowAt, type Segment, type WindowCells } from "./cells.ts";
import { minMaxColumns, rangeOf, type Series } from "./columns.ts";
import { rampColour, type Ramp } from "./ramp.ts";
import { toMs, toPx, type TimeScale } from "./time-scale.ts";

/** Where a lane stands. Its width is that of the time scale. */
export interface LaneBox {
  readonly x: number;
  readonly y: number;
  readonly heightPx: number;
}

type Context = CanvasRenderingContext2D;

/** The largest distance between lowest and highest value over all series, which fills a row of `drawTraces`. */
export function traceSpan(series: readonly Series[]): number {
  return Math.max(0, ...series.map(rangeOf).map((range) => (range ? range.high - range.low : 0)));
}

/** Traces of several series, one below the other, all in the same units per pixel so that they can be compared. */
export function drawTraces(
  context: Context,
  { x, y, heightPx }: LaneBox,
  scale: TimeScale,
  series: readonly Series[],
  colour: string,
): void {
  const rowPx = heightPx / series.length;
  const pxPerUnit = (rowPx - 8) / (traceSpan(series) || 1);
  series.forEach((each, row) => {
    const { low, high } = rangeOf(each) ?? { low: 0, high: 0 };
    const middlePx = y + rowPx * (row + 0.5);
    const toY = (value: number) => middlePx - (value - (low + high) / 2) * pxPerUnit;
    const valuesPerPx = (scale.endMs - scale.startMs) / scale.widthPx / each.intervalMs;
    if (valuesPerPx < 1) strokeValues(context, x, scale, each, toY, colour);
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
  const columns = minMaxColumns(series, scale.startMs, scale.endMs, Math.ceil(scale.widthPx));
  context.fillStyle = colour;
  for (let column = 0; column * 2 < columns.length; column++) {
    const top = toY(columns[column * 2 + 1] as number);
    const bottom = toY(columns[column * 2] as number);
    // A flat piece still is a line, a little over a pixel strong.
    if (!Number.isNaN(top)) context.fillRect(x + column, top - 0.6, 1, bottom - top + 1.2);
  }
}

/** Scores of windows: shape `[count * classCount]`, the scores of one window together. */
export interface Scores extends WindowCells {
  readonly scores: Float32Array | Float64Array;
  readonly classCount: number;
}

/**
 * One row a class; the darker or lighter, the higher the score.
 *
 * Where several windows share a pixel the highest score is shown, so that a short detection does not vanish.
 */
export function drawRibbon(
  context: Context,
  { x, y, heightPx }: LaneBox,
  scale: TimeScale,
  windows: Scores,
  ramp: Ramp,
): void {
  const { classCount, scores, count } = windows;
  if (count === 0 || classCount === 0) return;
  const rowPx = heightPx / classCount;
  const columns = Math.ceil(scale.widthPx);
  for (let column = 0; column < columns; column++) {
    const [fromMs, toEndMs] = [toMs(scale, column), toMs(scale, column + 1)];
    const first = windowAt(windows, fromMs);
    if (cellOf(windows, first).fromMs >= toEndMs || (windows.endMs[first] as number) <= fromMs) continue;
    const last = Math.max(first, windowAt(windows, toEndMs - 1e-6));
    for (let k = 0; k < classCount; k++) {
      let highest = 0;
      for (let w = first; w <= last; w++) highest = Math.max(highest, scores[w * classCount + k] as number);
      context.fillStyle = rampColour(ramp, highest);
      context.fillRect(x + column, y + k * rowPx, 1, rowPx - 1);
    }
  }
}

/** Scores as lines: one row a class, from 0 at its bottom to 1 at its top. */
export function drawScoreLines(
  context: Context,
  { x, y, heightPx }: LaneBox,
  scale: TimeScale,
  windows: Scores,
  colours: readonly string[],
): void {
  const rowPx = heightPx / Math.max(1, windows.classCount);
  for (let k = 0; k < windows.classCount; k++) {
    const bottom = y + (k + 1) * rowPx - 2;
    const height = (score: number) => bottom - score * (rowPx - 4);
    context.strokeStyle = colours[k % colours.length] ?? "";
    strokeSteps(context, x, scale, windows, (w) => height(windows.scores[w * windows.classCount + k] as number));
  }
}

/** A piece of a band. */
export interface BandPiece {
  readonly fromMs: number;
  readonly toMs: number;
  readonly label: string;
  readonly colour: string;
  /** Draws the eye: filled and hatched, where others are pale. */
  readonly isLoud: boolean;
}

export interface BandStyle {
  readonly ink: string;
  readonly panel: string;
  readonly font: string;
}

/** Labels over time: a pale tint, a rail in the full colour, and the label where there is room for it. */
export function drawBand(
  context: Context,
  { x, y, heightPx }: LaneBox,
  scale: TimeScale,
  pieces: readonly BandPiece[],
  style: BandStyle,
): void {
  const railPx = 3;
  context.font = style.font;
  context.textBaseline = "middle";
  for (const { fromMs, toMs: untilMs, label, colour, isLoud } of pieces) {
    const left = x + Math.max(0, toPx(scale, fromMs));
    const right = x + Math.min(scale.widthPx, toPx(scale, untilMs));
    const width = right - left;
    if (width <= 0) continue;
    context.fillStyle = colour;
    context.globalAlpha = isLoud ? 0.85 : 0.16;
    context.fillRect(left, y, width, heightPx - railPx);
    context.globalAlpha = 1;
    if (isLoud) hatch(context, { x: left, y, heightPx: heightPx - railPx }, width, style.panel);
    context.fillStyle = colour;
    context.fillRect(left, y + heightPx - railPx, width, railPx);
    // A hairline of panel keeps neighbours apart.
    context.fillStyle = style.panel;
    if (right < x + scale.widthPx - 1) context.fillRect(right - 1, y, 1, heightPx);

    const textPx = context.measureText(label).width;
    if (textPx + 14 > width) continue;
    if (isLoud) {
      context.fillStyle = style.panel;
      context.fillRect(left + 3, y + 3, textPx + 8, heightPx - railPx - 6);
    }
    context.fillStyle = style.ink;
    context.fillText(label, left + 7, y + (heightPx - railPx) / 2 + 0.5);
  }
}

/** Joins pieces of equal verdicts from the cells of their windows. */
export function toPieces(
  cells: WindowCells,
  segments: readonly Segment[],
  describe: (segment: Segment) => Omit<BandPiece, "fromMs" | "toMs">,
): BandPiece[] {
  return segments.map((segment) => ({
    fromMs: cellOf(cells, segment.first).fromMs,
    toMs: cellOf(cells, segment.last).toMs,
    ...describe(segment),
  }));
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
  box: LaneBox,
  scale: TimeScale,
  windows: WindowCells & { readonly anomaly: Float32Array | Float64Array },
  limit: number | undefined,
  style: AnomalyStyle,
): void {
  const { x, y, heightPx } = box;
  const { low, high } = anomalyRange(windows.anomaly.subarray(0, windows.count), limit);
  const toY = (score: number) => y + heightPx * (1 - (score - low) / (high - low));
  if (limit !== undefined) {
    const limitPx = toY(limit);
    hatch(context, { x, y, heightPx: limitPx - y }, scale.widthPx, style.hatch);
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
  strokeSteps(context, x, scale, windows, (w) => toY(windows.anomaly[w] as number));
}

/** A line through the ends of the windows' cells, where their results become known. */
function strokeSteps(
  context: Context,
  x: number,
  scale: TimeScale,
  cells: WindowCells,
  toY: (window: number) => number,
): void {
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  for (let w = 0; w < cells.count; w++) {
    const { fromMs, toMs: untilMs } = cellOf(cells, w);
    const height = toY(w);
    const middle = x + toPx(scale, (fromMs + untilMs) / 2);
    if (w === 0) context.moveTo(x + toPx(scale, fromMs), height);
    context.lineTo(middle, height);
    if (w === cells.count - 1) context.lineTo(x + toPx(scale, untilMs), height);
  }
  context.stroke();
}

/** Slanted lines, 5 px apart. */
function hatch(context: Context, { x, y, heightPx }: LaneBox, widthPx: number, colour: string): void {
  if (heightPx <= 0 || widthPx <= 0) return;
  context.save();
  context.beginPath();
  context.rect(x, y, widthPx, heightPx);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  // Anchored to the canvas, so that the pattern does not swim when a box grows.
  for (let at = Math.floor((x - heightPx - y) / 5) * 5; at < x + widthPx + y + heightPx; at += 5) {
    context.moveTo(at, y + heightPx);
    context.lineTo(at + heightPx, y);
  }
  context.stroke();
  context.restore();
}
