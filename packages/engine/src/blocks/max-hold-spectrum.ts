import FFT from "fft.js";

/**
 * The highest power that each frequency bin reaches over all frames of a signal.
 *
 * A frame is `fftLength` samples without a window function; the last ones are filled up with zeros. Two frames go through
 * one complex transform, as its real and its imaginary part, which takes about two thirds of the time of two real ones.
 */
export class MaxHoldSpectrum {
  /** Power of bins 0 to `fftLength / 2` after `measure`. */
  readonly power: Float64Array;

  readonly #length: number;
  readonly #fftLength: number;
  readonly #step: number;
  readonly #fft: FFT;
  /** The signal as the real part, and the signal one step later as the imaginary part, from `2 * step` on. */
  readonly #pairs: Float64Array;
  /** Where in `#pairs` each pair of frames lies. */
  readonly #frames: readonly Float64Array[];
  readonly #spectrum: Float64Array;

  /** @param overlaps Whether a frame starts in the middle of the one before, not behind it. */
  constructor(length: number, fftLength: number, overlaps: boolean) {
    const step = overlaps ? fftLength / 2 : fftLength;
    this.#length = length;
    this.#fftLength = fftLength;
    this.#step = step;
    this.#fft = new FFT(fftLength);
    this.power = new Float64Array(fftLength / 2 + 1);
    this.#spectrum = new Float64Array(2 * fftLength);

    const count = Math.ceil(length / (2 * step));
    this.#pairs = new Float64Array(2 * (step + (count - 1) * 2 * step + Math.max(2 * step, fftLength)));
    this.#frames = Array.from({ length: count }, (_, i) => {
      const from = 2 * (step + i * 2 * step);
      return this.#pairs.subarray(from, from + 2 * fftLength);
    });
  }

  /** Measures bins `firstBin` to `lastBin` of a signal of `length` samples. */
  measure(signal: Float64Array, firstBin: number, lastBin: number): void {
    const power = this.power.fill(0);
    const spectrum = this.#spectrum;
    const fftLength = this.#fftLength;
    this.#load(signal);

    for (let frame = 0; frame < this.#frames.length; frame++) {
      this.#fft.transform(spectrum, this.#frames[frame] as Float64Array);
      for (let bin = firstBin; bin <= lastBin; bin++) {
        // The real part's spectrum is symmetric about 0 Hz and the imaginary part's is not, which tells them apart.
        const mirror = (fftLength - bin) & (fftLength - 1);
        const real = spectrum[2 * bin] as number;
        const imaginary = spectrum[2 * bin + 1] as number;
        const mirrorReal = spectrum[2 * mirror] as number;
        const mirrorImaginary = spectrum[2 * mirror + 1] as number;
        // Power of one frame is `sum + difference` and of the other `sum - difference`; the higher one is wanted.
        const sum = real * real + imaginary * imaginary + mirrorReal * mirrorReal + mirrorImaginary * mirrorImaginary;
        const difference = 2 * (real * mirrorReal - imaginary * mirrorImaginary);
        const higher = sum + Math.abs(difference);
        if (higher > (power[bin] as number)) power[bin] = higher;
      }
    }
    const scale = 1 / (4 * fftLength);
    for (let bin = firstBin; bin <= lastBin; bin++) power[bin] = (power[bin] as number) * scale;
  }

  #load(signal: Float64Array): void {
    const pairs = this.#pairs;
    const length = this.#length;
    const ahead = 2 * this.#step;
    for (let i = 0, at = 0; i < length; i++, at += 2) {
      const sample = signal[i] as number;
      pairs[at + 1] = sample;
      pairs[at + ahead] = sample;
    }
  }
}
