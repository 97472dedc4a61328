import type { Schemas } from "@windowscope/sdk/api-types";

import type { WindowResults } from "../classify.ts";
import { BLOCK, type StoredImpulse } from "../impulses.ts";
import type { Sample } from "../samples.ts";
import { anomalyBlock, anomalyThreshold, classifierBlock, confidenceThreshold } from "./impulse-json.ts";
import { frequencyOf } from "./sample-json.ts";

type Classification = Schemas["ClassifySampleResponseClassification"];

/**
 * What each learn block says about each window, as the API shows it.
 *
 * @param blockId Only this block.
 */
export function classificationsJson(
  sample: Sample,
  { impulse, created }: StoredImpulse,
  results: WindowResults,
  blockId?: number,
): Classification[] {
  const classifications: Classification[] = [];
  if (impulse.classifier && results.classifier) {
    const { minimumConfidence } = impulse.classifier;
    classifications.push({
      learnBlock: classifierBlock(created),
      ...windowsJson(sample, results.classifier),
      minimumConfidenceRating: minimumConfidence,
      thresholds: [confidenceThreshold(minimumConfidence)],
      isMultiLabel: false,
    });
  }
  if (impulse.anomaly && results.anomaly) {
    const { threshold } = impulse.anomaly;
    classifications.push({
      learnBlock: anomalyBlock(created),
      ...windowsJson(sample, results.anomaly),
      expectedAnomalyOutcome: expectedAnomalyOutcome(sample),
      minimumConfidenceRating: threshold,
      thresholds: [anomalyThreshold(threshold)],
      isMultiLabel: false,
    });
  }
  return classifications.filter(({ learnBlock }) => blockId === undefined || learnBlock.id === blockId);
}

/** Whether the impulse has a learn block of this id. */
export function hasLearnBlock({ impulse }: StoredImpulse, blockId: number): boolean {
  return (blockId === BLOCK.classifier && !!impulse.classifier) || (blockId === BLOCK.anomaly && !!impulse.anomaly);
}

function windowsJson(sample: Sample, result: readonly Readonly<Record<string, number>>[]) {
  return {
    result: [...result],
    resultCount: result.length,
    expectedLabels: [{ startIndex: 0, endIndex: sample.valuesCount - 1, label: sample.label }],
    intervalMs: sample.intervalMs,
    frequencyHz: frequencyOf(sample.intervalMs),
  };
}

function expectedAnomalyOutcome({ label, valuesCount }: Sample): Schemas["StructuredLabel"][] {
  const outcome = label === "anomaly" ? "anomaly" : "no anomaly";
  return [{ startIndex: 0, endIndex: valuesCount - 1, label: outcome }];
}
