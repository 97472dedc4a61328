import type { Range, Trace } from "../data/trace.ts";
import type { WindowTimes } from "../data/window-times.ts";
import type { Colour } from "../pixels/colour.ts";
import { clearedColumns, drawColumns } from "../pixels/line-columns.ts";
import { checkBox, type Box, type PixelImage } from "../pixels/pixel-image.ts";
import type { TimeScale } from "../time/time-scale.ts";
import { columnWindows, devicePx, phaseOf, type LaneStyle, type Placed } from "./placed.ts";
import { heightScale } from "./traces.ts";
import { addWindowLine } from "./window-line.ts";

/** Windows with one value each, of any range: value `i` is of window `i`. */
export interface WindowValues {
  readonly times: WindowTimes;
  readonly values: Trace;
}

/** Colours of an anomaly lane, and the range of its values. The hatch fills what lies above the limit. */
export interface AnomalyStyle extends LaneStyle {
  readonly line: Colour;
  readonly limit: Colour;
  readonly hatch: Colour;
  /** What fills the lane; see {@link anomalyRange}, which is used unless told. */
  readonly range?: Range;
}

/** A stretch where the line leaves the lane at its top; in device pixels from the box's left edge. */
export interface AnomalyPeak {
  readonly px: number;
  readonly widthPx: number;
  /** The highest value of the stretch. */
  readonly highest: number;
}

const LINE_PX = 1.5;
const DASH_PX = 5;
const DASH_GAP_PX = 4;
const HATCH_PX = 5;
/** Below so many pixels a window, the line shows the lowest and highest value of a column. */
const LEAST_WINDOW_PX = 1;
/** Above the limit a lane has at most so much of what it has below. */
const MOST_ABOVE = 0.6;
/** Peaks closer than this are one: what is written about them would overlap. */
const PEAK_GAP_PX = 56;
/** What stands in place of a line that is out of the lane. */
const PEAK_PX = 2;

/**
 * The values that an anomaly lane spans: everything that was seen, and some room above the limit.
 *
 * How far a score can be above its limit has no end, and what matters is where it crosses: the limit stays at a third of
 * the height or lower from the top, and what is higher is cut off. {@link drawAnomaly} tells where.
 */
export function anomalyRange(recordings: readonly Placed<WindowValues>[], limit: number | undefined): Range {
  let low = Math.min(-0.5, limit ?? 0);
  let high = Math.max(0.5, (limit ?? 0) * 2);
  for (const { content } of recordings) {
    const { range } = content.values;
    if (!range) continue;
    low = Math.min(low, range.low);
    high = Math.max(high, range.high);
  }
  if (limit !== undefined) high = Math.min(high, Math.max(0.5, limit * 2, limit + MOST_ABOVE * (limit - low)));
  return { low: low - 0.05 * (high - low), high: high + 0.05 * (high - low) };
}

/** Where a value is drawn in an anomaly lane, in device pixels from the top of the image: for dragging the limit. */
export function anomalyY(box: Box, range: Range, value: number): number {
  const { zeroPx, pxPerUnit } = heightScale(box, range, 0);
  return zeroPx - value * pxPerUnit;
}

/** The value at a height of an anomaly lane: {@link anomalyY} the other way round. */
export function anomalyAt({ y, heightPx }: Box, { low, high }: Range, atY: number): number {
  return high - ((atY - y) / heightPx) * (high - low);
}

/**
 * Draws anomaly scores as a line, their limit dashed, and hatches what lies above it.
 *
 * @param limit In the unit of the values; `undefined` draws neither limit nor hatch.
 * @returns Where scores are too high for the lane, for saying how high they are; a bar along its top stands there.
 * @throws {RangeError} when the box is not within the image.
 */
export function drawAnomaly(
  image: PixelImage,
  box: Box,
  scale: TimeScale,
  recordings: readonly Placed<WindowValues>[],
  limit: number | undefined,
  style: AnomalyStyle,
): AnomalyPeak[] {
  checkBox(image, box);
  const { pixelRatio = 1 } = style;
  const peaks: AnomalyPeak[] = [];
  const range = style.range ?? anomalyRange(recordings, limit);
  if (limit !== undefined) drawLimit(image, box, scale, Math.round(anomalyY(box, range, limit)), style);
  const heights = heightScale(box, range, 0);
  for (const recording of recordings) {
    const { times, values } = recording.content;
    const span = columnWindows(recording, box, scale);
    if (!span) continue;
    const columns = clearedColumns(box.widthPx, span.from, span.to);
    const isJoined = span.windowPx < LEAST_WINDOW_PX;
    if (isJoined) values.stretches(span.edges, span.from, span.to, columns);
    else addWindowLine(columns, box, scale, recording.fromMs, times, values.length, (window) => values.at(window));
    drawColumns(image, box, columns, span.from, span.to, heights, LINE_PX * pixelRatio, isJoined, style.line);
    for (let column = span.from; column < span.to; column++) {
      const value = columns[column * 2 + 1] as number;
      if (!(value > range.high)) continue;
      image.fillRect(box.x + column, box.y, 1, Math.min(box.heightPx, devicePx(PEAK_PX, style)), style.line);
      addPeak(peaks, column, value, devicePx(PEAK_GAP_PX, style));
    }
  }
  return peaks;
}

/** Widens the last peak by a column, or begins another. */
function addPeak(peaks: AnomalyPeak[], column: number, value: number, gapPx: number): void {
  const last = peaks.at(-1);
  if (!last || column < last.px || column - (last.px + last.widthPx) >= gapPx)
    peaks.push({ px: column, widthPx: 1, highest: value });
  else peaks[peaks.length - 1] = { px: last.px, widthPx: column + 1 - last.px, highest: Math.max(last.highest, value) };
}

function drawLimit(image: PixelImage, box: Box, scale: TimeScale, limitY: number, style: AnomalyStyle): void {
  const y = Math.min(box.y + box.heightPx, Math.max(box.y, limitY));
  const phase = phaseOf(box, scale);
  image.hatch({ ...box, heightPx: y - box.y }, devicePx(HATCH_PX, style), phase - box.x, style.hatch);
  const strength = Math.min(devicePx(1, style), box.y + box.heightPx - y);
  const [dash, period] = [devicePx(DASH_PX, style), devicePx(DASH_PX + DASH_GAP_PX, style)];
  // The dashes stay on their time when the lane scrolls.
  const begin = -(((phase % period) + period) % period);
  for (let at = begin; at < box.widthPx; at += period) {
    const from = Math.max(0, at);
    image.fillRect(box.x + from, y, Math.min(box.widthPx, at + dash) - from, strength, style.limit);
  }
}
