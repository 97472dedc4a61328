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
 * @returns In standardised units; 1000 for a model without clusters.
 */
export function scoreKMeans(model: KMeansModel, features: Float64Array): number {
  writeKMeansScore(model, features, newestScore);
  return newestScore[0] as number;
}

const newestScore = new Float64Array(1);

/** Writes the same into `out[0]`: a number that a function answers can end on the heap. */
export function writeKMeansScore(
  { axes, mean, scale, clusters }: KMeansModel,
  features: Float64Array,
  out: Float64Array,
): void {
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
  out[0] = lowest;
}

/** Why a window scores as it does. */
export interface AnomalyExplanation {
  /** As `scoreKMeans` gives it: `distance` less `maxError`, and never above the highest score. */
  readonly score: number;
  /** The cluster with the nearest rim, as an index into those of the model. */
  readonly cluster: number;
  /** From the window to the cluster's center, in standardised units. */
  readonly distance: number;
  /** From the cluster's center to its rim. */
  readonly maxError: number;
  /** One for each of the model's `axes`, in their order. */
  readonly axes: readonly {
    /** Index into the feature vector. */
    readonly feature: number;
    /** As it is in the feature vector. */
    readonly value: number;
    /** Where it would have to be to lie in the cluster's center, in the feature's own unit. */
    readonly center: number;
    /** How far it lies above the center, or below; in standardised units. */
    readonly offset: number;
    /** Its part of the squared distance: from 0 to 1, together 1, or all 0 for a window in the center. */
    readonly share: number;
  }[];
}

/**
 * Takes a window's anomaly score apart: which cluster is nearest, and how much each feature has to do with the distance.
 *
 * @param features The whole feature vector of the window.
 * @returns `undefined` for a model without clusters.
 * @throws {RangeError} when the model wants a feature that is not there: the two are not of the same impulse.
 */
export function explainAnomaly(model: KMeansModel, features: ArrayLike<number>): AnomalyExplanation | undefined {
  const { axes, mean, scale, clusters } = model;
  const missing = axes.find((axis) => features[axis] === undefined);
  if (missing !== undefined) {
    throw new RangeError(`The model wants feature ${missing}, and the window has ${features.length}.`);
  }
  const values = axes.map((axis) => features[axis] as number);
  const standardised = values.map((value, i) => (value - (mean[i] as number)) / (scale[i] as number));
  const reached = clusters.map(({ center, maxError }) => {
    const offsets = standardised.map((z, i) => z - (center[i] as number));
    const squares = offsets.reduce((sum, offset) => sum + offset * offset, 0);
    return { center, maxError, offsets, squares, distance: Math.sqrt(squares) };
  });
  if (reached.length === 0) return undefined;
  const nearest = reached.reduce((best, each) =>
    each.distance - each.maxError < best.distance - best.maxError ? each : best,
  );
  const { center, maxError, offsets, squares, distance } = nearest;
  return {
    score: Math.min(FARTHEST, distance - maxError),
    cluster: reached.indexOf(nearest),
    distance,
    maxError,
    axes: axes.map((feature, i) => {
      const offset = offsets[i] as number;
      return {
        feature,
        value: values[i] as number,
        center: (center[i] as number) * (scale[i] as number) + (mean[i] as number),
        offset,
        share: squares === 0 ? 0 : (offset * offset) / squares,
      };
    }),
  };
}
