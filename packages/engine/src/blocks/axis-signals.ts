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
    let nothing = 0;
    for (let axis = 0; axis < axisCount; axis++) {
      nothing += this.#loadAxis(readings, firstReading * axisCount + axis, this.signals[axis] as Float64Array);
    }
    if (nothing !== 0) throw findNotFinite(readings, firstReading * axisCount, axisCount);
  }

  /** @returns 0, or NaN when a reading is NaN or infinite. */
  #loadAxis(readings: Float32Array, first: number, signal: Float64Array): number {
    const axisCount = this.signals.length;
    const scale = this.#scale;
    let nothing = 0;
    for (let i = 0, from = first; i < signal.length; i++, from += axisCount) {
      const reading = readings[from] as number;
      // A number minus itself is 0 unless it is NaN or infinite.
      nothing += reading - reading;
      // The SDK scales in float32; doing the same keeps the two comparable.
      signal[i] = Math.fround(reading * scale);
    }
    let length = signal.length;
    for (let step = 0; step < this.#decimators.length; step++) {
      length = (this.#decimators[step] as Decimator).apply(signal, length);
    }
    if (this.#filter) applyButterworth(this.#filter, signal, length);
    return nothing;
  }
}
