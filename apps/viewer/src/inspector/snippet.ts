/** One axis of a window as an SVG path, in its own row. */
export interface SnippetRow {
  readonly path: string;
  readonly low: number;
  readonly high: number;
}

/**
 * Draws the readings of one window, one row an axis.
 *
 * Of more readings than fit, each pixel shows the lowest and the highest, so that no peak is lost.
 *
 * @param values Shape `[readings * axes]`.
 * @param ranges Lowest and highest reading of each axis in all of the source; a window is drawn on that scale, since a
 * window at rest would otherwise look like noise. Where they are missing, those of the window.
 */
export function snippetRows(
  values: ArrayLike<number>,
  axes: number,
  ranges: readonly { readonly low: number; readonly high: number }[],
  widthPx: number,
  rowPx: number,
): readonly SnippetRow[] {
  const readings = axes > 0 ? Math.floor(values.length / axes) : 0;
  return Array.from({ length: axes }, (_, axis) => {
    const { low, high } = ranges[axis] ?? rangeOf(values, axis, axes);
    const toY = (value: number) => {
      const share = high > low ? (value - low) / (high - low) : 0.5;
      return ((1 - share) * (rowPx - 2) + 1).toFixed(1);
    };
    const columns = Math.min(readings, Math.max(1, Math.floor(widthPx)));
    let path = "";
    let isDrawing = false;
    for (let column = 0; column < columns; column++) {
      const from = Math.floor((column * readings) / columns);
      const to = Math.floor(((column + 1) * readings) / columns);
      const inColumn = rangeOf(values, axis, axes, from, to);
      if (!(inColumn.low <= inColumn.high)) {
        isDrawing = false;
        continue;
      }
      const x = columns === 1 ? 0 : ((column / (columns - 1)) * widthPx).toFixed(1);
      path += `${isDrawing ? "L" : "M"}${x} ${toY(inColumn.high)}`;
      if (inColumn.low < inColumn.high) path += `L${x} ${toY(inColumn.low)}`;
      isDrawing = true;
    }
    return { path, low, high };
  });
}

/** Lowest and highest reading of one axis; without a reading the lowest is above the highest. */
function rangeOf(values: ArrayLike<number>, axis: number, axes: number, from = 0, to = values.length / axes) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = from; i < to; i++) {
    const value = values[i * axes + axis] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}
