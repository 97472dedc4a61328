import { AxisSignal, type SignalParameters } from "./axis-signal.ts";
import { Decimator } from "./decimate.ts";
import { checkFftLength, checkWindow, nameForEachAxis, type FeatureBlock, type WindowShape } from "./feature-block.ts";
import { MaxHoldSpectrum } from "./max-hold-spectrum.ts";
import { removeMean, writeMoments, writeShape } from "./moments.ts";
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
  readonly #axisSignal: AxisSignal;
  readonly #features: SpectrumFeatures;
  readonly #decimator: Decimator | undefined;
  readonly #lowFeatures: SpectrumFeatures | undefined;

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
    this.#axisSignal = new AxisSignal(parameters, shape, inputDecimationRatio);
    const { length, frequencyHz } = this.#axisSignal;
    this.#features = new SpectrumFeatures(parameters, shape.windowReadings, length, frequencyHz);
    const names = nameForEachAxis(shape, this.#features.names);

    if (extraLowFreq) {
      this.#decimator = new Decimator(LOW_FREQUENCY_RATIO);
      const lowLength = this.#decimator.countOf(length);
      if (lowLength < fftLength / 2) {
        throw new RangeError(
          `extraLowFreq is true, which takes windows of ${(fftLength / 2) * LOW_FREQUENCY_RATIO * inputDecimationRatio} ` +
            `readings with fftLength ${fftLength}; these have ${shape.windowReadings}.`,
        );
      }
      const lowHz = frequencyHz / LOW_FREQUENCY_RATIO;
      this.#lowFeatures = new SpectrumFeatures(parameters, length, lowLength, lowHz);
      const lowNames = this.#lowFeatures.names.map((name) => `${name} LF`);
      names.push(...nameForEachAxis(shape, lowNames));
    }
    this.featureNames = names;
    this.featureCount = names.length;
  }

  extract(readings: Float32Array, firstReading: number, out: Float64Array, at = 0): void {
    const { axisCount } = this.#shape;
    checkWindow(this.#shape, readings, firstReading, out, at, this.featureCount);
    let lowAt = at + axisCount * this.#features.names.length;
    for (let axis = 0; axis < axisCount; axis++) {
      this.#axisSignal.load(readings, firstReading, axis, this.#features.signal);
      this.#features.write(out, at + axis * this.#features.names.length);
      if (this.#lowFeatures && this.#decimator) {
        this.#loadLowFrequencies(this.#decimator, this.#lowFeatures.signal);
        this.#lowFeatures.write(out, lowAt);
        lowAt += this.#lowFeatures.names.length;
      }
    }
  }

  /** Thins what `write` left of the axis: filtered, without its mean. */
  #loadLowFrequencies(decimator: Decimator, low: Float64Array): void {
    const { length } = this.#axisSignal;
    const signal = this.#features.signal;
    for (let i = 0; i < length; i++) low[i] = signal[i] as number;
    low.fill(0, decimator.apply(low, length), length);
  }
}

/** The features of one axis at one sampling rate. */
class SpectrumFeatures {
  readonly names: readonly string[];
  /** Where the signal goes. `write` takes its mean out. */
  readonly signal: Float64Array;

  readonly #length: number;
  readonly #doLog: boolean;
  readonly #hasSpectrumShape: boolean;
  readonly #firstBin: number;
  readonly #lastBin: number;
  readonly #spectrum: MaxHoldSpectrum;

  /** @param capacity Samples that `signal` has to have room for, with zeros left behind `length`. */
  constructor(parameters: SpectralAnalysisParameters, capacity: number, length: number, frequencyHz: number) {
    const { version, fftLength, doLog, doFftOverlap, filterType, filterCutoffHz } = parameters;
    const [firstBin, lastBin] = keptBins(parameters, frequencyHz);
    if (lastBin < firstBin) {
      throw new RangeError(`filterCutoffHz is ${filterCutoffHz}: a ${filterType}-pass leaves no bin of ${fftLength} points.`);
    }
    this.#length = length;
    this.#doLog = doLog;
    this.#hasSpectrumShape = version === 4;
    this.#firstBin = firstBin;
    this.#lastBin = lastBin;
    this.#spectrum = new MaxHoldSpectrum(length, fftLength, doFftOverlap, capacity);
    this.signal = this.#spectrum.signal;

    const names = ["RMS", "Skewness", "Kurtosis"];
    if (this.#hasSpectrumShape) names.push("Spectral Skewness", "Spectral Kurtosis");
    const halfHz = frequencyHz / fftLength / 2;
    for (let bin = firstBin; bin <= lastBin; bin++) {
      const middleHz = (bin * frequencyHz) / fftLength;
      names.push(`Spectral Power ${printHundredths(middleHz - halfHz)} - ${printHundredths(middleHz + halfHz)} Hz`);
    }
    this.names = names;
  }

  write(out: Float64Array, at: number): void {
    const { power } = this.#spectrum;
    removeMean(this.signal, this.#length);
    writeMoments(this.signal, this.#length, out, at);
    let next = at + 3;
    if (this.#hasSpectrumShape) {
      this.#spectrum.measure(0, power.length - 1);
      writeShape(power, power.length, out, next);
      next += 2;
    } else {
      this.#spectrum.measure(this.#firstBin, this.#lastBin);
    }
    for (let bin = this.#firstBin; bin <= this.#lastBin; bin++) {
      const energy = power[bin] as number;
      out[next++] = this.#doLog ? Math.log10(energy === 0 ? SILENCE : energy) : energy;
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
