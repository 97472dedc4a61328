import type { StudioAccuracy } from "@windowscope/protocol";

import { formatCount } from "../format.ts";

const SCORES = [
  ["accuracyScore", "accuracy"],
  ["balancedAccuracyScore", "balanced accuracy"],
  ["anomalyAccuracyScore", "anomaly accuracy"],
  ["noAnomalyAccuracyScore", "no-anomaly accuracy"],
  ["mseScore", "mean squared error"],
] as const;

/** Studio's own numbers, line by line. Scores are passed on as they came: nobody says whether they are percent. */
export function sayStudioAccuracy(studio: StudioAccuracy): string[] {
  const { good, bad, unit } = studio;
  const unitName = unit === "unknown" ? "windows or samples" : unit;
  const counts =
    good === undefined || bad === undefined ? [] : [`${formatCount(good)} good, ${formatCount(bad)} bad ${unitName}`];
  const scores = SCORES.flatMap(([key, name]) => {
    const score = studio[key];
    return score === undefined ? [] : [`${name} ${Number(score.toPrecision(4))}`];
  });
  return [...counts, ...scores];
}
