/** Ripple of the pass band. */
const RIPPLE_DB = 0.05;
const ORDER = 8;

/**
 * Thins a signal by 3 or 10: a Chebyshev filter of type I, order 8, 0.05 dB ripple, cutoff at 0.8 of the new Nyquist
 * frequency, then every `ratio`-th sample from the first.
 *
 * The filter starts as if the first sample had been there for ever, so a constant stays one from the start. Equals SciPy's
 * `sosfilt(cheby1(8, 0.05, 0.8 / ratio, output="sos"), x, zi=sosfilt_zi(sos) * x[0])[::ratio]`.
 */
export class Decimator {
  readonly ratio: number;
  /** Feedback `a1`, `a2` and gain of each second-order section; all its zeros lie at half the sampling rate. */
  readonly #sections = new Float64Array((ORDER / 2) * 3);
  readonly #state = new Float64Array(ORDER);
  readonly #gain: number;

  constructor(ratio: 3 | 10) {
    this.ratio = ratio;
    const epsilon = Math.sqrt(10 ** (RIPPLE_DB / 10) - 1);
    const mu = Math.asinh(1 / epsilon) / ORDER;
    const warped = Math.tan((Math.PI * 0.8) / ratio / 2);
    for (let i = 0; i < ORDER / 2; i++) {
      const theta = (Math.PI * (2 * i + 1)) / (2 * ORDER);
      const real = -Math.sinh(mu) * Math.cos(theta) * warped;
      const imaginary = Math.cosh(mu) * Math.sin(theta) * warped;
      // The pole through the bilinear transform, (1 + p) / (1 - p).
      const size = (1 - real) ** 2 + imaginary ** 2;
      const a1 = (-2 * (1 - real * real - imaginary * imaginary)) / size;
      const a2 = ((1 + real) ** 2 + imaginary ** 2) / size;
      this.#sections.set([a1, a2, (1 + a1 + a2) / 4], i * 3);
    }
    // Of even order the ripple touches its lower edge at 0 Hz.
    this.#gain = 1 / Math.sqrt(1 + epsilon * epsilon);
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
    this.#settle((signal[0] as number) * this.#gain);

    let count = 0;
    let untilKept = 0;
    for (let i = 0; i < length; i++) {
      let x = (signal[i] as number) * this.#gain;
      for (let section = 0, s = 0; s < ORDER; section += 3, s += 2) {
        const scaled = x * (sections[section + 2] as number);
        const y = scaled + (state[s] as number);
        state[s] = 2 * scaled - (sections[section] as number) * y + (state[s + 1] as number);
        state[s + 1] = scaled - (sections[section + 1] as number) * y;
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

  /** Every section lets a constant through unchanged, so one and the same value stands at all of them. */
  #settle(value: number): void {
    for (let section = 0, s = 0; s < ORDER; section += 3, s += 2) {
      const gain = this.#sections[section + 2] as number;
      const behind = (gain - (this.#sections[section + 1] as number)) * value;
      this.#state[s] = (2 * gain - (this.#sections[section] as number)) * value + behind;
      this.#state[s + 1] = behind;
    }
  }
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
