/** Mean and population deviation of each column of a matrix; a constant column gets deviation 1, so it stays finite. */
export function fitStandardScaler(rows: Float64Array, columns: number): { mean: Float64Array; scale: Float64Array } {
  const count = rows.length / columns;
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  for (let c = 0; c < columns; c++) {
    let sum = 0;
    for (let r = c; r < rows.length; r += columns) sum += rows[r] as number;
    const columnMean = sum / count;
    let squares = 0;
    for (let r = c; r < rows.length; r += columns) squares += ((rows[r] as number) - columnMean) ** 2;
    mean[c] = columnMean;
    scale[c] = Math.sqrt(squares / count) || 1;
  }
  return { mean, scale };
}
