import { applyButterworth, designButterworth, type ButterworthFilter } from "./butterworth.ts";
import { decimatorsFor, type Decimator } from "./decimate.ts";
import { checkFinite, checkWindowShape, findNotFinite, type WindowShape } from "./feature-block.ts";

/** What every version of the "Spectral analysis" block does to an axis before it looks at it. */
export interface SignalParameters {
  /** Every reading is multiplied by this first. */
  readonly scaleAxes: number;
  readonly filterType: "none" | "low" | "high";
  /** Edge of the pass band in Hz; without meaning when `filterType` is `none`. */
  readonly filterCutoffHz: number;
  /** 2, 4, 6 or 8. 0 leaves the signal as it is and only drops the spectrum's bins outside the pass band. */
  readonly filterOrder: number;
}

/** Signals are thinned to this part of the new Nyquist frequency; a filter has to end below it. */
const PASSED_BY_DECIMATION = 0.9;

/** The axes of a window: scaled, thinned, filtered from zero state. Their means are still in them. */
export class AxisSignals {
  /** The axes of the loaded window. Only the first `length` samples of each count. */
  readonly signals: readonly Float64Array[];
  /** Samples that an axis has after thinning. */
  readonly length: number;
  /** Samples per second after thinning. */
  readonly frequencyHz: number;

  readonly #scale: number;
  readonly #decimators: readonly Decimator[];
  readonly #filter: ButterworthFilter | undefined;

  /** @throws {RangeError} for what Studio refuses: a ratio it does not have, or a filter that cannot be built. */
  constructor(parameters: SignalParameters, shape: WindowShape, decimationRatio = 1) {
    const { scaleAxes, filterType, filterOrder, filterCutoffHz } = parameters;
    checkWindowShape(shape);
    checkFinite("scaleAxes", scaleAxes);
    if (!["none", "low", "high"].includes(filterType)) {
      throw new RangeError(`filterType is ${filterType}; it has to be none, low or high.`);
    }
    if (filterType !== "none" && !(filterCutoffHz > 0)) {
      throw new RangeError(`filterCutoffHz is ${filterCutoffHz}; it has to be above 0.`);
    }
    this.#scale = scaleAxes;
    this.signals = Array.from({ length: shape.axisCount }, () => new Float64Array(shape.windowReadings));
    this.#decimators = decimatorsFor(decimationRatio);
    this.length = this.#decimators.reduce((length, step) => step.countOf(length), shape.windowReadings);
    this.frequencyHz = shape.frequencyHz / decimationRatio;

    const highestHz = (this.frequencyHz / 2) * PASSED_BY_DECIMATION;
    if (decimationRatio > 1 && filterType !== "none" && filterCutoffHz > highestHz) {
      throw new RangeError(
        `filterCutoffHz is ${filterCutoffHz}; with inputDecimationRatio ${decimationRatio} it has to be at most ${highestHz}.`,
      );
    }
    this.#filter =
      filterType === "none" || filterOrder === 0
        ? undefined
        : designButterworth(filterType, filterOrder, filterCutoffHz, this.frequencyHz);
  }

  /**
   * Loads the window that starts at reading `firstReading`.
   *
   * @throws {NotFiniteReadingError} when a reading of the window is NaN or infinite.
   */
  load(readings: Float32Array, firstReading: number): void {
    const axisCount = this.signals.length;
    const first = firstReading * axisCount;
    let nothing = 0;
    for (let axis = 0; axis < axisCount; axis += 3) nothing += this.#loadAxes(readings, first, axis);
    if (nothing !== 0) throw findNotFinite(readings, first, axisCount);

    for (let axis = 0; axis < axisCount; axis++) {
      const signal = this.signals[axis] as Float64Array;
      let length = signal.length;
      for (let step = 0; step < this.#decimators.length; step++) {
        length = (this.#decimators[step] as Decimator).apply(signal, length);
      }
      if (this.#filter) applyButterworth(this.#filter, signal, length);
    }
  }

  /**
   * Loads `axis` and the two behind it, or the last one again. Side by side, since a turn of the loop, with what V8 checks
   * in each, takes longer than a reading.
   *
   * @returns 0, or NaN when a reading is NaN or infinite.
   */
  #loadAxes(readings: Float32Array, first: number, axis: number): number {
    const axisCount = this.signals.length;
    const second = Math.min(axis + 1, axisCount - 1);
    const third = Math.min(axis + 2, axisCount - 1);
    const a = this.signals[axis] as Float64Array;
    const b = this.signals[second] as Float64Array;
    const c = this.signals[third] as Float64Array;
    const scale = this.#scale;
    let nothing = 0;
    for (let i = 0, from = first; i < a.length; i++, from += axisCount) {
      const readingA = readings[from + axis] as number;
      const readingB = readings[from + second] as number;
      const readingC = readings[from + third] as number;
      // A number minus itself is 0 unless it is NaN or infinite, and so is a sum with such a number in it.
      const sum = readingA + readingB + readingC;
      nothing += sum - sum;
      // The SDK scales in float32; doing the same keeps the two comparable.
      a[i] = Math.fround(readingA * scale);
      b[i] = Math.fround(readingB * scale);
      c[i] = Math.fround(readingC * scale);
    }
    return nothing;
  }
}
