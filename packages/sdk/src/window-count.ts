import type { Schemas } from "./api-types.ts";

/** How many windows a block has results for. */
export function windowCountOf(block: Schemas["ClassifySampleResponseClassification"]): number {
  const { result, structuredResult, anomalyResult, labelMapResult } = block;
  return Math.max(
    (result as unknown[] | undefined)?.length ?? 0,
    structuredResult?.length ?? 0,
    anomalyResult?.length ?? 0,
    labelMapResult?.length ?? 0,
  );
}
