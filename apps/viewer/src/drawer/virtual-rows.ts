/**
 * Which rows of a long table are in sight, and where they stand.
 *
 * No browser lets an element grow without end, so a table beyond `MOST_CONTENT_PX` gets a shorter way to scroll than
 * its rows are high: the way is scaled, the rows are not.
 */
export const ROW_PX = 24;
/** Firefox ends at 17.8 million pixels, Chromium at 33.5. */
const MOST_CONTENT_PX = 15_000_000;
/** Rows beyond the visible ones, so that slow scrolling finds them drawn. */
const SPARE_ROWS = 8;

/** The rows to draw, `to` not included, and the empty space above and below them. */
export interface RowsInSight {
  readonly from: number;
  readonly to: number;
  readonly abovePx: number;
  readonly belowPx: number;
}

/** A table of so many rows, seen through so many pixels. */
export interface RowWindow {
  readonly count: number;
  /** Height in which rows are seen, without the head of the table. */
  readonly heightPx: number;
}

/** @param scrollTop Of the element that scrolls; beyond its ends it counts as the end. */
export function rowsInSight(window: RowWindow, scrollTop: number): RowsInSight {
  const { count, heightPx } = window;
  const scrolled = Math.max(0, Math.min(scrollTop, mostScrollTop(window)));
  const topPx = scrolled * scaleOf(window);
  const from = Math.max(0, Math.floor(topPx / ROW_PX) - SPARE_ROWS);
  const to = Math.min(count, Math.ceil((topPx + heightPx) / ROW_PX) + SPARE_ROWS);
  // Near the top of a scaled table the spare rows would begin above it.
  const abovePx = Math.max(0, scrolled + from * ROW_PX - topPx);
  return { from, to, abovePx, belowPx: Math.max(0, contentPx(window) - abovePx - (to - from) * ROW_PX) };
}

/** Where to scroll so that a row is in sight; `undefined` when it is already. */
export function scrollTopFor(window: RowWindow, row: number, scrollTop: number): number | undefined {
  const scale = scaleOf(window);
  const topPx = scrollTop * scale;
  const rowPx = row * ROW_PX;
  if (rowPx < topPx) return rowPx / scale;
  const lowestPx = rowPx + ROW_PX - window.heightPx;
  return lowestPx > topPx ? lowestPx / scale : undefined;
}

/** Where the last row is in sight. */
export function mostScrollTop(window: RowWindow): number {
  return Math.max(0, contentPx(window) - window.heightPx);
}

function contentPx({ count }: RowWindow): number {
  return Math.min(MOST_CONTENT_PX, count * ROW_PX);
}

/** Pixels of rows to one of scrolling. */
function scaleOf(window: RowWindow): number {
  const most = mostScrollTop(window);
  return most === 0 ? 1 : (window.count * ROW_PX - window.heightPx) / most;
}
