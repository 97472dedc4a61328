import type { InferenceSummary, LabelledValue } from "./inference-summary.ts";

/** What several summaries say together. */
export interface InferenceTotals {
  readonly totalInferences: number;
  readonly totalClassifications: KeyedValue[];
  readonly means: KeyedValue[];
  readonly standardDeviations: KeyedValue[];
  readonly metrics: KeyedValue[];
}

interface KeyedValue {
  readonly key: string;
  readonly value: number;
}

/**
 * Adds summaries up: counts are summed, means and other figures are weighted by how many results each summary is of, and
 * standard deviations are those of all results together.
 */
export function aggregate(summaries: readonly InferenceSummary[]): InferenceTotals {
  const weighted = (select: (summary: InferenceSummary) => readonly LabelledValue[]) => {
    const sums = new Map<string, { sum: number; weight: number }>();
    for (const summary of summaries) {
      const weight = countOf(summary);
      for (const { label, value } of select(summary)) {
        const known = sums.get(label);
        sums.set(label, { sum: (known?.sum ?? 0) + weight * value, weight: (known?.weight ?? 0) + weight });
      }
    }
    return new Map([...sums].map(([label, { sum, weight }]) => [label, sum / weight]));
  };

  const counts = new Map<string, number>();
  for (const { classificationCounter } of summaries) {
    for (const { label, value } of classificationCounter) counts.set(label, (counts.get(label) ?? 0) + value);
  }
  const means = weighted(({ mean }) => mean);
  // The mean of the squares, less the square of the mean, is the variance.
  const squares = weighted(({ mean, standardDeviation }) => {
    const deviations = new Map(standardDeviation.map(({ label, value }) => [label, value]));
    return mean.map(({ label, value }) => ({ label, value: value ** 2 + (deviations.get(label) ?? 0) ** 2 }));
  });
  const deviations = new Map(
    [...means].map(([label, mean]) => [label, Math.sqrt(Math.max(0, (squares.get(label) ?? 0) - mean ** 2))]),
  );
  return {
    totalInferences: summaries.reduce((sum, summary) => sum + countOf(summary), 0),
    totalClassifications: toKeyed(counts),
    means: toKeyed(means),
    standardDeviations: toKeyed(deviations),
    metrics: toKeyed(weighted(({ metrics }) => metrics)),
  };
}

/** The last result counts, so that there is always one. */
function countOf({ start, end }: InferenceSummary): number {
  return Math.max(1, end.index - start.index + 1);
}

function toKeyed(values: ReadonlyMap<string, number>): KeyedValue[] {
  return [...values].map(([key, value]) => ({ key, value }));
}
