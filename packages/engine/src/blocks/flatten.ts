import {
  checkFinite,
  checkWhole,
  checkWindow,
  checkWindowShape,
  nameForEachAxis,
  type FeatureBlock,
  type WindowShape,
} from "./feature-block.ts";
import { writeMeans } from "./moments.ts";

/** Settings of Studio's "Flatten" block. Each statistic is there or not. */
export interface FlattenParameters {
  readonly type: "flatten";
  readonly version: 1;
  /** Every reading is multiplied by this first. */
  readonly scaleAxes: number;
  readonly average: boolean;
  readonly minimum: boolean;
  readonly maximum: boolean;
  readonly rms: boolean;
  readonly stdev: boolean;
  readonly skewness: boolean;
  readonly kurtosis: boolean;
  /** Windows whose averages are averaged; 0 (default): none are. */
  readonly movingAvgNumWindows?: number;
}

/**
 * Statistics of each axis, axis after axis: average, minimum, maximum, RMS (with the mean in it), standard deviation,
 * skewness, kurtosis, and the mean of the newest windows' averages.
 *
 * A flat axis has skewness 0 and kurtosis -3, as in the SDK. The moving average is the only one that knows of the windows
 * before: until there are enough, it is that of those there are [unverified]. Call `reset` at the start of a recording.
 */
export class Flatten implements FeatureBlock {
  readonly featureCount: number;
  readonly featureNames: readonly string[];

  readonly #parameters: FlattenParameters;
  readonly #shape: WindowShape;
  readonly #signals: readonly Float64Array[];
  readonly #means: Float64Array;
  /** Averages of the newest windows, a ring for each axis. */
  readonly #averages: Float64Array;
  #windows = 0;

  /** @throws {RangeError} when no statistic is chosen, or a number is out of range. */
  constructor(parameters: FlattenParameters, shape: WindowShape) {
    const { version, movingAvgNumWindows = 0 } = parameters;
    checkWindowShape(shape);
    checkWhole("version", version, 1, 1);
    checkFinite("scaleAxes", parameters.scaleAxes);
    checkWhole("movingAvgNumWindows", movingAvgNumWindows, 0, 10_000);
    this.#parameters = parameters;
    this.#shape = shape;
    const names: string[] = STATISTICS.filter(([parameter]) => parameters[parameter]).map(([, name]) => name);
    if (movingAvgNumWindows > 0) names.push("Moving Average");
    if (names.length === 0) throw new RangeError("average to kurtosis are all false; one of them has to be true.");
    this.featureNames = nameForEachAxis(shape, names);
    this.featureCount = this.featureNames.length;
    this.#signals = Array.from({ length: shape.axisCount }, () => new Float64Array(shape.windowReadings));
    this.#means = new Float64Array(shape.axisCount);
    this.#averages = new Float64Array(movingAvgNumWindows * shape.axisCount);
  }

  extract(readings: Float32Array, firstReading: number, out: Float64Array, at = 0): void {
    const { axisCount, windowReadings } = this.#shape;
    checkWindow(this.#shape, readings, firstReading, out, at, this.featureCount);
    this.#windows++;
    const scale = this.#parameters.scaleAxes;
    let from = firstReading * axisCount;
    for (let i = 0; i < windowReadings; i++) {
      for (let axis = 0; axis < axisCount; axis++) {
        (this.#signals[axis] as Float64Array)[i] = Math.fround((readings[from++] as number) * scale);
      }
    }
    writeMeans(this.#signals, windowReadings, this.#means);
    let next = at;
    for (let axis = 0; axis < axisCount; axis++) next = this.#writeAxis(axis, out, next);
  }

  reset(): void {
    this.#windows = 0;
  }

  /** @returns the index behind the last written feature. */
  #writeAxis(axis: number, out: Float64Array, at: number): number {
    const parameters = this.#parameters;
    const signal = this.#signals[axis] as Float64Array;
    const n = signal.length;
    const average = this.#means[axis] as number;
    let minimum = Infinity;
    let maximum = -Infinity;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const x = signal[i] as number;
      squares += x * x;
      if (x < minimum) minimum = x;
      if (x > maximum) maximum = x;
    }
    let second = 0;
    let third = 0;
    let fourth = 0;
    for (let i = 0; i < n; i++) {
      // A flat axis has no deviation; the average's own rounding is not to become one.
      const y = minimum === maximum ? 0 : (signal[i] as number) - average;
      const square = y * y;
      second += square;
      third += square * y;
      fourth += square * square;
    }
    const variance = second / n;

    let next = at;
    if (parameters.average) out[next++] = average;
    if (parameters.minimum) out[next++] = minimum;
    if (parameters.maximum) out[next++] = maximum;
    if (parameters.rms) out[next++] = Math.sqrt(squares / n);
    if (parameters.stdev) out[next++] = Math.sqrt(variance);
    if (parameters.skewness) out[next++] = variance === 0 ? 0 : third / n / variance ** 1.5;
    if (parameters.kurtosis) out[next++] = variance === 0 ? -3 : fourth / n / variance ** 2 - 3;
    if (this.#averages.length > 0) out[next++] = this.#moveAverage(axis, average);
    return next;
  }

  #moveAverage(axis: number, average: number): number {
    const size = this.#averages.length / this.#shape.axisCount;
    const ring = axis * size;
    this.#averages[ring + ((this.#windows - 1) % size)] = average;
    const count = Math.min(size, this.#windows);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += this.#averages[ring + i] as number;
    return sum / count;
  }
}

/** In the order of the features. */
const STATISTICS = [
  ["average", "Average"],
  ["minimum", "Minimum"],
  ["maximum", "Maximum"],
  ["rms", "RMS"],
  ["stdev", "Stdev"],
  ["skewness", "Skewness"],
  ["kurtosis", "Kurtosis"],
] as const satisfies readonly (readonly [keyof FlattenParameters, string])[];
