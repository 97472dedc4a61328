import type { Schemas } from "@windowscope/sdk/api-types";

import type { WindowResults } from "../classify.ts";
import type { TrainedImpulse } from "../impulses.ts";
import type { Sample } from "../samples.ts";
import { windowPlaces } from "./window-places.ts";

type Prediction = Schemas["ModelPrediction"];

const UNCERTAIN = "uncertain";
const ANOMALY = "anomaly";
const NO_ANOMALY = "no anomaly";

/** Studio's verdict on each window of a sample, with its times. */
export function predictionsOf(
  sample: Sample,
  { design, impulse }: TrainedImpulse,
  results: WindowResults,
): Prediction[] {
  const placeOf = windowPlaces(sample, impulse.input);
  return (results.classifier ?? results.anomaly ?? []).map((_, window) => {
    const prediction = verdictOf(impulse, results, window);
    const place = placeOf(window);
    const isNear = errorOf(place.label, prediction) <= (design.maximumError ?? NaN);
    const predictionCorrect = prediction === place.label || isNear;
    return { sampleId: sample.id, ...place, prediction, predictionCorrect };
  });
}

function verdictOf(
  { classifier, regression, anomaly }: TrainedImpulse["impulse"],
  results: WindowResults,
  window: number,
): string {
  const score = results.anomaly?.[window]?.anomaly;
  if (anomaly && score !== undefined && score >= anomaly.threshold) return ANOMALY;
  const scores = results.classifier?.[window];
  if (regression && scores) return String(scores.value);
  if (!classifier || !scores) return NO_ANOMALY;
  const best = classifier.labels.reduce((a, b) => ((scores[b] ?? 0) > (scores[a] ?? 0) ? b : a));
  return (scores[best] ?? 0) >= classifier.minimumConfidence ? best : UNCERTAIN;
}

/** Between a label and a value; NaN where one of them is no number. */
function errorOf(label: string, prediction: string): number {
  return label.trim() === "" ? NaN : Math.abs(Number(label) - Number(prediction));
}

/**
 * How good the predictions are. Windows of samples whose label the impulse does not know do not count, unless the
 * label is `anomaly` or `no anomaly`.
 */
export function accuracyOf(
  predictions: readonly Prediction[],
  { impulse }: TrainedImpulse,
): Schemas["ClassifyJobAccuracy"] {
  if (impulse.regression) return accuracyOfValues(predictions);
  const outcomes = impulse.anomaly ? [ANOMALY, NO_ANOMALY] : [];
  const known = [...(impulse.classifier?.labels ?? []), ...outcomes];
  const counted = predictions.filter(({ label }) => known.includes(label ?? ""));

  // Maps, since a label may be any text, `__proto__` included.
  const summaryPerClass = new Map<string, Schemas["GoodBadCount"]>();
  const confusion = new Map<string, Map<string, number>>();
  for (const { label = "", prediction, predictionCorrect } of counted) {
    const summary = summaryPerClass.get(label) ?? { good: 0, bad: 0 };
    summary[predictionCorrect ? "good" : "bad"]++;
    summaryPerClass.set(label, summary);
    const row = confusion.get(label) ?? new Map<string, number>();
    row.set(prediction, (row.get(prediction) ?? 0) + 1);
    confusion.set(label, row);
  }
  const summaries = [...summaryPerClass.values()];
  const good = summaries.reduce((sum, summary) => sum + summary.good, 0);
  const recalls = summaries.map((summary) => summary.good / (summary.good + summary.bad));
  return {
    totalSummary: { good, bad: counted.length - good },
    summaryPerClass: Object.fromEntries(summaryPerClass),
    confusionMatrixValues: Object.fromEntries([...confusion].map(([label, row]) => [label, Object.fromEntries(row)])),
    allLabels: [...known, UNCERTAIN],
    ...(counted.length > 0 && {
      accuracyScore: good / counted.length,
      balancedAccuracyScore: recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length,
    }),
  };
}

/** Of a regression: windows whose label is no number do not count, nor do anomalies in the mean of the squared errors. */
function accuracyOfValues(predictions: readonly Prediction[]): Schemas["ClassifyJobAccuracy"] {
  const counted = predictions.filter(({ label = "" }) => !Number.isNaN(errorOf(label, "0")));
  const good = counted.filter(({ predictionCorrect }) => predictionCorrect).length;
  const errors = counted
    .map(({ label = "", prediction }) => errorOf(label, prediction))
    .filter((error) => !Number.isNaN(error));
  return {
    totalSummary: { good, bad: counted.length - good },
    summaryPerClass: {},
    confusionMatrixValues: {},
    allLabels: [],
    ...(counted.length > 0 && { accuracyScore: good / counted.length }),
    ...(errors.length > 0 && { mseScore: errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length }),
  };
}
