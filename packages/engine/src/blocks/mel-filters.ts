import { checkWhole } from "./feature-block.ts";

/** The mel filters of an audio block. */
export interface MelParameters {
  readonly numFilters: number;
  readonly fftLength: number;
  /** Lower edge of the lowest filter in Hz; 0 means 300 Hz up to version 3. */
  readonly lowFrequency: number;
  /** Upper edge of the highest filter in Hz; 0 means half the sampling rate. */
  readonly highFrequency: number;
}

/** Stands for no energy, so that its logarithm is a number. */
const SILENCE = 1e-10;

/** Triangles over the bins of a power spectrum, evenly spaced on the mel scale. */
export class MelFilters {
  /** First bin with a weight, and the bin behind the last, of each filter. */
  readonly #ranges: Int32Array;
  /** Weights of all filters, one row of bins a filter. */
  readonly #weights: Float64Array;
  readonly #binCount: number;

  /** @throws {RangeError} when there are fewer than two filters, or when their edges are out of order or range. */
  constructor(
    { numFilters, fftLength, lowFrequency, highFrequency }: MelParameters,
    version: number,
    frequencyHz: number,
  ) {
    checkNumFilters(numFilters);
    const highest = highFrequency === 0 ? frequencyHz / 2 : highFrequency;
    const lowest = lowFrequency === 0 && version < 4 ? 300 : lowFrequency;
    if (!(highest > 0 && highest <= frequencyHz / 2)) {
      throw new RangeError(
        `highFrequency is ${highFrequency}; it has to be at most ${frequencyHz / 2} Hz and above 0, or 0 for that.`,
      );
    }
    if (!(lowest >= 0 && lowest < highest)) {
      throw new RangeError(
        `lowFrequency is ${lowFrequency}, ${lowest} Hz; it has to be 0 or more, and below ${highest} Hz.`,
      );
    }

    // Up to version 3 half the transform's length stands here for the whole, so that the filters end at a quarter of the
    // sampling rate: a mistake, which models trained on it need.
    const points = version < 4 ? fftLength / 2 + 1 : fftLength;
    const [lowestMel, highestMel] = [toMel(lowest), toMel(highest)];
    const edges = Int32Array.from({ length: numFilters + 2 }, (_, i) => {
      const hertz = toHertz(lowestMel + ((highestMel - lowestMel) * i) / (numFilters + 1));
      return Math.floor(((points + 1) * (i === numFilters + 1 ? hertz - 0.001 : hertz)) / frequencyHz);
    });

    this.#binCount = fftLength / 2 + 1;
    this.#ranges = new Int32Array(2 * numFilters);
    this.#weights = new Float64Array(numFilters * this.#binCount);
    for (let k = 0; k < numFilters; k++) {
      const [left, middle, right] = edges.subarray(k, k + 3) as unknown as [number, number, number];
      this.#ranges.set([left, right + 1], 2 * k);
      // Edges may fall together: a filter of one bin has no weight, and one without a slope keeps that of its middle.
      for (let bin = left; bin <= right && left < right; bin++) {
        const slope = bin < middle ? (bin - left) / (middle - left) : (right - bin) / (right - middle);
        this.#weights[k * this.#binCount + bin] = bin === middle ? 1 : slope;
      }
    }
  }

  /** Writes the energy that each filter lets through; 1e-10 for none. */
  write(power: Float64Array, out: Float64Array, at: number): void {
    for (let k = 0; 2 * k < this.#ranges.length; k++) {
      const last = this.#ranges[2 * k + 1] as number;
      const row = k * this.#binCount;
      let energy = 0;
      for (let bin = this.#ranges[2 * k] as number; bin < last; bin++) {
        energy += (this.#weights[row + bin] as number) * (power[bin] as number);
      }
      out[at + k] = energy === 0 ? SILENCE : energy;
    }
  }
}

/** @throws {RangeError} when there are fewer filters than Studio takes. */
export function checkNumFilters(numFilters: number): void {
  checkWhole("numFilters", numFilters, 2, 1000);
}

function toMel(hertz: number): number {
  return 1127 * Math.log(1 + hertz / 700);
}

function toHertz(mel: number): number {
  return 700 * (Math.exp(mel / 1127) - 1);
}
