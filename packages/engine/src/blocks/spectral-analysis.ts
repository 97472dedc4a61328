import FFT from "fft.js";

import { applyButterworth, designButterworth, type ButterworthFilter } from "./butterworth.ts";

/** Settings of Studio's "Spectral analysis" processing block, FFT analysis, implementation version 2 or 3. */
export interface SpectralAnalysisParameters {
  /** Every reading is multiplied by this first. */
  readonly scaleAxes: number;
  readonly filterType: "none" | "low" | "high";
  /** Edge of the pass band in Hz; without meaning when `filterType` is `none`. */
  readonly filterCutoffHz: number;
  /** 2, 4, 6 or 8. 0 leaves the signal as it is and only drops the spectrum's bins outside the pass band. */
  readonly filterOrder: number;
  /** Points of the Fourier transform: a power of two. */
  readonly fftLength: number;
  /** Power as log10. */
  readonly doLog: boolean;
  /** Frames overlap by half. */
  readonly doFftOverlap: boolean;
}

/** Statistics in front of the spectrum: RMS, skewness, kurtosis. */
const STATISTICS = 3;

/** Power that stands for silence, so that its logarithm is a number. */
const SILENCE = 1e-10;

/**
 * Features of one window: per axis RMS, skewness, kurtosis, then the power of each kept frequency bin, axis after axis.
 *
 * The power of a bin is its highest over all frames of the window. Each window is processed by itself: filters start
 * from zero state and means are the window's own. Works in buffers made once, so a window allocates nothing.
 *
 * Checked against Edge Impulse's C++ SDK, which works in float32: statistics agree within 1e-3, log power within 5e-4.
 */
export class SpectralAnalysis {
  readonly featuresPerAxis: number;
  readonly featureCount: number;

  readonly #parameters: SpectralAnalysisParameters;
  readonly #axisCount: number;
  readonly #windowReadings: number;
  readonly #filter: ButterworthFilter | undefined;
  readonly #firstBin: number;
  readonly #lastBin: number;
  readonly #fft: FFT;
  readonly #signal: Float64Array;
  readonly #frame: Float64Array;
  readonly #spectrum: Float64Array;
  readonly #power: Float64Array;

  /**
   * @param frequencyHz Readings per second.
   * @throws {RangeError} for settings that Studio refuses: a transform length that is no power of two, a filter that
   *   cannot be built, or a pass band without a single bin.
   */
  constructor(
    parameters: SpectralAnalysisParameters,
    input: { readonly axisCount: number; readonly windowReadings: number; readonly frequencyHz: number },
  ) {
    const { fftLength, filterType, filterOrder, filterCutoffHz } = parameters;
    if (!Number.isInteger(Math.log2(fftLength)) || fftLength < 4) {
      throw new RangeError(`FFT length is ${fftLength}; it has to be a power of two, 4 or more.`);
    }
    this.#parameters = parameters;
    this.#axisCount = input.axisCount;
    this.#windowReadings = input.windowReadings;
    this.#filter =
      filterType === "none" || filterOrder === 0
        ? undefined
        : designButterworth(filterType, filterOrder, filterCutoffHz, input.frequencyHz);

    const [firstBin, lastBin] = keptBins(parameters, input.frequencyHz);
    if (lastBin < firstBin) {
      throw new RangeError(`A ${filterType}-pass at ${filterCutoffHz} Hz leaves no bin of an FFT of ${fftLength}.`);
    }
    this.#firstBin = firstBin;
    this.#lastBin = lastBin;
    this.featuresPerAxis = STATISTICS + lastBin - firstBin + 1;
    this.featureCount = this.featuresPerAxis * input.axisCount;

    this.#fft = new FFT(fftLength);
    this.#signal = new Float64Array(input.windowReadings);
    this.#frame = new Float64Array(fftLength);
    this.#spectrum = new Float64Array(2 * fftLength);
    this.#power = new Float64Array(fftLength / 2 + 1);
  }

  /**
   * Writes the features of the window that starts at reading `firstReading`.
   *
   * @param readings Readings one after another, each with all its axes. Shape `[readings * axes]`.
   * @param features Receives `featureCount` numbers from its start.
   */
  extract(readings: Float32Array, firstReading: number, features: Float64Array): void {
    for (let axis = 0; axis < this.#axisCount; axis++) {
      this.#loadAxis(readings, firstReading, axis);
      if (this.#filter) applyButterworth(this.#filter, this.#signal);
      this.#writeStatistics(features, axis * this.featuresPerAxis);
      this.#writeSpectrum(features, axis * this.featuresPerAxis + STATISTICS);
    }
  }

  #loadAxis(readings: Float32Array, firstReading: number, axis: number): void {
    const scale = this.#parameters.scaleAxes;
    let from = firstReading * this.#axisCount + axis;
    for (let i = 0; i < this.#windowReadings; i++) {
      // The SDK scales in float32; doing the same keeps the two comparable.
      this.#signal[i] = Math.fround((readings[from] as number) * scale);
      from += this.#axisCount;
    }
  }

  /** Removes the mean, which comes after filtering in version 2, and writes RMS, skewness and kurtosis of the rest. */
  #writeStatistics(features: Float64Array, at: number): void {
    const signal = this.#signal;
    const n = signal.length;
    // Summed one after another in float32 as the SDK does: on a board lying still, where gravity is a thousand times
    // the noise, the rounding of this sum shows in the skewness (0.007 away from the SDK with an exact mean).
    let sum = 0;
    for (let i = 0; i < n; i++) sum = Math.fround(sum + (signal[i] as number));
    const mean = Math.fround(sum / n);

    let squares = 0;
    let cubes = 0;
    let fourths = 0;
    for (let i = 0; i < n; i++) {
      const y = (signal[i] as number) - mean;
      signal[i] = y;
      const square = y * y;
      squares += square;
      cubes += square * y;
      fourths += square * square;
    }
    const rms = Math.sqrt(squares / n);
    // A flat window has no shape: the SDK answers 0 and -3 there, Studio not a number, which JSON cannot carry.
    const deviation = rms === 0 ? SILENCE : rms;
    features[at] = rms;
    features[at + 1] = cubes / n / deviation ** 3;
    features[at + 2] = fourths / n / deviation ** 4 - 3;
  }

  #writeSpectrum(features: Float64Array, at: number): void {
    const { fftLength, doFftOverlap, doLog } = this.#parameters;
    const signal = this.#signal;
    const frame = this.#frame;
    const spectrum = this.#spectrum;
    const power = this.#power.fill(0);
    const step = doFftOverlap ? fftLength / 2 : fftLength;

    for (let start = 0; start < signal.length; start += step) {
      for (let i = 0; i < fftLength; i++) frame[i] = start + i < signal.length ? (signal[start + i] as number) : 0;
      this.#fft.realTransform(spectrum, frame);
      for (let bin = this.#firstBin; bin <= this.#lastBin; bin++) {
        const real = spectrum[2 * bin] as number;
        const imaginary = spectrum[2 * bin + 1] as number;
        const energy = (real * real + imaginary * imaginary) / fftLength;
        if (energy > (power[bin] as number)) power[bin] = energy;
      }
    }

    for (let bin = this.#firstBin; bin <= this.#lastBin; bin++) {
      const energy = power[bin] as number;
      features[at + bin - this.#firstBin] = doLog ? Math.log10(energy === 0 ? SILENCE : energy) : energy;
    }
  }
}

/** First and last kept bin. Bin 0, the mean, is never kept. */
function keptBins(
  { fftLength, filterType, filterCutoffHz }: SpectralAnalysisParameters,
  frequencyHz: number,
): [first: number, last: number] {
  const cutoffBin = (Math.min(filterCutoffHz, frequencyHz / 2) * fftLength) / frequencyHz;
  switch (filterType) {
    case "none":
      return [1, fftLength / 2];
    case "low":
      return [1, Math.trunc(cutoffBin + 0.5)];
    case "high":
      return [Math.max(1, Math.trunc(cutoffBin - 0.5) + 1), fftLength / 2];
    default:
      return filterType satisfies never;
  }
}
