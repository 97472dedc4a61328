import type { Schemas } from "@windowscope/sdk/api-types";

import type { WindowResults } from "../classify.ts";
import { BLOCK, type StoredImpulse } from "../impulses.ts";
import type { Sample } from "../samples.ts";
import { learnBlocksOf } from "./impulse-json.ts";
import { frequencyOf, spansOf } from "./sample-json.ts";
import { thresholdsOf } from "./thresholds.ts";

type Classification = Schemas["ClassifySampleResponseClassification"];

/** Samples labelled so say what the anomaly block should make of them; Studio's own names. */
const ANOMALY = "anomaly";
const NO_ANOMALY = "no anomaly";

/** What each learn block that was asked says about each window, as the API shows it. */
export function classificationsJson(sample: Sample, stored: StoredImpulse, results: WindowResults): Classification[] {
  return learnBlocksOf(stored).flatMap((learnBlock) => {
    const isAnomaly = learnBlock.id === BLOCK.anomaly;
    const result = isAnomaly ? results.anomaly : results.classifier;
    const thresholds = thresholdsOf(stored.design, learnBlock.id);
    if (!result) return [];
    return [
      {
        learnBlock,
        result: result.map((window) => ({ ...window })),
        resultCount: result.length,
        expectedLabels: spansOf(sample),
        intervalMs: sample.intervalMs,
        frequencyHz: frequencyOf(sample.intervalMs),
        ...(isAnomaly && { expectedAnomalyOutcome: expectedAnomalyOutcome(sample) }),
        minimumConfidenceRating: Number(thresholds[0]?.value),
        thresholds,
        isMultiLabel: false,
      },
    ];
  });
}

function expectedAnomalyOutcome(sample: Sample): Schemas["StructuredLabel"][] {
  return spansOf(sample).map((span) => ({ ...span, label: span.label === ANOMALY ? ANOMALY : NO_ANOMALY }));
}
