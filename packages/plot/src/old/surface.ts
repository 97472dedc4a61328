import type { TimeScale } from "../time/time-scale.ts";

/** The part of a canvas' context that lanes draw with. */
export type Context = Pick<
  CanvasRenderingContext2D,
  | "beginPath"
  | "clip"
  | "fillRect"
  | "fillStyle"
  | "fillText"
  | "font"
  | "getTransform"
  | "globalAlpha"
  | "lineJoin"
  | "lineTo"
  | "lineWidth"
  | "measureText"
  | "moveTo"
  | "rect"
  | "restore"
  | "save"
  | "setLineDash"
  | "stroke"
  | "strokeStyle"
  | "textBaseline"
>;

/** Where a lane stands, in CSS pixels. Its width is that of the time scale. */
export interface LaneBox {
  readonly x: number;
  readonly y: number;
  readonly heightPx: number;
}

/** The columns of device pixels that a lane is wide; drawn on their edges, neighbours neither overlap nor gape. */
export interface PixelColumns {
  readonly count: number;
  /** Width of one, in CSS pixels. */
  readonly px: number;
}

export function pixelColumns(context: Context, { widthPx }: TimeScale): PixelColumns {
  const ratio = context.getTransform().a;
  return { count: Math.max(1, Math.round(widthPx * ratio)), px: 1 / ratio };
}

const HATCH_PX = 5;

/** Slanted lines over a lane, within so many rectangles `[x, width]` of it. */
export function hatch(
  context: Context,
  { y, heightPx }: Omit<LaneBox, "x">,
  stretches: readonly (readonly [x: number, widthPx: number])[],
  colour: string,
): void {
  const [first] = stretches;
  const last = stretches.at(-1);
  if (!first || !last || heightPx <= 0) return;
  context.save();
  context.beginPath();
  for (const [x, widthPx] of stretches) context.rect(x, y, widthPx, heightPx);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  // At multiples of the distance, so that the pattern does not swim when a stretch grows.
  const begin = Math.floor((first[0] - heightPx) / HATCH_PX) * HATCH_PX;
  for (let at = begin; at < last[0] + last[1]; at += HATCH_PX) {
    context.moveTo(at, y + heightPx);
    context.lineTo(at + heightPx, y);
  }
  context.stroke();
  context.restore();
}
