import type { Codes } from "../data/codes.ts";
import { FAN_OUT_BITS, levelFor } from "../data/spans.ts";
import type { WindowTimes } from "../data/window-times.ts";
import { mixColours, type Colour } from "../pixels/colour.ts";
import { checkBox, type Box, type PixelImage } from "../pixels/pixel-image.ts";
import type { TimeScale } from "../time/time-scale.ts";
import { columnWindows, devicePx, phaseOf, pxOf, type ColumnSpan, type LaneStyle, type Placed } from "./placed.ts";

/** Windows with a code each. */
export interface CodesContent {
  readonly times: WindowTimes;
  readonly codes: Codes;
  /** 1 where a window's code is not what was expected, else 0. */
  readonly mismatches?: Codes;
}

/** A stretch of time with a code, e.g. a label that a person gave. */
export interface LabelledRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly code: number;
}

/** Colours of a band, by code. */
export interface BandStyle extends LaneStyle {
  /** By code. A code without one is not drawn and gets no label. */
  readonly colours: readonly (Colour | undefined)[];
  /** What the band lies on: tints are mixed with it, and hatches are of it. */
  readonly panel: Colour;
}

/** Where there is one label to write. The host measures the text, and leaves out what does not fit. */
export interface LabelPlace {
  /** Left edge in device pixels of the image. */
  readonly px: number;
  readonly widthPx: number;
  readonly code: number;
  /** Whether it is a mismatch, drawn loud. */
  readonly isLoud: boolean;
}

const RAIL_PX = 3;
const HATCH_PX = 5;
/** A loud piece is never narrower. */
const LOUD_PX = 2;
/** Narrower pieces have no room for a hairline between them. */
const LEAST_WITH_HAIRLINE_PX = 3;
/** Narrower pieces have no room for a letter. */
const LEAST_WITH_LABEL_PX = 12;
/** Of 256: what is right is pale, what is wrong is loud. */
const PALE_SHARE = 41;
const LOUD_SHARE = 218;

/** What each column shows: -1 nothing, else its code, with `LOUD` added for a mismatch. */
let columnCodes = new Int16Array(0);
const LOUD = 256;

/**
 * Draws the codes of windows as a band: a pale tint, a rail in the full colour; mismatches are filled and hatched.
 *
 * A column shows the code that most of its windows have, of the last recording in it. A column with a mismatch is loud, and a loud piece is 2 CSS
 * pixels wide at least: what went wrong does not vanish in a long recording.
 *
 * @returns Where labels go, from left to right.
 * @throws {RangeError} when the box is not within the image.
 */
export function drawBand(
  image: PixelImage,
  box: Box,
  scale: TimeScale,
  recordings: readonly Placed<CodesContent>[],
  style: BandStyle,
): LabelPlace[] {
  checkBox(image, box);
  const shown = clearedCodes(box.widthPx);
  for (const recording of recordings) {
    const span = columnWindows(recording, box, scale);
    if (!span) continue;
    readCodes(recording.content, span, shown);
    // Recording by recording, or a loud end would grow into the next one unseen.
    widenLoud(shown, span, devicePx(LOUD_PX, style));
  }
  return paint(image, box, scale, shown, style);
}

/**
 * Draws stretches of time with a code as a band, as {@link drawBand} does. Where they overlap, the later one in its
 * list is seen.
 *
 * @returns Where labels go, from left to right.
 * @throws {RangeError} when the box is not within the image.
 */
export function drawLabels(
  image: PixelImage,
  box: Box,
  scale: TimeScale,
  recordings: readonly Placed<readonly LabelledRange[]>[],
  style: BandStyle,
): LabelPlace[] {
  checkBox(image, box);
  const shown = clearedCodes(box.widthPx);
  for (const { fromMs, content } of recordings) {
    for (const { startMs, endMs, code } of content) {
      const from = Math.round(pxOf(box, scale, fromMs + startMs));
      const to = Math.max(from + 1, Math.round(pxOf(box, scale, fromMs + endMs)));
      if (to > 0 && from < box.widthPx) shown.fill(code, Math.max(0, from), Math.min(box.widthPx, to));
    }
  }
  return paint(image, box, scale, shown, style);
}

/**
 * Marks every column that has a window with one of some codes.
 *
 * @param wanted A code, or which codes are marked.
 * @throws {RangeError} when the box is not within the image.
 */
export function drawTicks(
  image: PixelImage,
  box: Box,
  scale: TimeScale,
  recordings: readonly Placed<Pick<CodesContent, "times" | "codes">>[],
  wanted: number | ((code: number) => boolean),
  colour: Colour,
  style: LaneStyle = {},
): void {
  checkBox(image, box);
  const tickPx = devicePx(1, style);
  for (const recording of recordings) {
    const { codes } = recording.content;
    const span = columnWindows(recording, box, scale);
    if (!span) continue;
    const { from, to, edges } = span;
    let found = -1;
    for (let column = from; column < to; column++) {
      const begin = edges[column * 2] as number;
      const end = edges[column * 2 + 1] as number;
      if (begin >= end) continue;
      // Asked for again only once it is passed: most columns have none.
      if (found < begin) found = codes.next(wanted, begin, 1);
      if (found < 0) break;
      if (found >= end) continue;
      image.fillRect(box.x + column, box.y, Math.min(tickPx, box.widthPx - column), box.heightPx, colour);
    }
  }
}

function clearedCodes(widthPx: number): Int16Array {
  if (columnCodes.length < widthPx) columnCodes = new Int16Array(widthPx);
  return columnCodes.fill(-1, 0, widthPx);
}

/** Many short recordings may share a column: the mismatch of one stays, whatever comes behind it. */
function readCodes(
  { codes, mismatches }: CodesContent,
  { from, to, edges }: ColumnSpan & { readonly edges: Int32Array },
  shown: Int16Array,
): void {
  let mismatch = mismatches ? -1 : Infinity;
  for (let column = from; column < to; column++) {
    const begin = edges[column * 2] as number;
    const end = edges[column * 2 + 1] as number;
    if (begin >= end) continue;
    if (mismatches && mismatch < begin) {
      const found = mismatches.next(1, begin, 1);
      mismatch = found < 0 ? Infinity : found;
    }
    if (mismatch < Math.min(end, codes.length)) shown[column] = codes.at(mismatch) + LOUD;
    else if ((shown[column] as number) < LOUD) {
      const bits = FAN_OUT_BITS * levelFor(end - begin);
      const code = codes.dominant((begin >>> bits) << bits, ((end + (1 << bits) - 1) >>> bits) << bits);
      if (code >= 0) shown[column] = code;
    }
  }
}

/** Widens loud pieces to their least width, to the right, or to the left at the end of their recording. */
function widenLoud(shown: Int16Array, { from, to }: ColumnSpan, leastPx: number): void {
  for (let begin = from; begin < to;) {
    const code = shown[begin] as number;
    let end = begin + 1;
    while (end < to && shown[end] === code) end++;
    if (code >= LOUD) {
      const least = Math.min(to, begin + leastPx);
      while (end < least && (shown[end] as number) < LOUD) shown[end++] = code;
      for (let before = begin - 1; end === to && end - before <= leastPx && before >= from; before--) {
        if ((shown[before] as number) >= LOUD) break;
        shown[before] = code;
      }
    }
    begin = end;
  }
}

function paint(image: PixelImage, box: Box, scale: TimeScale, shown: Int16Array, style: BandStyle): LabelPlace[] {
  const railPx = Math.min(box.heightPx, devicePx(RAIL_PX, style));
  const bodyPx = box.heightPx - railPx;
  const hairlinePx = devicePx(1, style);
  const hatchPx = devicePx(HATCH_PX, style);
  const phase = phaseOf(box, scale);
  const places: LabelPlace[] = [];
  for (let from = 0; from < box.widthPx;) {
    let to = from + 1;
    while (to < box.widthPx && shown[to] === shown[from]) to++;
    const marked = shown[from] as number;
    const isLoud = marked >= LOUD;
    const code = isLoud ? marked - LOUD : marked;
    const colour = code < 0 ? undefined : style.colours[code];
    if (colour !== undefined) {
      const x = box.x + from;
      const widthPx = to - from;
      image.fillRect(x, box.y, widthPx, bodyPx, mixColours(style.panel, colour, isLoud ? LOUD_SHARE : PALE_SHARE));
      if (isLoud) image.hatch({ x, y: box.y, widthPx, heightPx: bodyPx }, hatchPx, phase - box.x, style.panel);
      image.fillRect(x, box.y + bodyPx, widthPx, railPx, colour);
      if (widthPx >= devicePx(LEAST_WITH_HAIRLINE_PX, style) && to < box.widthPx && shown[to] !== -1) {
        image.fillRect(x + widthPx - hairlinePx, box.y, hairlinePx, box.heightPx, style.panel);
      }
      if (widthPx >= devicePx(LEAST_WITH_LABEL_PX, style)) places.push({ px: x, widthPx, code, isLoud });
    }
    from = to;
  }
  return places;
}
