/** One bar of the chart: what it stands for, and how high it is. */
export interface FeatureColumn {
  /** Features `from` to `to`, `to` not included. */
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Thins features to the bars that fit; a bar of several features reaches from the lowest of them to the highest, so that
 * none is lost. Bars stand on 0.
 */
export function featureColumns(values: ArrayLike<number>, most: number): readonly FeatureColumn[] {
  const count = Math.min(values.length, Math.max(1, Math.floor(most)));
  return Array.from({ length: count }, (_, column) => {
    const from = Math.floor((column * values.length) / count);
    const to = Math.floor(((column + 1) * values.length) / count);
    let low = 0;
    let high = 0;
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return { from, to, low, high };
  });
}

/** The features that are farthest from 0, the farthest first. @returns Their indices. */
export function largestFeatures(values: readonly number[], most: number): readonly number[] {
  return values
    .flatMap((value, i) => (Number.isNaN(value) ? [] : [i]))
    .sort((a, b) => Math.abs(values[b] as number) - Math.abs(values[a] as number) || a - b)
    .slice(0, most);
}
