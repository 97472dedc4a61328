/** Ripple of the pass band. */
const RIPPLE_DB = 0.05;
const ORDER = 8;

/**
 * Thins a signal by 3 or 10: a Chebyshev filter of type I, order 8, 0.05 dB ripple, cutoff at 0.8 of the new Nyquist
 * frequency, then every `ratio`-th sample from the first.
 *
 * The filter starts as if the first sample had been there for ever, so a constant stays one from the start. Equals SciPy's
 * `sosfilt(cheby1(8, 0.05, 0.8 / ratio, output="sos"), x, zi=sosfilt_zi(sos) * x[0])[::ratio]`, section by section in
 * float32 as in the SDK: what that rounds away shows in the kurtosis of a board lying still (1e-3 without, 4e-6 with it).
 */
export class Decimator {
  readonly ratio: number;
  /** Feedback `a1`, `a2` and, for an input of 1 that has always been, the state of each second-order section. */
  readonly #sections = new Float32Array((ORDER / 2) * 4);
  readonly #state = new Float32Array(ORDER);
  /** The first section weighs its inputs 1, 2, 1 times this; the others just 1, 2, 1. */
  readonly #gain: number;

  constructor(ratio: 3 | 10) {
    this.ratio = ratio;
    const feedbacks = designFeedbacks(ratio);
    // Of even order the ripple touches its lower edge at 0 Hz.
    let gain = 10 ** (-RIPPLE_DB / 20);
    for (const [a1, a2] of feedbacks) gain *= (1 + a1 + a2) / 4;
    this.#gain = Math.fround(gain);

    let level = gain;
    feedbacks.forEach(([a1, a2], i) => {
      const output = (4 * level) / (1 + a1 + a2);
      const second = level - a2 * output;
      this.#sections.set([a1, a2, 2 * level - a1 * output + second, second], i * 4);
      level = output;
    });
  }

  /** How many samples are left of `length`. */
  countOf(length: number): number {
    return Math.ceil(length / this.ratio);
  }

  /**
   * Thins the first `length` samples of `signal` in place.
   *
   * @returns How many samples are left, at the start of `signal`; what lies behind them is as it was.
   */
  apply(signal: Float64Array, length: number): number {
    const sections = this.#sections;
    const state = this.#state;
    const first = Math.fround(signal[0] as number);
    for (let section = 0, s = 0; s < ORDER; section += 4, s += 2) {
      state[s] = (sections[section + 2] as number) * first;
      state[s + 1] = (sections[section + 3] as number) * first;
    }

    let count = 0;
    let untilKept = 0;
    for (let i = 0; i < length; i++) {
      let x = Math.fround(Math.fround(signal[i] as number) * this.#gain);
      for (let section = 0, s = 0; s < ORDER; section += 4, s += 2) {
        const y = Math.fround(x + (state[s] as number));
        const fed1 = Math.fround((sections[section] as number) * y);
        const fed2 = Math.fround((sections[section + 1] as number) * y);
        state[s] = Math.fround(2 * x - fed1) + (state[s + 1] as number);
        state[s + 1] = x - fed2;
        x = y;
      }
      if (untilKept === 0) {
        signal[count++] = x;
        untilKept = this.ratio;
      }
      untilKept--;
    }
    return count;
  }
}

/** `a1` and `a2` of each section, in the order in which SciPy puts them: the most damped one first. */
function designFeedbacks(ratio: number): readonly (readonly [a1: number, a2: number])[] {
  const epsilon = Math.sqrt(10 ** (RIPPLE_DB / 10) - 1);
  const mu = Math.asinh(1 / epsilon) / ORDER;
  const warped = Math.tan((Math.PI * 0.8) / ratio / 2);
  return Array.from({ length: ORDER / 2 }, (_, i) => {
    const theta = (Math.PI * (2 * i + 1)) / (2 * ORDER);
    const real = -Math.sinh(mu) * Math.cos(theta) * warped;
    const imaginary = Math.cosh(mu) * Math.sin(theta) * warped;
    // The pole p through the bilinear transform, (1 + p) / (1 - p).
    const size = (1 - real) ** 2 + imaginary ** 2;
    return [(-2 * (1 - real * real - imaginary * imaginary)) / size, ((1 + real) ** 2 + imaginary ** 2) / size];
  });
}

/** Ratios of one step each that make up a whole ratio of Studio's block. */
export function decimatorsFor(ratio: number): readonly Decimator[] {
  const steps = STEPS.get(ratio);
  if (!steps) {
    throw new RangeError(`inputDecimationRatio is ${ratio}; it has to be one of ${[...STEPS.keys()].join(", ")}.`);
  }
  return steps.map((step) => new Decimator(step));
}

const STEPS: ReadonlyMap<number, readonly (3 | 10)[]> = new Map([
  [1, []],
  [3, [3]],
  [10, [10]],
  [30, [3, 10]],
  [100, [10, 10]],
  [1000, [10, 10, 10]],
]);
