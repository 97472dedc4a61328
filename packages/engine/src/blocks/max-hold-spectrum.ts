import { FrameTransforms } from "./frame-transforms.ts";

/**
 * The highest power that each frequency bin reaches over all frames of a signal.
 *
 * A frame is `fftLength` samples without a window function; the last ones are filled up with zeros. Two frames go through
 * one complex transform, as its real and its imaginary part.
 */
export class MaxHoldSpectrum {
  /** Where the signal goes. Behind it are the zeros that the last frames are filled up with. */
  readonly signal: Float64Array;
  /** Power of bins 0 to `fftLength / 2` after `measure`. */
  readonly power: Float64Array;

  readonly #fftLength: number;
  readonly #step: number;
  /** The signal from one step later on: the second frame of each pair. */
  readonly #later: Float64Array;
  readonly #transforms: FrameTransforms;

  /** @param overlaps Whether a frame starts in the middle of the one before, not behind it. */
  constructor(length: number, fftLength: number, overlaps: boolean) {
    const step = overlaps ? fftLength / 2 : fftLength;
    const pairs = Math.ceil(length / (2 * step));
    this.signal = new Float64Array((2 * pairs - 1) * step + fftLength);
    this.power = new Float64Array(fftLength / 2 + 1);
    this.#fftLength = fftLength;
    this.#step = step;
    this.#later = this.signal.subarray(step);
    this.#transforms = new FrameTransforms(fftLength, pairs);
  }

  /** Measures bins `firstBin` to `lastBin` of what lies in `signal`. */
  measure(firstBin: number, lastBin: number): void {
    const { real, imaginary, places } = this.#transforms;
    const fftLength = this.#fftLength;
    this.#transforms.transform(this.signal, this.#later, 2 * this.#step);

    const { length } = real;
    for (let bin = firstBin; bin <= lastBin; bin++) {
      let highest = 0;
      // The real part's spectrum is symmetric about 0 Hz and the imaginary part's is not, which tells them apart.
      let mirror = places[(fftLength - bin) & (fftLength - 1)] as number;
      for (let at = places[bin] as number; at < length; at += fftLength, mirror += fftLength) {
        const a = real[at] as number;
        const b = imaginary[at] as number;
        const c = real[mirror] as number;
        const d = imaginary[mirror] as number;
        // Power of one frame is `sum + difference` and of the other `sum - difference`; the higher one is wanted.
        const sum = a * a + b * b + c * c + d * d;
        const difference = 2 * (a * c - b * d);
        const higher = sum + Math.abs(difference);
        // The higher of two numbers without a branch, which would go either way.
        highest = (highest + higher + Math.abs(highest - higher)) / 2;
      }
      this.power[bin] = highest / (4 * fftLength);
    }
  }
}
