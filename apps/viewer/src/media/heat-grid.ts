/** Scores over a picture, row by row; rows that are too short are as if they went on with nothing. */
export type Grid = readonly (readonly number[])[];

/** A cell by its row and column, from 0. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

export function sizeOf(grid: Grid): { rows: number; columns: number } {
  return { rows: grid.length, columns: grid.reduce((most, row) => Math.max(most, row.length), 0) };
}

/** The cell with the highest score; `undefined` of a grid without one. */
export function highestCell(grid: Grid): Cell | undefined {
  let highest: Cell | undefined;
  grid.forEach((scores, row) =>
    scores.forEach((score, column) => {
      if (!highest || score > (grid[highest.row]?.[highest.column] ?? -Infinity)) highest = { row, column };
    }),
  );
  return highest;
}

/** Cells that reach the limit. */
export function cellsOver(grid: Grid, limit: number | undefined): readonly Cell[] {
  if (limit === undefined) return [];
  return grid.flatMap((scores, row) => scores.flatMap((score, column) => (score >= limit ? [{ row, column }] : [])));
}

/**
 * One pixel for each cell: the colour, and the more opaque the higher the score. What reaches the limit is at least
 * half opaque, so that it can be told from what does not.
 *
 * @param limit Score from which on a cell is anomalous; without it the highest score is the measure.
 * @param colour Red, green, blue: 0 to 255.
 * @returns Shape `[rows * columns * 4]`, RGBA.
 */
export function paintGrid(
  grid: Grid,
  limit: number | undefined,
  colour: readonly [number, number, number],
): Uint8ClampedArray<ArrayBuffer> {
  const { rows, columns } = sizeOf(grid);
  const pixels = new Uint8ClampedArray(rows * columns * 4);
  const highest = grid.flat().reduce((most, score) => Math.max(most, score), 0);
  grid.forEach((scores, row) =>
    scores.forEach((score, column) => {
      pixels.set([...colour, 255 * opacityOf(score, limit, highest)], (row * columns + column) * 4);
    }),
  );
  return pixels;
}

function opacityOf(score: number, limit: number | undefined, highest: number): number {
  if (!(score > 0) || highest <= 0) return 0;
  if (limit === undefined || limit <= 0) return 0.8 * (score / highest);
  if (score < limit) return 0.4 * (score / limit);
  const above = highest > limit ? (score - limit) / (highest - limit) : 1;
  return 0.5 + 0.3 * above;
}

/** The cell after an arrow key, Home or End; `undefined` for other keys. */
export function moveCell({ row, column }: Cell, code: string, grid: Grid): Cell | undefined {
  const { rows, columns } = sizeOf(grid);
  const moves: Readonly<Record<string, Cell>> = {
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    Home: { row, column: 0 },
    End: { row, column: columns - 1 },
  };
  const next = moves[code];
  return (
    next && {
      row: Math.min(rows - 1, Math.max(0, next.row)),
      column: Math.min(columns - 1, Math.max(0, next.column)),
    }
  );
}
