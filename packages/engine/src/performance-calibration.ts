/** What Studio's performance calibration settles for a model that listens all the time. */
export interface CalibrationOptions {
  readonly classCount: number;
  /** From one result to the next, ms: the length of a slice. */
  readonly sliceMs: number;
  /** Scores are averaged over so long. */
  readonly averageWindowDurationMs: number;
  /** A class is detected from this average on; above 1 / `classCount`, so that only one can be. */
  readonly detectionThreshold: number;
  /** So long after a detection of a flagged class nothing is detected. */
  readonly suppressionMs: number;
  /** Bit `i` is set for a class that can be detected and then suppresses; 0: all can be, and none suppresses. */
  readonly suppressionFlags: number;
}

/**
 * Turns the scores of one slice of sound after another into detections, as Edge Impulse's C++ SDK does for models with
 * performance calibration. A slice allocates nothing.
 */
export class PerformanceCalibration {
  /** Averages over the newest results; overwritten by the next. */
  readonly scores: Float32Array;

  readonly #classCount: number;
  readonly #detectionThreshold: number;
  readonly #suppressionSlices: number;
  readonly #isFlagged: readonly boolean[];
  readonly #hasFlags: boolean;
  /** The newest results, in a ring. Shape `[slices * classes]`. */
  readonly #results: Float32Array;
  #resultCount = 0;
  #oldest = 0;
  #slicesSinceDetection: number;

  /** @throws {RangeError} for a number that makes no sense, or a threshold that several classes could exceed. */
  constructor(options: CalibrationOptions) {
    const { classCount, sliceMs, averageWindowDurationMs, detectionThreshold, suppressionMs, suppressionFlags } =
      options;
    // As many as bits that a number holds.
    if (!(Number.isInteger(classCount) && classCount >= 1 && classCount <= 53)) {
      throw new RangeError(`classCount is ${classCount}; it has to be a whole number from 1 to 53.`);
    }
    if (!(sliceMs > 0 && Number.isFinite(sliceMs))) {
      throw new RangeError(`sliceMs is ${sliceMs}; it has to be a positive number.`);
    }
    for (const [name, value] of Object.entries({ averageWindowDurationMs, suppressionMs })) {
      if (!(value >= 0 && Number.isFinite(value))) {
        throw new RangeError(`${name} is ${value}; it has to be 0 or a positive number.`);
      }
    }
    if (!(Number.isSafeInteger(suppressionFlags) && suppressionFlags >= 0)) {
      throw new RangeError(`suppressionFlags is ${suppressionFlags}; it has to be a whole number, 0 or more.`);
    }
    if (!(detectionThreshold > 1 / classCount)) {
      throw new RangeError(
        `detectionThreshold is ${detectionThreshold}; it has to be above 1 / ${classCount}, or several classes exceed it.`,
      );
    }
    const slices = Math.max(1, Math.trunc(averageWindowDurationMs / sliceMs));
    this.scores = new Float32Array(classCount);
    this.#classCount = classCount;
    this.#detectionThreshold = detectionThreshold;
    this.#suppressionSlices = Math.trunc(suppressionMs / sliceMs);
    this.#isFlagged = Array.from({ length: classCount }, (_, i) => Math.floor(suppressionFlags / 2 ** i) % 2 === 1);
    this.#hasFlags = suppressionFlags !== 0;
    this.#results = new Float32Array(slices * classCount);
    this.#slicesSinceDetection = this.#suppressionSlices;
  }

  /**
   * Takes the scores of the next slice.
   *
   * @param scores Of the classes. Shape `[classes]`.
   * @returns The class that is detected, or `undefined`.
   */
  push(scores: ArrayLike<number>): number | undefined {
    this.#average(scores);
    let top = -1;
    let topScore = 0;
    for (let i = 0; i < this.#classCount; i++) {
      const score = this.scores[i] as number;
      if (score <= topScore || (this.#hasFlags && !this.#isFlagged[i])) continue;
      top = i;
      topScore = score;
    }

    if (this.#slicesSinceDetection < this.#suppressionSlices) {
      this.#slicesSinceDetection++;
      return undefined;
    }
    if (top === -1 || topScore < this.#detectionThreshold) return undefined;
    if (this.#isFlagged[top]) this.#slicesSinceDetection = 0;
    return top;
  }

  #average(newest: ArrayLike<number>): void {
    const classCount = this.#classCount;
    const slices = this.#results.length / classCount;
    for (let i = 0; i < classCount; i++) this.#results[this.#oldest * classCount + i] = newest[i] as number;
    this.#oldest = (this.#oldest + 1) % slices;
    this.#resultCount = Math.min(slices, this.#resultCount + 1);
    for (let i = 0; i < classCount; i++) {
      let sum = 0;
      for (let s = 0; s < this.#resultCount; s++) sum += this.#results[s * classCount + i] as number;
      this.scores[i] = sum / this.#resultCount;
    }
  }
}
