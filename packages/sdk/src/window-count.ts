import type { Schemas } from "./api-types.ts";

/** How many windows a block has results for. */
export function windowCountOf(block: Schemas["ClassifySampleResponseClassification"]): number {
  const { result, structuredResult, anomalyResult, labelMapResult } = block;
  const results: readonly (readonly unknown[] | undefined)[] = [
    result,
    structuredResult,
    anomalyResult,
    labelMapResult,
  ];
  return Math.max(...results.map((of) => of?.length ?? 0));
}
