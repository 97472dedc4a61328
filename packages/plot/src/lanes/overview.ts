import type { Colour } from "../pixels/colour.ts";
import type { Box, PixelImage } from "../pixels/pixel-image.ts";
import type { TimeScale } from "../time/time-scale.ts";
import { drawTicks, type CodesContent } from "./band.ts";
import { devicePx, type LaneStyle, type Placed } from "./placed.ts";
import { drawTraces, type Axis } from "./traces.ts";

/** Windows that an overview marks. */
export interface OverviewTicks {
  readonly windows: readonly Placed<Pick<CodesContent, "times" | "codes">>[];
  /** The code that is marked, or which ones. */
  readonly wanted: number | ((code: number) => boolean);
  readonly colour: Colour;
}

/** Colour of a minimap's traces. Its ticks have colours of their own: {@link OverviewTicks}. */
export interface OverviewStyle extends LaneStyle {
  /** Of the traces: pale, since they lie on each other. */
  readonly ink: Colour;
}

const TICK_PX = 4;

/**
 * Draws a minimap: all traces over each other, each filling the height, and a row of ticks a kind at the bottom.
 *
 * @throws {RangeError} when the box is not within the image.
 */
export function drawOverview(
  image: PixelImage,
  box: Box,
  scale: TimeScale,
  axes: readonly Axis[],
  ticks: readonly OverviewTicks[],
  style: OverviewStyle,
): void {
  const tickPx = Math.min(devicePx(TICK_PX, style), Math.floor(box.heightPx / (ticks.length + 1)));
  const tracesBox = { ...box, heightPx: box.heightPx - ticks.length * tickPx };
  for (const axis of axes) drawTraces(image, tracesBox, scale, [axis], style);
  ticks.forEach(({ windows, wanted, colour }, i) => {
    const tickBox = { ...box, y: tracesBox.y + tracesBox.heightPx + i * tickPx, heightPx: tickPx };
    drawTicks(image, tickBox, scale, windows, wanted, colour, style);
  });
}
