/**
 * Subtracts from every row the mean of the `windowSize` rows around it. Rows beyond an end are those before it, mirrored.
 *
 * @param windowSize Odd.
 */
export function subtractSlidingMean(
  values: Float64Array,
  columns: number,
  windowSize: number,
  out: Float64Array,
): void {
  const rows = values.length / columns;
  const reach = (windowSize - 1) / 2;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const value = values[at] as number;
      // The mean of differences: a column that never changes becomes 0, not the rounding of its mean.
      let sum = 0;
      for (let i = row - reach; i <= row + reach; i++) {
        sum += value - (values[mirror(i, rows) * columns + column] as number);
      }
      out[at] = sum / windowSize;
    }
  }
}

/** Divides every row by the standard deviation of the `windowSize` rows around it, as `subtractSlidingMean` has them. */
export function divideBySlidingDeviation(
  values: Float64Array,
  columns: number,
  windowSize: number,
  out: Float64Array,
  at: number,
): void {
  const rows = values.length / columns;
  const reach = (windowSize - 1) / 2;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let i = row - reach; i <= row + reach; i++) sum += values[mirror(i, rows) * columns + column] as number;
      const mean = sum / windowSize;
      let squares = 0;
      for (let i = row - reach; i <= row + reach; i++) {
        squares += ((values[mirror(i, rows) * columns + column] as number) - mean) ** 2;
      }
      const place = row * columns + column;
      out[at + place] = (values[place] as number) / (Math.sqrt(squares / windowSize) + STILL);
    }
  }
}

/** Stretches values so that the lowest is 0 and the highest 1; values that are all the same become 0. */
export function scaleToUnit(values: Float64Array, out: Float64Array, at: number): void {
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const range = highest - lowest;
  for (let i = 0; i < values.length; i++) out[at + i] = range === 0 ? 0 : ((values[i] as number) - lowest) / range;
}

/** Keeps rows that never change from being divided by 0. */
const STILL = 1e-10;

/** A row of `count` with the rows mirrored over and over at both ends, the outermost ones included. */
function mirror(row: number, count: number): number {
  const period = 2 * count;
  const place = ((row % period) + period) % period;
  return place < count ? place : period - 1 - place;
}
