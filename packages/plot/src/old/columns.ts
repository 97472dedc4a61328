/** Evenly spaced values of one series within an array that holds several. */
export interface Series {
  readonly values: Float32Array;
  /** Index of the first value. */
  readonly offset: number;
  /** From one value to the next. */
  readonly stride: number;
  readonly count: number;
  readonly intervalMs: number;
  /** Lowest and highest value, for whoever knows them already. */
  readonly range?: Range | undefined;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Thins a series to what a plot can show: the lowest and highest value of each pixel column.
 *
 * A spike one value wide stays visible at any zoom. Neighbouring columns overlap by one value, so the drawn line has no
 * holes.
 *
 * @param startMs Time at the left edge; the series begins at 0.
 * @param columns Width in pixels.
 * @returns `[low, high]` of each column; NaN where there is no value. Shape `[columns * 2]`.
 */
export function minMaxColumns(series: Series, startMs: number, endMs: number, columns: number): Float32Array {
  const { values, offset, stride, count, intervalMs } = series;
  const result = new Float32Array(columns * 2).fill(NaN);
  const perColumn = (endMs - startMs) / columns / intervalMs;
  const first = startMs / intervalMs;
  for (let column = 0; column < columns; column++) {
    const from = Math.max(0, Math.floor(first + column * perColumn));
    const to = Math.min(count - 1, Math.floor(first + (column + 1) * perColumn));
    let low = Infinity;
    let high = -Infinity;
    for (let i = from; i <= to; i++) {
      const value = values[offset + i * stride] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low <= high) {
      result[column * 2] = low;
      result[column * 2 + 1] = high;
    }
  }
  return result;
}

/** Lowest and highest value of a series; `undefined` when it has none. */
export function rangeOf({ values, offset, stride, count, range }: Series): Range | undefined {
  if (range) return range;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = values[offset + i * stride] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : undefined;
}
