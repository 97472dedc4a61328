import FFT from "fft.js";

import { checkFftLength, checkFeatureCount, checkWindowShape, type WindowShape } from "./feature-block.ts";

/** How the audio blocks cut a window into frames. */
export interface FrameParameters {
  /** Length of a frame, in seconds. */
  readonly frameLength: number;
  /** From the start of a frame to the start of the next, in seconds. */
  readonly frameStride: number;
  /** Points of the Fourier transform: a power of two. A longer frame is cut off there. */
  readonly fftLength: number;
}

/** More frames than that Studio refuses. */
const MOST_FRAMES = 500;

/** A length in readings this little above a whole number is that number. */
const ROUNDING = 0.001;

/** The overlapping frames of one axis and their power spectra. Frames have no window function. */
export class AudioFrames {
  /** Where the axis of a window goes. */
  readonly signal: Float64Array;
  readonly count: number;
  /** Readings in a frame. */
  readonly length: number;
  /** Power of bins 0 to `fftLength / 2` of the frame last measured. */
  readonly power: Float64Array;

  readonly #step: number;
  readonly #fft: FFT;
  readonly #frame: Float64Array;
  readonly #spectrum: Float64Array;

  /** @throws {RangeError} for several axes, and for settings that make no frame, or more than 500. */
  constructor({ frameLength, frameStride, fftLength }: FrameParameters, version: number, shape: WindowShape) {
    checkWindowShape(shape);
    checkFftLength(fftLength);
    const { axisCount, windowReadings, frequencyHz } = shape;
    if (axisCount !== 1) throw new RangeError(`axisCount is ${axisCount}; audio blocks take one axis, a block each.`);
    this.length = countReadings("frameLength", frameLength, frequencyHz, version);
    this.#step = countReadings("frameStride", frameStride, frequencyHz, version);
    const room = version === 1 ? windowReadings - this.length : windowReadings - this.length + this.#step;
    this.count = Math.floor(room / this.#step);
    if (this.count < 1 || this.count > MOST_FRAMES) {
      throw new RangeError(
        `frameLength ${frameLength} and frameStride ${frameStride} make ${Math.max(0, this.count)} frames of ` +
          `${windowReadings} readings; there have to be 1 to ${MOST_FRAMES}.`,
      );
    }
    this.signal = new Float64Array(windowReadings);
    this.power = new Float64Array(fftLength / 2 + 1);
    this.#fft = new FFT(fftLength);
    this.#frame = new Float64Array(fftLength);
    this.#spectrum = new Float64Array(2 * fftLength);
  }

  /** The furthest that a frame's readings are from 0. */
  peakOf(frame: number): number {
    const from = frame * this.#step;
    let peak = 0;
    for (let i = 0; i < this.length; i++) peak = Math.max(peak, Math.abs(this.signal[from + i] as number));
    return peak;
  }

  /** Writes the power spectrum of a frame into `power`. */
  measure(frame: number): void {
    const samples = this.#frame;
    const spectrum = this.#spectrum;
    const from = frame * this.#step;
    const count = Math.min(this.length, samples.length);
    for (let i = 0; i < count; i++) samples[i] = this.signal[from + i] as number;
    this.#fft.realTransform(spectrum, samples);
    for (let bin = 0; bin < this.power.length; bin++) {
      const real = spectrum[2 * bin] as number;
      const imaginary = spectrum[2 * bin + 1] as number;
      this.power[bin] = (real * real + imaginary * imaginary) / samples.length;
    }
  }
}

/** Version 1 rounds to whole readings, halves to even ones; the later ones round up. */
function countReadings(name: string, seconds: number, frequencyHz: number, version: number): number {
  const readings = seconds * frequencyHz;
  const below = Math.floor(readings);
  const half = below + (below % 2);
  const rounded = readings - below === 0.5 ? half : Math.round(readings);
  const whole = version === 1 ? rounded : Math.ceil(readings - ROUNDING);
  if (!(whole >= 1 && Number.isFinite(whole))) {
    throw new RangeError(`${name} is ${seconds} s; at ${frequencyHz} Hz it has to be one reading or more.`);
  }
  return whole;
}

/** Names of features that are rows of `columns`, one row a frame. @throws {RangeError} for more than are made. */
export function nameFrames({ axisNames }: WindowShape, frames: number, columns: readonly string[]): string[] {
  checkFeatureCount(frames * columns.length);
  const prefix = axisNames ? `${axisNames[0]} ` : "";
  return Array.from({ length: frames }, (_, i) => columns.map((column) => `${prefix}Frame ${i + 1} ${column}`)).flat();
}
