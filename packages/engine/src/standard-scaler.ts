/**
 * Mean and population deviation of each column of a matrix; a constant column gets deviation 1, so it stays finite.
 *
 * @param weights How much each row counts; the same for all without it.
 */
export function fitStandardScaler(
  rows: Float64Array,
  columns: number,
  weights?: Float64Array,
): { mean: Float64Array; scale: Float64Array } {
  const count = rows.length / columns;
  const total = weights ? weights.reduce((sum, weight) => sum + weight, 0) : count;
  const weightOf = (row: number) => (weights ? (weights[row] as number) : 1);
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  for (let c = 0; c < columns; c++) {
    let sum = 0;
    for (let r = 0; r < count; r++) sum += weightOf(r) * (rows[r * columns + c] as number);
    const columnMean = sum / total;
    let squares = 0;
    for (let r = 0; r < count; r++) {
      const difference = (rows[r * columns + c] as number) - columnMean;
      squares += weightOf(r) * difference * difference;
    }
    mean[c] = columnMean;
    scale[c] = Math.sqrt(squares / total) || 1;
  }
  return { mean, scale };
}
