import type { Schemas } from "@windowscope/sdk/api-types";

import type { WindowResults } from "../classify.ts";
import { BLOCK, type StoredImpulse } from "../impulses.ts";
import type { Sample } from "../samples.ts";
import { learnBlocksOf } from "./impulse-json.ts";
import { frequencyOf } from "./sample-json.ts";
import { thresholdsOf } from "./thresholds.ts";
import { windowedLabels } from "./window-places.ts";

type Classification = Schemas["ClassifySampleResponseClassification"];

/** Samples labelled so say what the anomaly block should make of them; Studio's own names. */
const ANOMALY = "anomaly";
const NO_ANOMALY = "no anomaly";

/**
 * What each learn block that was asked says about each window, as the API shows it. Labels are in the readings that were
 * windowed, which last `intervalMs`: not always those of the sample.
 */
export function classificationsJson(sample: Sample, stored: StoredImpulse, results: WindowResults): Classification[] {
  const { timing, spans } = windowedLabels(sample, stored.design.input);
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
        expectedLabels: spans.map((span) => ({ ...span })),
        intervalMs: timing.intervalMs,
        frequencyHz: frequencyOf(timing.intervalMs),
        ...(isAnomaly && { expectedAnomalyOutcome: expectedAnomalyOutcome(spans) }),
        minimumConfidenceRating: Number(thresholds[0]?.value),
        thresholds,
        isMultiLabel: false,
      },
    ];
  });
}

function expectedAnomalyOutcome(spans: readonly Schemas["StructuredLabel"][]): Schemas["StructuredLabel"][] {
  return spans.map((span) => ({ ...span, label: span.label === ANOMALY ? ANOMALY : NO_ANOMALY }));
}
