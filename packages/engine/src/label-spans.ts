/** A stretch of a recording with one label. */
export interface LabelSpan {
  /** First reading. */
  readonly startIndex: number;
  /** Last reading, which belongs to the span. */
  readonly endIndex: number;
  readonly label: string;
}

/**
 * The label at a reading; `undefined` where no span reaches.
 *
 * @param spans In order and apart from each other; there can be as many as readings.
 */
export function labelAt(spans: readonly LabelSpan[], reading: number): string | undefined {
  const span = spans[findSpan(spans, reading)];
  return span && span.startIndex <= reading ? span.label : undefined;
}

/** Number of the first span that ends at a reading or behind it; how many there are when none does. */
export function findSpan(spans: readonly LabelSpan[], reading: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] as LabelSpan).endIndex < reading) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One label over a whole recording. */
export function labelWhole(label: string, readingCount: number): readonly LabelSpan[] {
  return [{ startIndex: 0, endIndex: readingCount - 1, label }];
}
