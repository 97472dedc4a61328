/** A stretch of a recording with one label. */
export interface LabelSpan {
  /** First reading. */
  readonly startIndex: number;
  /** Last reading, which belongs to the span. */
  readonly endIndex: number;
  readonly label: string;
}

/** The label at a reading; `undefined` where no span reaches. */
export function labelAt(spans: readonly LabelSpan[], reading: number): string | undefined {
  return spans.find(({ startIndex, endIndex }) => startIndex <= reading && reading <= endIndex)?.label;
}

/** One label over a whole recording. */
export function labelWhole(label: string, readingCount: number): readonly LabelSpan[] {
  return [{ startIndex: 0, endIndex: readingCount - 1, label }];
}
