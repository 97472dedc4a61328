/**
 * The K-means anomaly block, in the shape in which the Studio API answers its metadata.
 *
 * Formula and sign are those of Edge Impulse's C++ SDK: scores agree with it within 1e-5 on its own features.
 */
export interface KMeansModel {
  /** Which features count, as indices into the feature vector. Shape `[m]`. */
  readonly axes: readonly number[];
  /** Shape `[m]`. */
  readonly mean: readonly number[];
  /** Standard deviations to divide by. Shape `[m]`. */
  readonly scale: readonly number[];
  readonly clusters: readonly {
    /** In standardised units. Shape `[m]`. */
    readonly center: readonly number[];
    /** Distance of the farthest training window in this cluster. */
    readonly maxError: number;
  }[];
}

/** Score of a model without clusters, and so the highest score there is. */
const FARTHEST = 1000;

/**
 * How far a window lies outside the nearest cluster: negative inside, 0 on its rim, positive outside.
 *
 * @param features The whole feature vector of the window.
 */
export function scoreKMeans({ axes, mean, scale, clusters }: KMeansModel, features: Float64Array): number {
  let lowest = FARTHEST;
  for (let c = 0; c < clusters.length; c++) {
    const { center, maxError } = clusters[c] as KMeansModel["clusters"][number];
    let squares = 0;
    for (let i = 0; i < axes.length; i++) {
      const z = ((features[axes[i] as number] as number) - (mean[i] as number)) / (scale[i] as number);
      const difference = z - (center[i] as number);
      squares += difference * difference;
    }
    const score = Math.sqrt(squares) - maxError;
    if (score < lowest) lowest = score;
  }
  return lowest;
}
