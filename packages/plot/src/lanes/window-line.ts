import type { WindowTimes } from "../data/window-times.ts";
import { addPoint, addSegment, type LineColumns } from "../pixels/line-columns.ts";
import type { Box } from "../pixels/pixel-image.ts";
import type { TimeScale } from "../time/time-scale.ts";
import { pxOf } from "./placed.ts";

/**
 * A line through the middles of the windows' cells, level from the outer cells' edges to their middles, and broken where
 * no window has seen anything or a value is not finite.
 *
 * @param count Windows that have a value already.
 */
export function addWindowLine(
  columns: LineColumns,
  box: Box,
  scale: TimeScale,
  fromMs: number,
  times: WindowTimes,
  count: number,
  valueOf: (window: number) => number,
): void {
  const width = box.widthPx;
  const pxAt = (ms: number) => pxOf(box, scale, fromMs + ms);
  // One window more on either side, for the line that leads out of sight.
  const first = Math.max(0, times.firstEndingAfter(scale.startMs - fromMs) - 1);
  const end = Math.min(count, times.length, times.firstEndingAfter(scale.endMs - fromMs) + 2);
  let pxBefore = NaN;
  let valueBefore = NaN;
  for (let window = first; window < end; window++) {
    const value = valueOf(window);
    const beginMs = times.cellStartMs(window);
    const endMs = times.endMs(window);
    const px = pxAt((beginMs + endMs) / 2);
    if (Number.isFinite(value)) {
      addPoint(columns, width, px, value);
      if (Number.isFinite(valueBefore) && !times.isApart(window)) {
        addSegment(columns, width, pxBefore, valueBefore, px, value);
      } else addSegment(columns, width, pxAt(beginMs), value, px, value);
      const isLast = window + 1 >= times.length || window + 1 >= count || times.isApart(window + 1);
      if (isLast || !Number.isFinite(valueOf(window + 1))) addSegment(columns, width, px, value, pxAt(endMs), value);
    }
    pxBefore = px;
    valueBefore = value;
  }
}
