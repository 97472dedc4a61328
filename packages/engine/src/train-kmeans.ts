import type { KMeansModel } from "./kmeans.ts";
import { createSeededRandom, type SeededRandom } from "./seeded-random.ts";
import { fitStandardScaler } from "./standard-scaler.ts";

/** How to train the anomaly block. */
export interface KMeansTraining {
  /** Which features count, as indices into the feature vector. */
  readonly axes: readonly number[];
  /** Clusters to look for; fewer come out when there are fewer different windows. */
  readonly clusterCount: number;
  readonly seed: number;
}

/** Lloyd's rounds end here when the clusters still move; they settle in far fewer. */
const MOST_ROUNDS = 200;

/**
 * Finds the clusters of normal windows: standardised features, k-means++ seeding, Lloyd's rounds until nothing moves.
 *
 * `maxError` of a cluster is the distance of its farthest training window, so no training window scores above 0.
 * Deterministic for a seed, bit by bit, on every machine.
 *
 * @param features One feature vector after another. Shape `[windows * featureCount]`.
 * @throws {RangeError} when there is no window to learn from, when a feature that counts is not there or not finite, or
 *   for less than one cluster.
 */
export function trainKMeans(features: Float64Array, featureCount: number, training: KMeansTraining): KMeansModel {
  const { axes, clusterCount, seed } = training;
  const windows = features.length / featureCount;
  if (!(windows >= 1)) throw new RangeError("There is no window to learn anomalies from.");
  if (!Number.isInteger(windows)) {
    throw new RangeError(`${features.length} numbers are no whole number of windows of ${featureCount} features.`);
  }
  if (axes.length === 0) throw new RangeError("axes is empty; at least one feature has to count.");
  const outside = axes.find((axis) => !(Number.isInteger(axis) && axis >= 0 && axis < featureCount));
  if (outside !== undefined) {
    throw new RangeError(`axes has ${outside}; features are whole numbers from 0 to ${featureCount - 1}.`);
  }
  if (!(Number.isInteger(clusterCount) && clusterCount >= 1)) {
    throw new RangeError(`clusterCount is ${clusterCount}; it has to be a whole number, 1 or more.`);
  }

  const m = axes.length;
  const points = new Float64Array(windows * m);
  for (let w = 0; w < windows; w++) {
    for (let i = 0; i < m; i++) {
      const feature = axes[i] as number;
      const value = features[w * featureCount + feature] as number;
      if (!Number.isFinite(value)) throw new RangeError(`Feature ${feature} of window ${w} is ${value}.`);
      points[w * m + i] = value;
    }
  }
  const { mean, scale } = fitStandardScaler(points, m);
  for (let p = 0; p < points.length; p++) {
    points[p] = ((points[p] as number) - (mean[p % m] as number)) / (scale[p % m] as number);
  }

  const centers = seedCenters(points, m, clusterCount, createSeededRandom(seed));
  const nearest = new Int32Array(windows);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const moved = assign(points, m, centers, nearest);
    if (moved === 0 && round > 0) break;
    moveToMean(points, m, centers, nearest);
  }
  assign(points, m, centers, nearest);

  return {
    axes: [...axes],
    mean: [...mean],
    scale: [...scale],
    clusters: clustersWithMembers(points, m, centers, nearest),
  };
}

/** k-means++: each next center is drawn with a chance that grows with the squared distance to those already chosen. */
function seedCenters(points: Float64Array, m: number, clusterCount: number, random: SeededRandom): Float64Array[] {
  const count = points.length / m;
  const distances = new Float64Array(count).fill(Infinity);
  const centers: Float64Array[] = [];
  let chosen = Math.floor(random.uniform() * count);
  while (centers.length < clusterCount) {
    const center = points.slice(chosen * m, chosen * m + m);
    centers.push(center);
    let total = 0;
    for (let p = 0; p < count; p++) {
      const distance = Math.min(distances[p] as number, squaredDistance(points, p * m, center));
      distances[p] = distance;
      total += distance;
    }
    if (total === 0) break;
    let left = random.uniform() * total;
    chosen = 0;
    while (chosen < count - 1 && (left -= distances[chosen] as number) >= 0) chosen++;
  }
  return centers;
}

/** Gives each point to its nearest center; answers how many changed hands. */
function assign(points: Float64Array, m: number, centers: readonly Float64Array[], nearest: Int32Array): number {
  let moved = 0;
  for (let p = 0; p < nearest.length; p++) {
    let best = 0;
    let bestDistance = Infinity;
    for (let c = 0; c < centers.length; c++) {
      const distance = squaredDistance(points, p * m, centers[c] as Float64Array);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = c;
      }
    }
    if (nearest[p] !== best) moved++;
    nearest[p] = best;
  }
  return moved;
}

function moveToMean(points: Float64Array, m: number, centers: readonly Float64Array[], nearest: Int32Array): void {
  const members = new Int32Array(centers.length);
  const sums = centers.map(() => new Float64Array(m));
  for (let p = 0; p < nearest.length; p++) {
    const c = nearest[p] as number;
    members[c] = (members[c] as number) + 1;
    const sum = sums[c] as Float64Array;
    for (let i = 0; i < m; i++) sum[i] = (sum[i] as number) + (points[p * m + i] as number);
  }
  centers.forEach((center, c) => {
    // A center that lost all its points stays where it is.
    if (members[c] === 0) return;
    for (let i = 0; i < m; i++) center[i] = ((sums[c] as Float64Array)[i] as number) / (members[c] as number);
  });
}

function clustersWithMembers(
  points: Float64Array,
  m: number,
  centers: readonly Float64Array[],
  nearest: Int32Array,
): KMeansModel["clusters"] {
  const farthest = new Float64Array(centers.length).fill(-1);
  for (let p = 0; p < nearest.length; p++) {
    const c = nearest[p] as number;
    const distance = Math.sqrt(squaredDistance(points, p * m, centers[c] as Float64Array));
    farthest[c] = Math.max(farthest[c] as number, distance);
  }
  return centers
    .map((center, c) => ({ center: [...center], maxError: farthest[c] as number }))
    .filter(({ maxError }) => maxError >= 0);
}

function squaredDistance(points: Float64Array, from: number, center: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < center.length; i++) {
    const difference = (points[from + i] as number) - (center[i] as number);
    squares += difference * difference;
  }
  return squares;
}
