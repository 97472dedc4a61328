import type { AnswerOf } from "./api-types.ts";

/**
 * What the score needs of a block's metadata.
 *
 * @inline
 */
type KMeans = Pick<AnswerOf<"getAnomalyMetadata">, "axes" | "mean" | "scale" | "clusters">;

/** Studio begins with this score and takes the lowest, so an impulse without clusters finds everything strange. */
const FARTHEST = 1_000;

/**
 * The anomaly score of a window, recomputed from what Studio tells of its K-means block.
 *
 * The chosen features, standardised; then the distance to the rim of the nearest cluster: below 0 within it.
 *
 * @param metadata As `getAnomalyMetadata` answers it.
 * @param features All features of the window, in the order in which the impulse makes them.
 * @throws {RangeError} when the metadata names a feature that is not there, or its lists do not fit together.
 * @see https://github.com/edgeimpulse/inferencing-sdk-cpp-standalone, `inference_task.h`, for the formula.
 */
export function scoreKMeans({ axes, mean, scale, clusters }: KMeans, features: ArrayLike<number>): number {
  if (mean.length !== axes.length || scale.length !== axes.length) {
    throw new RangeError(`There are ${axes.length} axes, but ${mean.length} means and ${scale.length} scales.`);
  }
  const standardised = axes.map((axis, i) => {
    const feature = features[axis];
    if (feature === undefined) throw new RangeError(`Feature ${axis} is asked for; there are ${features.length}.`);
    return (feature - (mean[i] as number)) / (scale[i] as number);
  });
  const distances = clusters.map(({ center, maxError }) => {
    if (center.length !== axes.length) {
      throw new RangeError(`A cluster has ${center.length} coordinates for ${axes.length} axes.`);
    }
    return Math.hypot(...standardised.map((value, i) => value - (center[i] as number))) - maxError;
  });
  return Math.min(FARTHEST, ...distances);
}
