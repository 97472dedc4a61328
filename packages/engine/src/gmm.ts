/**
 * The GMM anomaly block (Gaussian mixture), in the shape in which the Studio API answers its metadata.
 *
 * The formula is not verified: no trained block of this kind was there to compare with. It follows what is documented:
 * features are standardised as for K-means, covariances are full, and a low probability is a high score. Unlike that of
 * K-means the score has no natural rim; its threshold comes from the scores of the training windows.
 */
export interface GmmModel {
  /** Which features count, as indices into the feature vector. Shape `[m]`. */
  readonly axes: readonly number[];
  /** Shape `[m]`. */
  readonly mean: readonly number[];
  /** Standard deviations to divide by. Shape `[m]`. */
  readonly scale: readonly number[];
  /** Middles of the components, in standardised units. Shape `[n][m]`. */
  readonly means: readonly (readonly number[])[];
  /** Symmetric and positive definite. Shape `[n][m][m]`. */
  readonly covariances: readonly (readonly (readonly number[])[])[];
  /** Shares of the components, together 1. Shape `[n]`. */
  readonly weights: readonly number[];
}

/** Scores windows by a Gaussian mixture. Everything is allocated when it is made. */
export class GmmScorer {
  readonly #axes: Int32Array;
  readonly #mean: Float64Array;
  readonly #scale: Float64Array;
  readonly #components: readonly Component[];
  readonly #standardised: Float64Array;
  /** A window's offset from a component, freed of the covariance. */
  readonly #whitened: Float64Array;
  readonly #logDensities: Float64Array;
  readonly #score = new Float64Array(1);

  /**
   * @throws {RangeError} naming the part of the model that has another length than the others, is no number, or is a
   *   covariance that is not positive definite.
   */
  constructor({ axes, mean, scale, means, covariances, weights }: GmmModel) {
    const m = axes.length;
    if (m === 0) throw new RangeError("axes is empty; a GMM needs at least one feature.");
    checkNumbers("mean", mean, m, -Infinity);
    checkNumbers("scale", scale, m, 0);
    if (means.length === 0) throw new RangeError("means is empty; a GMM needs at least one component.");
    if (covariances.length !== means.length) {
      throw new RangeError(`covariances has ${covariances.length} components, and means has ${means.length}.`);
    }
    if (weights.length !== means.length || !weights.every((weight) => weight >= 0 && weight <= 1)) {
      throw new RangeError(`weights has to be ${means.length} numbers from 0 to 1.`);
    }
    if (!weights.some((weight) => weight > 0)) throw new RangeError("weights are all 0; one at least has to be more.");
    this.#axes = Int32Array.from(axes);
    this.#mean = Float64Array.from(mean);
    this.#scale = Float64Array.from(scale);
    this.#components = means.map((middle, k) => {
      checkNumbers(`means[${k}]`, middle, m, -Infinity);
      return prepareComponent(k, middle, covariances[k] as GmmModel["covariances"][number], weights[k] as number);
    });
    this.#standardised = new Float64Array(m);
    this.#whitened = new Float64Array(m);
    this.#logDensities = new Float64Array(means.length);
  }

  /**
   * How unlikely a window is: the negative logarithm of its probability density, in standardised units.
   *
   * @param features The whole feature vector of the window.
   */
  score(features: ArrayLike<number>): number {
    this.writeScore(features, this.#score);
    return this.#score[0] as number;
  }

  /** Writes the same into `out[0]`, without a number on the heap. */
  writeScore(features: ArrayLike<number>, out: Float64Array): void {
    const z = this.#standardised;
    for (let i = 0; i < z.length; i++) {
      const value = features[this.#axes[i] as number] as number;
      z[i] = (value - (this.#mean[i] as number)) / (this.#scale[i] as number);
    }
    const logDensities = this.#logDensities;
    let highest = -Infinity;
    for (let k = 0; k < logDensities.length; k++) {
      this.#writeLogDensity(k);
      if ((logDensities[k] as number) > highest) highest = logDensities[k] as number;
    }
    // The sum of the components' densities, kept in logarithms: far away each of them is too small for a double.
    let total = 0;
    for (let k = 0; k < logDensities.length; k++) total += Math.exp((logDensities[k] as number) - highest);
    out[0] = -(highest + Math.log(total));
  }

  /** From the squared distance to the component's middle, measured by its covariance (Mahalanobis). */
  #writeLogDensity(k: number): void {
    const { middle, factor, logScale } = this.#components[k] as Component;
    const z = this.#standardised;
    const w = this.#whitened;
    const m = z.length;
    let squares = 0;
    for (let i = 0; i < m; i++) {
      let rest = (z[i] as number) - (middle[i] as number);
      for (let j = 0; j < i; j++) rest -= (factor[i * m + j] as number) * (w[j] as number);
      const value = rest / (factor[i * m + i] as number);
      w[i] = value;
      squares += value * value;
    }
    this.#logDensities[k] = logScale - squares / 2;
  }
}

interface Component {
  readonly middle: Float64Array;
  /** Lower triangle L with `L L' = covariance`. Shape `[m][m]`. */
  readonly factor: Float64Array;
  /** Logarithm of the weighted density in the middle. */
  readonly logScale: number;
}

function prepareComponent(
  k: number,
  middle: readonly number[],
  covariance: GmmModel["covariances"][number],
  weight: number,
): Component {
  const m = middle.length;
  if (covariance.length !== m) throw new RangeError(`covariances[${k}] has ${covariance.length} rows, not ${m}.`);
  covariance.forEach((row, i) => checkNumbers(`covariances[${k}][${i}]`, row, m, -Infinity));
  const factor = new Float64Array(m * m);
  let logDiagonal = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = (covariance[i] as readonly number[])[j] as number;
      for (let l = 0; l < j; l++) rest -= (factor[i * m + l] as number) * (factor[j * m + l] as number);
      if (i !== j) {
        factor[i * m + j] = rest / (factor[j * m + j] as number);
      } else if (rest > 0) {
        factor[i * m + i] = Math.sqrt(rest);
        logDiagonal += Math.log(rest) / 2;
      } else {
        throw new RangeError(`covariances[${k}] is not positive definite.`);
      }
    }
  }
  const logScale = Math.log(weight) - (m / 2) * Math.log(2 * Math.PI) - logDiagonal;
  return { middle: Float64Array.from(middle), factor, logScale };
}

function checkNumbers(name: string, values: readonly number[], length: number, above: number): void {
  if (values.length !== length || !values.every((value) => Number.isFinite(value) && value > above)) {
    throw new RangeError(`${name} has to be ${length} numbers${above === 0 ? " above 0" : ""}.`);
  }
}
