import { AxisSignals, type SignalParameters } from "./axis-signals.ts";
import { Decimator } from "./decimate.ts";
import { checkFftLength, checkPlace, nameForEachAxis, type FeatureBlock, type WindowShape } from "./feature-block.ts";
import { MaxHoldSpectrum } from "./max-hold-spectrum.ts";
import { writeMeans, writeMoments, writeShape } from "./moments.ts";
import { printHundredths } from "./print-number.ts";

/** Settings of Studio's "Spectral analysis" block with FFT analysis, versions 2 to 4. Version 3 is 2 there. */
export interface SpectralAnalysisParameters extends SignalParameters {
  readonly type: "spectral-analysis";
  readonly version: 2 | 3 | 4;
  readonly analysisType?: "FFT";
  /** Points of the Fourier transform: a power of two. */
  readonly fftLength: number;
  /** Power as log10. */
  readonly doLog: boolean;
  /** Frames overlap by half. */
  readonly doFftOverlap: boolean;
  /** Version 4: the signal is first thinned by 1 (default), 3, 10, 30, 100 or 1000. */
  readonly inputDecimationRatio?: number;
  /** Version 4: features of the signal thinned by 10 follow those of all axes. */
  readonly extraLowFreq?: boolean;
}

/** Power that stands for silence, so that its logarithm is a number. */
const SILENCE = 1e-10;

/** How much slower the signal of the extra low frequencies is. */
const LOW_FREQUENCY_RATIO = 10;

/**
 * Features of one window: per axis RMS, skewness, kurtosis, in version 4 skewness and kurtosis of the spectrum, then the
 * power of each kept frequency bin, axis after axis.
 *
 * The power of a bin is its highest over all frames of the window. Each window is processed by itself: filters start
 * from zero state and means are the window's own. Works in buffers made once, so a window allocates nothing.
 *
 * Checked against Edge Impulse's C++ SDK, which works in float32: statistics agree within 1e-3, log power within 5e-4.
 */
export class SpectralAnalysis implements FeatureBlock {
  readonly featureCount: number;
  readonly featureNames: readonly string[];

  readonly #shape: WindowShape;
  readonly #axes: AxisSignals;
  readonly #means: Float64Array;
  readonly #features: SpectrumFeatures;
  readonly #lowFrequencies: LowFrequencies | undefined;

  /**
   * @throws {RangeError} for settings that Studio refuses: a transform length that is no power of two, a filter that
   *   cannot be built, a pass band without a single bin, or too few readings for the extra low frequencies.
   */
  constructor(parameters: SpectralAnalysisParameters, shape: WindowShape) {
    const { version, fftLength, inputDecimationRatio = 1, extraLowFreq = false } = parameters;
    if (![2, 3, 4].includes(version)) throw new RangeError(`version is ${version}; it has to be 2, 3 or 4 here.`);
    checkFftLength(fftLength);
    if (version < 4 && inputDecimationRatio !== 1) {
      throw new RangeError(`inputDecimationRatio is ${inputDecimationRatio}; in version ${version} it has to be 1.`);
    }
    if (version < 4 && extraLowFreq) {
      throw new RangeError(`extraLowFreq is true; in version ${version} it has to be false.`);
    }
    this.#shape = shape;
    this.#axes = new AxisSignals(parameters, shape, inputDecimationRatio);
    this.#means = new Float64Array(shape.axisCount);
    const { length, frequencyHz } = this.#axes;
    this.#features = new SpectrumFeatures(parameters, length, frequencyHz);
    const names = nameForEachAxis(shape, this.#features.names);

    if (extraLowFreq) {
      if (length / LOW_FREQUENCY_RATIO <= fftLength / 2 - 1) {
        const fewest = (fftLength / 2 - 1) * LOW_FREQUENCY_RATIO * inputDecimationRatio + 1;
        throw new RangeError(
          `extraLowFreq is true; with fftLength ${fftLength} that takes about ${fewest} readings in a window, not ${shape.windowReadings}.`,
        );
      }
      this.#lowFrequencies = new LowFrequencies(parameters, length, frequencyHz);
      names.push(...nameForEachAxis(shape, this.#lowFrequencies.names));
    }
    this.featureNames = names;
    this.featureCount = names.length;
  }

  extract(readings: Float32Array, firstReading: number, out: Float64Array, at = 0): void {
    checkPlace(this.#shape, readings, firstReading, out, at, this.featureCount);
    const { signals, length } = this.#axes;
    const means = this.#means;
    this.#axes.load(readings, firstReading);
    writeMeans(signals, length, means);

    let next = at;
    let nextLow = at + signals.length * this.#features.names.length;
    for (let axis = 0; axis < signals.length; axis++) {
      next = this.#features.write(signals[axis] as Float64Array, means[axis] as number, out, next);
      if (this.#lowFrequencies) nextLow = this.#lowFrequencies.write(this.#features.centred, out, nextLow);
    }
  }
}

/** The features of one axis at one sampling rate. */
class SpectrumFeatures {
  readonly names: readonly string[];
  /** The signal that was written last, without its mean. */
  readonly centred: Float64Array;

  readonly #length: number;
  readonly #doLog: boolean;
  readonly #hasSpectrumShape: boolean;
  readonly #firstBin: number;
  readonly #lastBin: number;
  readonly #spectrum: MaxHoldSpectrum;

  constructor(parameters: SpectralAnalysisParameters, length: number, frequencyHz: number) {
    const { version, fftLength, doLog, doFftOverlap, filterType, filterCutoffHz } = parameters;
    const [firstBin, lastBin] = keptBins(parameters, frequencyHz);
    if (lastBin < firstBin) {
      throw new RangeError(
        `filterCutoffHz is ${filterCutoffHz}; a ${filterType}-pass there leaves no bin of fftLength ${fftLength}.`,
      );
    }
    this.#length = length;
    this.#doLog = doLog;
    this.#hasSpectrumShape = version === 4;
    this.#firstBin = firstBin;
    this.#lastBin = lastBin;
    this.#spectrum = new MaxHoldSpectrum(length, fftLength, doFftOverlap);
    this.centred = this.#spectrum.signal;

    const names = ["RMS", "Skewness", "Kurtosis"];
    if (this.#hasSpectrumShape) names.push("Spectral Skewness", "Spectral Kurtosis");
    const halfHz = frequencyHz / fftLength / 2;
    for (let bin = firstBin; bin <= lastBin; bin++) {
      const middleHz = (bin * frequencyHz) / fftLength;
      names.push(`Spectral Power ${printHundredths(middleHz - halfHz)} - ${printHundredths(middleHz + halfHz)} Hz`);
    }
    this.names = names;
  }

  /**
   * Writes the features of a signal, and the signal without its mean into `centred`.
   *
   * @returns The index behind the last feature.
   */
  write(signal: Float64Array, mean: number, out: Float64Array, at: number): number {
    const { power } = this.#spectrum;
    writeMoments(signal, this.#length, mean, this.centred, out, at);
    let next = at + 3;
    if (this.#hasSpectrumShape) {
      this.#spectrum.measure(0, power.length - 1);
      writeShape(power, out, next);
      next += 2;
    } else {
      this.#spectrum.measure(this.#firstBin, this.#lastBin);
    }
    for (let bin = this.#firstBin; bin <= this.#lastBin; bin++) {
      const energy = power[bin] as number;
      // Math.log10 takes half as long again.
      out[next++] = this.#doLog ? Math.log(energy === 0 ? SILENCE : energy) * Math.LOG10E : energy;
    }
    return next;
  }
}

/** The features of one axis thinned by 10. It was filtered before; only the kept bins know of the filter here. */
class LowFrequencies {
  readonly names: readonly string[];

  readonly #length: number;
  readonly #decimator = new Decimator(LOW_FREQUENCY_RATIO);
  readonly #features: SpectrumFeatures;
  /** One signal, as `writeMeans` wants them. */
  readonly #signals: readonly [Float64Array];
  readonly #mean = new Float64Array(1);

  constructor(parameters: SpectralAnalysisParameters, length: number, frequencyHz: number) {
    const lowLength = this.#decimator.countOf(length);
    this.#length = length;
    this.#features = new SpectrumFeatures(parameters, lowLength, frequencyHz / LOW_FREQUENCY_RATIO);
    this.#signals = [new Float64Array(length)];
    this.names = this.#features.names.map((name) => `${name} LF`);
  }

  /** @returns the index behind the last feature. */
  write(signal: Float64Array, out: Float64Array, at: number): number {
    const [low] = this.#signals;
    for (let i = 0; i < low.length; i++) low[i] = signal[i] as number;
    const count = this.#decimator.apply(low, this.#length);
    writeMeans(this.#signals, count, this.#mean);
    return this.#features.write(low, this.#mean[0] as number, out, at);
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
