import type { Scores } from "../data/scores.ts";
import type { WindowTimes } from "../data/window-times.ts";
import type { Colour } from "../pixels/colour.ts";
import { clearedColumns, drawColumns } from "../pixels/line-columns.ts";
import { checkBox, type Box, type PixelImage } from "../pixels/pixel-image.ts";
import type { Ramp } from "../pixels/ramp.ts";
import type { TimeScale } from "../time/time-scale.ts";
import { columnWindows, devicePx, type ColumnSpan, type LaneStyle, type Placed } from "./placed.ts";
import { heightScale } from "./traces.ts";
import { addWindowLine } from "./window-line.ts";

/** Windows with their scores. */
export interface ScoresContent {
  readonly times: WindowTimes;
  readonly scores: Scores;
}

/** Which rows of the scores a drawn row shows: one, or the highest of several ("others"). */
export type ShownRow = number | readonly number[];

/** Which rows are drawn, from top to bottom. The colours are the ramp's. */
export interface RibbonStyle extends LaneStyle {
  /** The rows from top to bottom; all, in their order, unless told. */
  readonly rows?: readonly ShownRow[];
}

/** Which rows are drawn, and the colour of each. */
export interface ScoreLinesStyle extends RibbonStyle {
  /** One a drawn row, begun again when they run out. */
  readonly colours: readonly Colour[];
  /** The hairline between rows. */
  readonly line: Colour;
}

const LINE_PX = 1.5;
const PADDING_PX = 2;
/** Below so many pixels a window, the line shows the highest score of a column. */
const LEAST_WINDOW_PX = 1;

let bytes = new Uint8Array(0);
let stretchBytes = new Uint8Array(0);
let colours = new Uint32Array(0);

/**
 * Draws scores as a ribbon: one row each, coloured by a ramp.
 *
 * Where windows are narrower than 3 pixels a column shows its highest score, so that a short detection does not vanish;
 * where they are wider, each has a cell of its own that ends where the window ends. Nothing is drawn where no window
 * has seen anything.
 *
 * @throws {RangeError} when the box is not within the image.
 */
export function drawRibbon(
  image: PixelImage,
  box: Box,
  scale: TimeScale,
  recordings: readonly Placed<ScoresContent>[],
  ramp: Ramp,
  style: RibbonStyle = {},
): void {
  checkBox(image, box);
  const { widthPx } = box;
  if (colours.length < widthPx) colours = new Uint32Array(widthPx);
  const rowCount = rowCountOf(recordings, style);
  // Of all recordings together, since a column of a long session has many.
  const highest = clearedBytes(rowCount * widthPx);
  for (const recording of recordings) {
    const { scores } = recording.content;
    const span = columnWindows(recording, box, scale);
    if (!span) continue;
    rowsOf(scores, style).forEach((row, i) => addHighest(scores, row, span, highest.subarray(i * widthPx)));
  }
  for (let i = 0; i < rowCount; i++) {
    const [y, heightPx] = rowBox(box, i, rowCount);
    const shownPx = heightPx - (heightPx > 2 ? devicePx(1, style) : 0);
    fillRow(image, { ...box, y, heightPx: shownPx }, highest.subarray(i * widthPx), ramp);
  }
}

/**
 * Draws scores as lines: one row each, from 0 at its bottom to 1 at its top, with a hairline between rows.
 *
 * @throws {RangeError} when the box is not within the image.
 */
export function drawScoreLines(
  image: PixelImage,
  box: Box,
  scale: TimeScale,
  recordings: readonly Placed<ScoresContent>[],
  style: ScoreLinesStyle,
): void {
  checkBox(image, box);
  const { pixelRatio = 1 } = style;
  const rowCount = rowCountOf(recordings, style);
  for (let i = 1; i < rowCount; i++) {
    const hairline = devicePx(1, style);
    image.fillRect(box.x, rowBox(box, i, rowCount)[0] - hairline, box.widthPx, hairline, style.line);
  }
  for (const recording of recordings) {
    const { times, scores } = recording.content;
    const span = columnWindows(recording, box, scale);
    if (!span) continue;
    rowsOf(scores, style).forEach((row, i) => {
      const [y, heightPx] = rowBox(box, i, rowCount);
      const lane = { ...box, y, heightPx };
      const columns = clearedColumns(box.widthPx, span.from, span.to);
      const isJoined = span.windowPx < LEAST_WINDOW_PX;
      if (isJoined) {
        const highest = clearedBytes(box.widthPx);
        addHighest(scores, row, span, highest);
        for (let column = span.from; column < span.to; column++) {
          const byte = highest[column] as number;
          if (byte > 0) columns[column * 2] = columns[column * 2 + 1] = (byte - 1) / 254;
        }
      } else {
        const valueOf = (window: number) =>
          typeof row === "number"
            ? scores.at(window, row)
            : row.reduce((highest, each) => Math.max(highest, scores.at(window, each)), 0);
        addWindowLine(columns, lane, scale, recording.fromMs, times, scores.length, valueOf);
      }
      const heights = heightScale(lane, { low: 0, high: 1 }, PADDING_PX * pixelRatio);
      const colour = style.colours[i % style.colours.length] as Colour;
      drawColumns(image, lane, columns, span.from, span.to, heights, LINE_PX * pixelRatio, isJoined, colour);
    });
  }
}

function rowsOf(scores: Scores, { rows }: RibbonStyle): readonly ShownRow[] {
  return rows ?? Array.from({ length: scores.rows }, (_, row) => row);
}

function rowCountOf(recordings: readonly Placed<ScoresContent>[], style: RibbonStyle): number {
  if (style.rows) return style.rows.length;
  return recordings.reduce((most, { content }) => Math.max(most, content.scores.rows), 0);
}

function rowBox({ y, heightPx }: Box, row: number, rowCount: number): [y: number, heightPx: number] {
  const top = y + Math.round((row * heightPx) / rowCount);
  return [top, y + Math.round(((row + 1) * heightPx) / rowCount) - top];
}

/** Bytes of columns, 0 where there is no score. Used again by the next call. */
function clearedBytes(count: number): Uint8Array {
  if (bytes.length < count) bytes = new Uint8Array(count);
  return bytes.fill(0, 0, count);
}

/** Raises bytes of columns to the highest score that a recording has there. */
function addHighest(
  scores: Scores,
  row: ShownRow,
  { from, to, edges }: ColumnSpan & { readonly edges: Int32Array },
  highest: Uint8Array,
): void {
  if (stretchBytes.length < to) stretchBytes = new Uint8Array(to);
  for (const each of typeof row === "number" ? [row] : row) {
    scores.stretches(each, edges, from, to, stretchBytes);
    for (let i = from; i < to; i++) {
      if ((stretchBytes[i] as number) > (highest[i] as number)) highest[i] = stretchBytes[i] as number;
    }
  }
}

function fillRow({ pixels, widthPx }: PixelImage, box: Box, highest: Uint8Array, ramp: Ramp): void {
  for (let column = 0; column < box.widthPx; column++) colours[column] = ramp[highest[column] as number] as Colour;
  for (let begin = 0; begin < box.widthPx;) {
    let end = begin;
    while (end < box.widthPx && highest[end] !== 0) end++;
    const run = colours.subarray(begin, end);
    if (end > begin) {
      for (let row = box.y; row < box.y + box.heightPx; row++) pixels.set(run, row * widthPx + box.x + begin);
    }
    begin = end + 1;
  }
}
