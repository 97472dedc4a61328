import { cellOf, type Segment, type WindowCells } from "./cells.ts";
import { hatch, pixelColumns, type Context, type LaneBox } from "./surface.ts";
import { toPx, type TimeScale } from "../time/time-scale.ts";

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

/** Consecutive columns that show the same. */
export interface Stretch {
  readonly piece: BandPiece;
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

const RAIL_PX = 3;
/** A loud piece is never narrower. */
const LOUD_PX = 2;
/** Narrower stretches have no room for a hairline between them. */
const LEAST_WITH_HAIRLINE_PX = 3;

/** Pieces for segments of windows, over the windows' cells. */
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

/**
 * What each column of a band shows, where many pieces may share one.
 *
 * A loud piece wins over others and gets `leastLoud` columns however short it is: what went wrong must not vanish in a
 * long recording.
 */
export function fitPieces(
  pieces: readonly BandPiece[],
  scale: TimeScale,
  columnCount: number,
  leastLoud: number,
): Stretch[] {
  const owners = new Int32Array(columnCount).fill(-1);
  const toColumn = (ms: number) => Math.round((toPx(scale, ms) / scale.widthPx) * columnCount);
  pieces.forEach(({ fromMs, toMs, isLoud }, p) => {
    if (toMs <= scale.startMs || fromMs >= scale.endMs) return;
    const from = Math.min(columnCount - 1, Math.max(0, toColumn(fromMs)));
    const to = Math.min(columnCount, Math.max(toColumn(toMs), from + (isLoud ? leastLoud : 1)));
    for (let column = from; column < to; column++) {
      const owner = pieces[owners[column] as number];
      if (!owner || (isLoud && !owner.isLoud)) owners[column] = p;
    }
  });

  const stretches: Stretch[] = [];
  for (let from = 0; from < columnCount;) {
    const piece = pieces[owners[from] as number];
    let to = from + 1;
    while (to < columnCount && showsSame(piece, pieces[owners[to] as number])) to++;
    if (piece) stretches.push({ piece, from, to });
    from = to;
  }
  return stretches;
}

function showsSame(a: BandPiece | undefined, b: BandPiece | undefined): boolean {
  return a === b || (a !== undefined && a.label === b?.label && a.isLoud === b.isLoud);
}

/** Labels over time: a pale tint, a rail in the full colour, and the label where there is room for it. */
export function drawBand(
  context: Context,
  { x, y, heightPx }: LaneBox,
  scale: TimeScale,
  pieces: readonly BandPiece[],
  style: BandStyle,
): void {
  const columns = pixelColumns(context, scale);
  const stretches = fitPieces(pieces, scale, columns.count, Math.round(LOUD_PX / columns.px)).map(
    ({ piece, from, to }) => ({ ...piece, left: x + from * columns.px, widthPx: (to - from) * columns.px }),
  );
  const bodyPx = heightPx - RAIL_PX;
  for (const { colour, isLoud, left, widthPx } of stretches) {
    context.fillStyle = colour;
    context.globalAlpha = isLoud ? 0.85 : 0.16;
    context.fillRect(left, y, widthPx, bodyPx);
    context.globalAlpha = 1;
  }
  const loud = stretches.filter(({ isLoud }) => isLoud);
  hatch(
    context,
    { y, heightPx: bodyPx },
    loud.map(({ left, widthPx }) => [left, widthPx]),
    style.panel,
  );

  context.font = style.font;
  context.textBaseline = "middle";
  stretches.forEach(({ label, colour, isLoud, left, widthPx }, i) => {
    context.fillStyle = colour;
    context.fillRect(left, y + bodyPx, widthPx, RAIL_PX);
    context.fillStyle = style.panel;
    if (widthPx >= LEAST_WITH_HAIRLINE_PX && i < stretches.length - 1) {
      context.fillRect(left + widthPx - columns.px, y, columns.px, heightPx);
    }
    const textPx = context.measureText(label).width;
    if (textPx + 14 > widthPx) return;
    if (isLoud) context.fillRect(left + 3, y + 3, textPx + 8, bodyPx - 6);
    context.fillStyle = style.ink;
    context.fillText(label, left + 7, y + bodyPx / 2 + 0.5);
  });
}
