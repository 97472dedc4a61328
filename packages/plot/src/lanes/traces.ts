import type { Range, Trace } from "../data/trace.ts";
import type { Colour } from "../pixels/colour.ts";
import { addPoint, addSegment, clearedColumns, drawColumns, type HeightScale } from "../pixels/line-columns.ts";
import { checkBox, type Box, type PixelImage } from "../pixels/pixel-image.ts";
import type { TimeScale } from "../time/time-scale.ts";
import { columnsBetween, type LaneStyle, type Placed } from "./placed.ts";

/** A series with its sampling: value `i` was read `i * intervalMs` after the recording began. */
export interface TraceContent {
  readonly trace: Trace;
  readonly intervalMs: number;
}

/** One axis of a sensor: a trace for every recording in sight. */
export type Axis = readonly Placed<TraceContent>[];

/** Colours, strength and ranges of lines, by axis. */
export interface TracesStyle extends LaneStyle {
  /** The lines' colour; one an axis where there are several, begun again when they run out. */
  readonly ink: Colour | readonly Colour[];
  /** What fills each axis' row; that of all its values unless told. See {@link axisRanges}. */
  readonly ranges?: readonly (Range | undefined)[];
  /** Strength of the line in CSS pixels, 1.2 unless told. */
  readonly linePx?: number;
}

/** Fewer values in a column than this, and the line between them is drawn. */
const LEAST_PER_COLUMN = 2;
/** Room above and below a line in its row, CSS pixels. */
const PADDING_PX = 4;

/**
 * Draws series over time, one row an axis.
 *
 * Costs as much as there are pixels, however many values there are. Each column of pixels shows its lowest and its highest value:
 * a spike one value wide is seen at any zoom. A value that is not finite breaks the line.
 *
 * @param scale The time that the box spans. From `scaleOf`, so that nothing shimmers while it moves.
 * @throws {RangeError} when the box is not within the image.
 */
export function drawTraces(
  image: PixelImage,
  box: Box,
  scale: TimeScale,
  axes: readonly Axis[],
  style: TracesStyle,
): void {
  checkBox(image, box);
  const inks = typeof style.ink === "number" ? [style.ink] : style.ink;
  axes.forEach((axis, row) => {
    const top = box.y + Math.round((row * box.heightPx) / axes.length);
    const end = box.y + Math.round(((row + 1) * box.heightPx) / axes.length);
    const rowBox = { ...box, y: top, heightPx: end - top };
    drawAxis(
      image,
      rowBox,
      scale,
      axis,
      style.ranges?.[row] ?? rangeOf(axis),
      inks[row % inks.length] as Colour,
      style,
    );
  });
}

/**
 * The range of each axis, for `TracesStyle.ranges`.
 *
 * @param isCommon Whether all axes get the same distance from low to high, so that their heights compare; each stays in
 *   the middle of its own row.
 */
export function axisRanges(axes: readonly Axis[], isCommon: boolean): (Range | undefined)[] {
  const ranges = axes.map(rangeOf);
  if (!isCommon) return ranges;
  const widest = Math.max(0, ...ranges.map((range) => (range ? range.high - range.low : 0)));
  return ranges.map((range) => {
    if (!range) return undefined;
    const middle = (range.low + range.high) / 2;
    return { low: middle - widest / 2, high: middle + widest / 2 };
  });
}

function rangeOf(axis: Axis): Range | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const { content } of axis) {
    const { range } = content.trace;
    if (!range) continue;
    low = Math.min(low, range.low);
    high = Math.max(high, range.high);
  }
  return low <= high ? { low, high } : undefined;
}

/** Heights for values of a range within a box, with so many pixels of room above and below. */
export function heightScale({ y, heightPx }: Box, { low, high }: Range, paddingPx: number): HeightScale {
  const room = Math.max(1, heightPx - 2 * paddingPx);
  const pxPerUnit = high > low ? room / (high - low) : 0;
  return { zeroPx: y + heightPx / 2 + ((low + high) / 2) * pxPerUnit, pxPerUnit };
}

function drawAxis(
  image: PixelImage,
  box: Box,
  scale: TimeScale,
  axis: Axis,
  range: Range | undefined,
  ink: Colour,
  { linePx = 1.2, pixelRatio = 1 }: TracesStyle,
): void {
  if (!range) return;
  const heights = heightScale(box, range, PADDING_PX * pixelRatio);
  const columnMs = (scale.endMs - scale.startMs) / box.widthPx;
  for (const { fromMs, content } of axis) {
    const { trace, intervalMs } = content;
    const span = columnsBetween(box, scale, fromMs, fromMs + trace.length * intervalMs);
    if (!span) continue;
    const columns = clearedColumns(box.widthPx, span.from, span.to);
    const perColumn = columnMs / intervalMs;
    const first = (scale.startMs - fromMs) / intervalMs;
    const isJoined = perColumn >= LEAST_PER_COLUMN;
    if (isJoined) {
      trace.columns(first + span.from * perColumn, perColumn, span.to - span.from, columns.subarray(span.from * 2));
    } else {
      addLine(columns, box.widthPx, trace, first, perColumn);
    }
    drawColumns(image, box, columns, span.from, span.to, heights, linePx * pixelRatio, isJoined, ink);
  }
}

/** The line from value to value, where each has a pixel of its own. */
function addLine(columns: Float64Array, count: number, trace: Trace, first: number, perColumn: number): void {
  const begin = Math.max(0, Math.floor(first));
  const end = Math.min(trace.length - 1, Math.ceil(first + count * perColumn));
  let pxBefore = NaN;
  let valueBefore = NaN;
  for (let i = begin; i <= end; i++) {
    const value = trace.at(i);
    const px = (i - first) / perColumn;
    if (Number.isFinite(value)) {
      if (Number.isFinite(valueBefore)) addSegment(columns, count, pxBefore, valueBefore, px, value);
      else addPoint(columns, count, px, value);
    }
    pxBefore = px;
    valueBefore = value;
  }
}
