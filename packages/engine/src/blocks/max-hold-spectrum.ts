import FFT from "fft.js";

/**
 * The highest power that each frequency bin reaches over all frames of a signal.
 *
 * A frame is `fftLength` samples without a window function; the last ones are filled up with zeros. Two frames go through
 * one complex transform, as its real and its imaginary part, which takes about two thirds of the time of two real ones.
 */
export class MaxHoldSpectrum {
  /** Where the signal goes: `length` samples. Zeros follow, which have to stay. */
  readonly signal: Float64Array;
  /** Power of bins 0 to `fftLength / 2` after `measure`. */
  readonly power: Float64Array;

  readonly #length: number;
  readonly #fftLength: number;
  readonly #step: number;
  readonly #fft: FFT;
  readonly #frames: Float64Array;
  readonly #spectrum: Float64Array;

  /**
   * @param overlaps Whether a frame starts in the middle of the one before, not behind it.
   * @param capacity Samples that `signal` has room for in between, `length` or more.
   */
  constructor(length: number, fftLength: number, overlaps: boolean, capacity: number) {
    this.#length = length;
    this.#fftLength = fftLength;
    this.#step = overlaps ? fftLength / 2 : fftLength;
    this.#fft = new FFT(fftLength);
    this.signal = new Float64Array(capacity + 2 * this.#step + fftLength);
    this.power = new Float64Array(fftLength / 2 + 1);
    this.#frames = new Float64Array(2 * fftLength);
    this.#spectrum = new Float64Array(2 * fftLength);
  }

  /** Measures bins `firstBin` to `lastBin` of the signal. */
  measure(firstBin: number, lastBin: number): void {
    const signal = this.signal;
    const power = this.power;
    const frames = this.#frames;
    const spectrum = this.#spectrum;
    const fftLength = this.#fftLength;
    const step = this.#step;

    power.fill(0);
    for (let start = 0; start < this.#length; start += 2 * step) {
      for (let i = 0; i < fftLength; i++) {
        frames[2 * i] = signal[start + i] as number;
        frames[2 * i + 1] = signal[start + step + i] as number;
      }
      this.#fft.transform(spectrum, frames);
      for (let bin = firstBin; bin <= lastBin; bin++) {
        // The real part's spectrum is symmetric about 0 Hz and the imaginary part's is not, which tells them apart.
        const mirror = (fftLength - bin) & (fftLength - 1);
        const real = spectrum[2 * bin] as number;
        const imaginary = spectrum[2 * bin + 1] as number;
        const mirrorReal = spectrum[2 * mirror] as number;
        const mirrorImaginary = spectrum[2 * mirror + 1] as number;
        const first = (real + mirrorReal) ** 2 + (imaginary - mirrorImaginary) ** 2;
        const second = (imaginary + mirrorImaginary) ** 2 + (real - mirrorReal) ** 2;
        const higher = first > second ? first : second;
        if (higher > (power[bin] as number)) power[bin] = higher;
      }
    }
    const scale = 1 / (4 * fftLength);
    for (let bin = firstBin; bin <= lastBin; bin++) power[bin] = (power[bin] as number) * scale;
  }
}
