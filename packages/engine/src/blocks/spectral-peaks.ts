import FFT from "fft.js";

import { AxisSignals, type SignalParameters } from "./axis-signals.ts";
import { applyButterworth, designButterworth, type ButterworthFilter } from "./butterworth.ts";
import {
  checkFftLength,
  checkFinite,
  checkWhole,
  checkPlace,
  nameForEachAxis,
  type FeatureBlock,
  type WindowShape,
} from "./feature-block.ts";
import { writeMeans } from "./moments.ts";
import { printNumber } from "./print-number.ts";

/** Settings of Studio's "Spectral analysis" block, version 1: of the first generation of impulses. */
export interface SpectralPeaksParameters extends SignalParameters {
  readonly type: "spectral-analysis";
  readonly version: 1;
  readonly analysisType?: "FFT";
  /** Points of the Fourier transform: a power of two. Only so many readings from the window's start are looked at. */
  readonly fftLength: number;
  readonly spectralPeaksCount: number;
  /** Peaks of a lower amplitude than this count as none. */
  readonly spectralPeaksThreshold: number;
  /** Ascending frequencies in Hz between which power is averaged; two or more. */
  readonly spectralPowerEdges: readonly number[];
}

/** Half the longest transform: no spectrum has more peaks. */
const MOST_PEAKS = 32768;

/** Inner bins that are higher than their neighbours are looked at in ascending order, this many for each wanted peak. */
const CANDIDATES_PER_PEAK = 10;

/**
 * Features of one window: per axis RMS, then frequency and height of the highest peaks of the spectrum, highest first and
 * zeros where there are fewer, then the mean power between each two edges.
 *
 * The mean is removed before the filter, as Edge Impulse's C++ SDK does; Studio's Python removes it behind the filter, so
 * its RMS differs with a low-pass filter of a short window. Checked against the SDK.
 */
export class SpectralPeaks implements FeatureBlock {
  readonly featureCount: number;
  readonly featureNames: readonly string[];

  readonly #parameters: SpectralPeaksParameters;
  readonly #shape: WindowShape;
  readonly #axes: AxisSignals;
  readonly #means: Float64Array;
  readonly #filter: ButterworthFilter | undefined;
  readonly #fft: FFT;
  readonly #frame: Float64Array;
  readonly #spectrum: Float64Array;
  readonly #amplitude: Float64Array;
  /** Frequency and height of the highest peaks so far, highest first. */
  readonly #peaks: Float64Array;

  /** @throws {RangeError} for settings that Studio refuses. */
  constructor(parameters: SpectralPeaksParameters, shape: WindowShape) {
    const { fftLength, filterType, filterOrder, filterCutoffHz, spectralPeaksCount, spectralPowerEdges } = parameters;
    checkFftLength(fftLength);
    checkWhole("spectralPeaksCount", spectralPeaksCount, 0, MOST_PEAKS);
    checkFinite("spectralPeaksThreshold", parameters.spectralPeaksThreshold);
    if (
      spectralPowerEdges.length < 2 ||
      spectralPowerEdges.some((edge, i) => !(edge > (spectralPowerEdges[i - 1] ?? -1)))
    ) {
      throw new RangeError(
        `spectralPowerEdges is ${spectralPowerEdges.join(", ")}; it has to be two or more ascending Hz.`,
      );
    }
    this.#parameters = parameters;
    this.#shape = shape;
    // The filter comes behind the mean here, so it is not the signals' own to apply.
    this.#axes = new AxisSignals({ ...parameters, filterOrder: 0 }, shape);
    this.#filter =
      filterType === "none" || filterOrder === 0
        ? undefined
        : designButterworth(filterType, filterOrder, filterCutoffHz, shape.frequencyHz);

    const names = ["RMS"];
    for (let peak = 1; peak <= spectralPeaksCount; peak++) names.push(`Peak ${peak} Freq`, `Peak ${peak} Height`);
    for (let k = 0; k + 1 < spectralPowerEdges.length; k++) {
      const [from, to] = spectralPowerEdges.slice(k, k + 2) as [number, number];
      names.push(`Spectral Power ${printNumber(from)} - ${printNumber(to)} Hz`);
    }
    this.featureNames = nameForEachAxis(shape, names);
    this.featureCount = this.featureNames.length;

    this.#fft = new FFT(fftLength);
    this.#means = new Float64Array(shape.axisCount);
    this.#frame = new Float64Array(fftLength);
    this.#spectrum = new Float64Array(2 * fftLength);
    this.#amplitude = new Float64Array(fftLength / 2 + 1);
    this.#peaks = new Float64Array(2 * spectralPeaksCount);
  }

  extract(readings: Float32Array, firstReading: number, out: Float64Array, at = 0): void {
    checkPlace(this.#shape, readings, firstReading, out, at, this.featureCount);
    const { signals, length } = this.#axes;
    this.#axes.load(readings, firstReading);
    writeMeans(signals, length, this.#means);
    let next = at;
    for (let axis = 0; axis < signals.length; axis++) {
      const signal = signals[axis] as Float64Array;
      const mean = this.#means[axis] as number;
      for (let i = 0; i < length; i++) signal[i] = (signal[i] as number) - mean;
      if (this.#filter) applyButterworth(this.#filter, signal, length);

      let squares = 0;
      for (let i = 0; i < length; i++) squares += (signal[i] as number) ** 2;
      out[next++] = Math.sqrt(squares / length);
      this.#findPeaks(signal);
      for (let i = 0; i < this.#peaks.length; i++) out[next++] = this.#peaks[i] as number;
      next = this.#writePower(signal, out, next);
    }
  }

  #findPeaks(signal: Float64Array): void {
    const { fftLength, spectralPeaksCount, spectralPeaksThreshold } = this.#parameters;
    const amplitude = this.#amplitude;
    this.#transform(signal, 0);
    for (let bin = 0; bin < amplitude.length; bin++) {
      const [real, imaginary] = [this.#spectrum[2 * bin] as number, this.#spectrum[2 * bin + 1] as number];
      amplitude[bin] = (Math.sqrt(real * real + imaginary * imaginary) * 2) / fftLength;
    }

    // Bin i is taken to be at element i of F / 2 frequencies from 0 to fs / 2, both included: a little too high.
    const stepHz = this.#shape.frequencyHz / 2 / (fftLength / 2 - 1);
    this.#peaks.fill(0);
    let candidates = 0;
    for (let bin = 1; bin + 1 < amplitude.length && candidates < CANDIDATES_PER_PEAK * spectralPeaksCount; bin++) {
      const height = amplitude[bin] as number;
      if (height <= (amplitude[bin - 1] as number) || height <= (amplitude[bin + 1] as number)) continue;
      candidates++;
      if (height >= spectralPeaksThreshold) this.#insertPeak(bin * stepHz, height);
    }
  }

  #insertPeak(frequencyHz: number, height: number): void {
    const peaks = this.#peaks;
    let place = peaks.length;
    while (place > 0 && height > (peaks[place - 1] as number)) place -= 2;
    if (place === peaks.length) return;
    peaks.copyWithin(place + 2, place, peaks.length - 2);
    peaks[place] = frequencyHz;
    peaks[place + 1] = height;
  }

  /** @returns the index behind the last written feature. */
  #writePower(signal: Float64Array, out: Float64Array, at: number): number {
    const { fftLength, spectralPowerEdges } = this.#parameters;
    const { frequencyHz, windowReadings } = this.#shape;
    const count = Math.min(fftLength, windowReadings);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += signal[i] as number;
    this.#transform(signal, sum / count);

    const spectrum = this.#spectrum;
    for (let k = 0; k + 1 < spectralPowerEdges.length; k++) {
      const [fromHz, toHz] = [spectralPowerEdges[k] as number, spectralPowerEdges[k + 1] as number];
      let total = 0;
      let bins = 0;
      for (let bin = 0; bin <= fftLength / 2; bin++) {
        const hertz = (bin * frequencyHz) / fftLength;
        if (hertz < fromHz || hertz >= toHz) continue;
        const power = (spectrum[2 * bin] as number) ** 2 + (spectrum[2 * bin + 1] as number) ** 2;
        total += bin === fftLength / 2 ? power : 2 * power;
        bins++;
      }
      out[at + k] = bins === 0 ? 0 : total / bins / (frequencyHz * count) / 10;
    }
    return at + spectralPowerEdges.length - 1;
  }

  /** Transforms the first readings of the window, less `mean`, with zeros behind a window that is too short. */
  #transform(signal: Float64Array, mean: number): void {
    const frame = this.#frame;
    const count = Math.min(frame.length, this.#shape.windowReadings);
    for (let i = 0; i < count; i++) frame[i] = (signal[i] as number) - mean;
    frame.fill(0, count);
    this.#fft.realTransform(this.#spectrum, frame);
  }
}
