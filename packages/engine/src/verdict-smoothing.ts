import type { Verdict } from "./verdict.ts";

/** How many of the newest windows have to agree. */
export interface SmoothingOptions {
  readonly classCount: number;
  /** Windows that are looked at. */
  readonly windows: number;
  /** So many of them have to be the same. */
  readonly sameWindows: number;
  /** A window counts for a class from this score on; 0.8 without it. */
  readonly classConfidence?: number;
  /** A window counts as an anomaly from this score on; 0.3 without it. */
  readonly anomalyConfidence?: number;
}

/**
 * Steadies verdicts by what the newest windows agree on, as `ei_classifier_smooth` of Edge Impulse's C++ SDK does.
 *
 * Windows before the first count as uncertain. A window allocates nothing.
 */
export class VerdictSmoothing {
  readonly #options: Required<SmoothingOptions>;
  /** Slot of each of the newest windows, in a ring: a class, or one of the two behind the classes. */
  readonly #ring: Uint32Array;
  readonly #counts: Uint32Array;
  #oldest = 0;

  /** @throws {RangeError} when a count is not a whole number of 1 or more, or more windows have to agree than there are. */
  constructor(options: SmoothingOptions) {
    const { classCount, windows, sameWindows, classConfidence = 0.8, anomalyConfidence = 0.3 } = options;
    for (const [name, value] of Object.entries({ classCount, windows, sameWindows })) {
      if (!(Number.isSafeInteger(value) && value >= 1)) {
        throw new RangeError(`${name} is ${value}; it has to be a whole number, 1 or more.`);
      }
    }
    if (sameWindows > windows) {
      throw new RangeError(`sameWindows is ${sameWindows}; it has to be at most windows, which is ${windows}.`);
    }
    for (const [name, value] of Object.entries({ classConfidence, anomalyConfidence })) {
      if (!Number.isFinite(value)) throw new RangeError(`${name} is ${value}; it has to be a finite number.`);
    }
    this.#options = { classCount, windows, sameWindows, classConfidence, anomalyConfidence };
    this.#ring = new Uint32Array(windows).fill(this.#uncertain);
    this.#counts = new Uint32Array(classCount + 2);
    this.#counts[this.#uncertain] = windows;
  }

  /**
   * Takes the next window, and tells what the newest ones agree on; uncertain when they do not.
   *
   * @param scores Of the classes. Of several that are sure enough the last one counts, as in the SDK.
   * @param anomalyScore `undefined` without an anomaly block.
   */
  push(scores: ArrayLike<number>, anomalyScore: number | undefined): Verdict {
    const { windows, sameWindows } = this.#options;
    const counts = this.#counts;
    const newest = this.#slotOf(scores, anomalyScore);
    const dropped = this.#ring[this.#oldest] as number;
    counts[dropped] = (counts[dropped] as number) - 1;
    counts[newest] = (counts[newest] as number) + 1;
    this.#ring[this.#oldest] = newest;
    this.#oldest = (this.#oldest + 1) % windows;

    let top = 0;
    for (let i = 1; i < counts.length; i++) if ((counts[i] as number) > (counts[top] as number)) top = i;
    if ((counts[top] as number) < sameWindows || top === this.#uncertain) return "uncertain";
    return top === this.#anomaly ? "anomaly" : top;
  }

  get #uncertain(): number {
    return this.#options.classCount;
  }

  get #anomaly(): number {
    return this.#options.classCount + 1;
  }

  #slotOf(scores: ArrayLike<number>, anomalyScore: number | undefined): number {
    const { classCount, classConfidence, anomalyConfidence } = this.#options;
    if (anomalyScore !== undefined && anomalyScore >= anomalyConfidence) return this.#anomaly;
    for (let i = classCount - 1; i >= 0; i--) if ((scores[i] as number) >= classConfidence) return i;
    return this.#uncertain;
  }
}
