import { AxisSignals, type SignalParameters } from "./axis-signals.ts";
import { checkWhole, checkPlace, nameForEachAxis, type FeatureBlock, type WindowShape } from "./feature-block.ts";
import { writeMeans } from "./moments.ts";
import { SignalStatistics } from "./signal-statistics.ts";
import { waveletFilters } from "./wavelet-filters.ts";

/** Settings of Studio's "Spectral analysis" block with wavelet analysis, which is the same in versions 3 and 4. */
export interface WaveletAnalysisParameters extends SignalParameters {
  readonly type: "spectral-analysis";
  readonly version: 3 | 4;
  readonly analysisType: "Wavelet";
  /** How often the signal is halved, 1 or more; a window has to have 32 readings for every last half. */
  readonly waveletLevel: number;
  /** E.g. `db4`, `haar`, `sym4`, `coif1`, `bior3.1`, `rbio3.1`. */
  readonly wavelet: string;
  /** Version 4: the signal is first thinned by 1 (default), 3, 10, 30, 100 or 1000. */
  readonly inputDecimationRatio?: number;
}

/** The longest window there can be has not enough readings for one more. */
const MOST_LEVELS = 16;

/** What the lowest level has to have for its statistics to mean something. */
const FEWEST_AT_LOWEST_LEVEL = 32;

/** Smaller coefficients are rounding of float32, and count as 0. */
const NOTHING = 1e-7;

/**
 * Statistics of each level of a signal's wavelet transform, axis after axis: of the last approximation, then of the
 * details from the coarsest level to the finest.
 *
 * The signal is mirrored at both ends, the outermost reading included. Checked against Edge Impulse's C++ SDK for four
 * wavelets; thinning before it is what Studio does and the SDK does not [unverified].
 */
export class WaveletAnalysis implements FeatureBlock {
  readonly featureCount: number;
  readonly featureNames: readonly string[];

  readonly #shape: WindowShape;
  readonly #axes: AxisSignals;
  readonly #means: Float64Array;
  readonly #lowPass: Float32Array;
  readonly #highPass: Float32Array;
  readonly #approximations: readonly Float64Array[];
  readonly #details: readonly Float64Array[];
  readonly #statistics: SignalStatistics;

  /** @throws {RangeError} for settings that Studio refuses, and for windows too short for the level. */
  constructor(parameters: WaveletAnalysisParameters, shape: WindowShape) {
    const { version, waveletLevel, wavelet, inputDecimationRatio = 1 } = parameters;
    if (version !== 3 && version !== 4)
      throw new RangeError(`version is ${String(version)}; it has to be 3 or 4 here.`);
    if (version < 4 && inputDecimationRatio !== 1) {
      throw new RangeError(`inputDecimationRatio is ${inputDecimationRatio}; in version ${version} it has to be 1.`);
    }
    checkWhole("waveletLevel", waveletLevel, 1, MOST_LEVELS);
    const { decomposeLow, decomposeHigh } = waveletFilters(wavelet);
    this.#lowPass = Float32Array.from(decomposeLow);
    this.#highPass = Float32Array.from(decomposeHigh);
    this.#shape = shape;
    this.#axes = new AxisSignals(parameters, shape, inputDecimationRatio);
    this.#means = new Float64Array(shape.axisCount);
    const { length } = this.#axes;
    const fewest = FEWEST_AT_LOWEST_LEVEL * 2 ** waveletLevel;
    if (length < fewest) {
      throw new RangeError(
        `waveletLevel is ${waveletLevel}, which takes ${fewest * inputDecimationRatio} readings in a window; these have ${shape.windowReadings}.`,
      );
    }

    const lengths: number[] = [];
    for (let from = length; lengths.length < waveletLevel;) {
      from = Math.floor((from + decomposeLow.length - 1) / 2);
      lengths.push(from);
    }
    this.#approximations = lengths.map((count) => new Float64Array(count));
    this.#details = lengths.map((count) => new Float64Array(count));
    this.#statistics = new SignalStatistics(lengths);

    const names = [0, ...lengths.keys()].map((_, level) => SignalStatistics.names.map((name) => `L${level}-${name}`));
    this.featureNames = nameForEachAxis(shape, names.flat());
    this.featureCount = this.featureNames.length;
  }

  extract(readings: Float32Array, firstReading: number, out: Float64Array, at = 0): void {
    checkPlace(this.#shape, readings, firstReading, out, at, this.featureCount);
    const { signals, length } = this.#axes;
    this.#axes.load(readings, firstReading);
    writeMeans(signals, length, this.#means);

    const levels = this.#details.length;
    let next = at;
    for (let axis = 0; axis < signals.length; axis++) {
      const signal = signals[axis] as Float64Array;
      const mean = this.#means[axis] as number;
      for (let i = 0; i < length; i++) signal[i] = Math.fround((signal[i] as number) - mean);
      this.#transform(signal, length);
      next = this.#statistics.write(this.#approximations[levels - 1] as Float64Array, out, next);
      for (let level = levels - 1; level >= 0; level--) {
        next = this.#statistics.write(this.#details[level] as Float64Array, out, next);
      }
    }
  }

  #transform(signal: Float64Array, length: number): void {
    let from = signal;
    let count = length;
    for (let level = 0; level < this.#details.length; level++) {
      const approximation = this.#approximations[level] as Float64Array;
      filterHalf(from, count, this.#lowPass, approximation);
      filterHalf(from, count, this.#highPass, this.#details[level] as Float64Array);
      from = approximation;
      count = approximation.length;
    }
  }
}

/**
 * Filters a signal that is mirrored at both ends, and keeps every other sample from the second on.
 *
 * In float32, summed from the earliest reading to the latest: entropy counts coefficients in bins, and one that lies on
 * the edge between two goes to either with its last bit. In this order they lie where those of the SDK do; from the latest
 * to the earliest, or in double precision, entropy is up to 0.02 away, for up to one component in twenty.
 */
function filterHalf(signal: Float64Array, length: number, filter: Float32Array, half: Float64Array): void {
  for (let i = 0; i < half.length; i++) {
    let sum = 0;
    for (let tap = filter.length - 1; tap >= 0; tap--) {
      let place = 2 * i + 1 - tap;
      if (place < 0) place = -1 - place;
      else if (place >= length) place = 2 * length - 1 - place;
      sum = Math.fround(sum + Math.fround((filter[tap] as number) * (signal[place] as number)));
    }
    half[i] = Math.abs(sum) < NOTHING ? 0 : sum;
  }
}
