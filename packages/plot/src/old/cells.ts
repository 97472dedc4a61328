/** Results of windows, column by column, in time order. */
export interface WindowCells {
  readonly count: number;
  /** Where each window begins, ms. Shape `[count]`, ascending. */
  readonly startMs: Float64Array;
  /** Where each window ends, ms. Shape `[count]`, ascending. */
  readonly endMs: Float64Array;
}

/**
 * Where window `i` is drawn: in the step of time that it has seen and the window before it has not.
 *
 * A window's result is known at its end, and overlapping windows must not cover each other.
 */
export function cellOf({ count, startMs, endMs }: WindowCells, i: number): { fromMs: number; toMs: number } {
  const toMs = endMs[i] as number;
  const stepMs = i > 0 ? toMs - (endMs[i - 1] as number) : count > 1 ? (endMs[1] as number) - toMs : Infinity;
  return { fromMs: Math.max(startMs[i] as number, toMs - stepMs), toMs };
}

/** Rounding of times must not look like a gap. */
const SAME_MS = 1e-6;

/** Whether there is time between a window and the one before it that neither has seen. */
export function isApart(cells: WindowCells, i: number): boolean {
  return i > 0 && cellOf(cells, i).fromMs > (cells.endMs[i - 1] as number) + SAME_MS;
}

/** The window whose cell covers a time (its end not included), or the nearest one; -1 when there is none. */
export function windowAt(cells: WindowCells, ms: number): number {
  let low = 0;
  let high = cells.count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cells.endMs[middle] as number) <= ms) low = middle + 1;
    else high = middle;
  }
  return cells.count === 0 ? -1 : low;
}

/** Consecutive windows of the same kind, without a gap. */
export interface Segment {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  readonly code: number;
}

/** Joins neighbours with the same code, as long as there is no gap between them. */
export function joinCodes(codes: ArrayLike<number>, cells: WindowCells): Segment[] {
  const segments: Segment[] = [];
  for (let first = 0; first < codes.length;) {
    let last = first;
    while (last + 1 < codes.length && codes[last + 1] === codes[first] && !isApart(cells, last + 1)) last++;
    segments.push({ first, last, code: codes[first] as number });
    first = last + 1;
  }
  return segments;
}
