/**
 * What a window is taken for: the index of a class, or that no class is sure enough, or that the window is like nothing
 * known. Without a classifier a window that is no anomaly is "no anomaly", and a regression has its number for a verdict.
 */
export type Verdict = number | "uncertain" | "anomaly" | "no anomaly" | "value";

/** Where an impulse draws its lines. */
export interface VerdictLimits {
  /** A class counts from this score on. */
  readonly minimumConfidence: number;
  /** A window is an anomaly from this score on. */
  readonly anomalyThreshold: number;
}

/**
 * The verdict of a window, as Studio's own clients come to it: an anomaly whatever its class; else the best class, the
 * first of equals, when it is sure enough.
 *
 * @param scores Of the classes; empty without a classifier.
 * @param anomalyScore `undefined` without an anomaly block.
 */
export function judgeWindow(
  scores: ArrayLike<number>,
  anomalyScore: number | undefined,
  { minimumConfidence, anomalyThreshold }: VerdictLimits,
): Verdict {
  if (anomalyScore !== undefined && anomalyScore >= anomalyThreshold) return "anomaly";
  if (scores.length === 0) return "no anomaly";
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[best] as number)) best = i;
  return (scores[best] as number) >= minimumConfidence ? best : "uncertain";
}
