export interface LabelSpan {
  readonly startIndex: number;
  /** Inclusive. */
  readonly endIndex: number;
  readonly label: string;
}

/** The label that lasts longest; the first of several. */
export function longestLabel(spans: readonly LabelSpan[]): string {
  const lengths = new Map<string, number>();
  for (const { startIndex, endIndex, label } of spans) {
    lengths.set(label, (lengths.get(label) ?? 0) + endIndex + 1 - startIndex);
  }
  return [...lengths].reduce((longest, each) => (each[1] > longest[1] ? each : longest), ["", 0])[0];
}

/** The label that holds at a reading. */
export function labelAt(spans: readonly LabelSpan[], index: number): string {
  return spans.find(({ startIndex, endIndex }) => startIndex <= index && index <= endIndex)?.label ?? "";
}
