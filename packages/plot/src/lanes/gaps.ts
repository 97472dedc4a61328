import type { Colour } from "../pixels/colour.ts";
import { checkBox, type Box, type PixelImage } from "../pixels/pixel-image.ts";
import type { TimeScale } from "../time/time-scale.ts";
import type { TimeSpan } from "../time/view-state.ts";
import { columnsBetween, devicePx, phaseOf, type ColumnSpan, type LaneStyle } from "./placed.ts";

/** Colours of a gap: what it is filled with, and its dots. */
export interface GapStyle extends LaneStyle {
  readonly background: Colour;
  readonly dot: Colour;
}

const DOT_DISTANCE_PX = 4;

/**
 * Draws stretches of time in which nothing was recorded: empty, with fine dots, so that nobody takes them for a signal
 * at rest. Every gap takes up a column at least.
 *
 * @param gaps Times on the clock of all lanes.
 * @throws {RangeError} when the box is not within the image.
 */
export function drawGaps(
  image: PixelImage,
  box: Box,
  scale: TimeScale,
  gaps: readonly TimeSpan[],
  style: GapStyle,
): void {
  checkBox(image, box);
  const distance = devicePx(DOT_DISTANCE_PX, style);
  const dotPx = devicePx(1, style);
  const phase = phaseOf(box, scale);
  for (const { from, to } of stretchesOf(box, scale, gaps)) {
    image.fillRect(box.x + from, box.y, to - from, box.heightPx, style.background);
    for (let column = from; column < to; column++) {
      const past = (((column + phase) % distance) + distance) % distance;
      if (past >= dotPx) continue;
      for (let y = Math.floor(distance / 2); y < box.heightPx; y += distance) {
        image.fillRect(box.x + column, box.y + y, 1, Math.min(dotPx, box.heightPx - y), style.dot);
      }
    }
  }
}

/** The columns of gaps; those that touch are one, since a long session has more gaps than columns. */
function stretchesOf(box: Box, scale: TimeScale, gaps: readonly TimeSpan[]): ColumnSpan[] {
  const stretches: ColumnSpan[] = [];
  for (const { startMs, endMs } of gaps) {
    const span = columnsBetween(box, scale, startMs, endMs);
    const before = stretches.at(-1);
    if (span && before && span.from >= before.from && span.from <= before.to) {
      stretches[stretches.length - 1] = { from: before.from, to: Math.max(before.to, span.to) };
    } else if (span) stretches.push(span);
  }
  return stretches;
}
