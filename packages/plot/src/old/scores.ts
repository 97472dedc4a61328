import { cellOf, isApart, windowAt, type WindowCells } from "./cells.ts";
import { rampColour, type Ramp } from "./ramp.ts";
import { pixelColumns, type Context, type LaneBox } from "./surface.ts";
import { toMs, toPx, type TimeScale } from "../time/time-scale.ts";

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
  if (windows.count === 0 || windows.classCount === 0) return;
  const columns = pixelColumns(context, scale);
  const rowPx = heightPx / windows.classCount;
  const highest = highestScores(windows, scale, columns.count);
  for (let k = 0; k < windows.classCount; k++) {
    const colourOf = (column: number): string | undefined => {
      const score = highest[column * windows.classCount + k] as number;
      return Number.isNaN(score) ? undefined : rampColour(ramp, score);
    };
    for (let from = 0; from < columns.count;) {
      const colour = colourOf(from);
      let to = from + 1;
      while (to < columns.count && colourOf(to) === colour) to++;
      if (colour !== undefined) {
        context.fillStyle = colour;
        context.fillRect(x + from * columns.px, y + k * rowPx, (to - from) * columns.px, rowPx - 1);
      }
      from = to;
    }
  }
}

/** The highest score of each class in each column; NaN where no window has its cell. Shape `[columns * classCount]`. */
export function highestScores(windows: Scores, scale: TimeScale, columnCount: number): Float32Array {
  const { classCount, scores, endMs } = windows;
  const highest = new Float32Array(columnCount * classCount).fill(NaN);
  const columnPx = scale.widthPx / columnCount;
  for (let column = 0; column < columnCount; column++) {
    const [fromMs, untilMs] = [toMs(scale, column * columnPx), toMs(scale, (column + 1) * columnPx)];
    const first = windowAt(windows, fromMs);
    if (cellOf(windows, first).fromMs >= untilMs || (endMs[first] as number) <= fromMs) continue;
    const last = Math.max(first, windowAt(windows, untilMs - 1e-6));
    for (let k = 0; k < classCount; k++) {
      let score = 0;
      for (let w = first; w <= last; w++) score = Math.max(score, scores[w * classCount + k] as number);
      highest[column * classCount + k] = score;
    }
  }
  return highest;
}

/** Scores as lines: one row a class, from 0 at its bottom to 1 at its top, with a hairline between rows. */
export function drawScoreLines(
  context: Context,
  { x, y, heightPx }: LaneBox,
  scale: TimeScale,
  windows: Scores,
  { colours, line }: { readonly colours: readonly string[]; readonly line: string },
): void {
  const rowPx = heightPx / Math.max(1, windows.classCount);
  for (let k = 0; k < windows.classCount; k++) {
    const bottom = y + (k + 1) * rowPx - 2;
    const height = (score: number) => bottom - score * (rowPx - 4);
    context.fillStyle = line;
    if (k > 0) context.fillRect(x, y + Math.round(k * rowPx) - 1, scale.widthPx, 1);
    context.strokeStyle = colours[k % colours.length] ?? "";
    strokeWindows(context, x, scale, windows, (w) => height(windows.scores[w * windows.classCount + k] as number));
  }
}

/** A line through the middles of the windows' cells, broken where no window has seen anything. */
export function strokeWindows(
  context: Context,
  x: number,
  scale: TimeScale,
  cells: WindowCells,
  toY: (window: number) => number,
): void {
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  traceWindows(context, x, scale, pixelColumns(context, scale).px, cells, toY);
  context.stroke();
}

/** The path of such a line. Where several windows share a column it goes from the lowest of them to the highest. */
export function traceWindows(
  path: Pick<Context, "moveTo" | "lineTo">,
  x: number,
  scale: TimeScale,
  columnPx: number,
  cells: WindowCells,
  toY: (window: number) => number,
): void {
  let shared = { column: NaN, px: 0, low: 0, high: 0, last: 0 };
  const finishColumn = () => {
    if (shared.low === shared.high) return;
    for (const height of [shared.low, shared.high, shared.last]) path.lineTo(shared.px, height);
  };
  for (let w = 0; w < cells.count; w++) {
    const { fromMs, toMs: untilMs } = cellOf(cells, w);
    const height = toY(w);
    const px = x + toPx(scale, (fromMs + untilMs) / 2);
    const column = Math.floor(px / columnPx);
    const begins = w === 0 || isApart(cells, w);
    if (begins || column !== shared.column) {
      finishColumn();
      if (begins) path.moveTo(x + toPx(scale, fromMs), height);
      path.lineTo(px, height);
      shared = { column, px, low: height, high: height, last: height };
    } else {
      shared.low = Math.min(shared.low, height);
      shared.high = Math.max(shared.high, height);
      shared.last = height;
    }
    if (w === cells.count - 1 || isApart(cells, w + 1)) {
      finishColumn();
      shared = { column: NaN, px: 0, low: 0, high: 0, last: 0 };
      path.lineTo(x + toPx(scale, untilMs), height);
    }
  }
}
