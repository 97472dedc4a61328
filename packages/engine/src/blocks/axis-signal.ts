import { applyButterworth, designButterworth, type ButterworthFilter } from "./butterworth.ts";
import { decimatorsFor, type Decimator } from "./decimate.ts";
import { checkFinite, checkWindowShape, type WindowShape } from "./feature-block.ts";

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

/** One axis of a window: scaled, thinned, filtered from zero state. Its mean is still in it. */
export class AxisSignal {
  /** Samples that a window has after thinning. */
  readonly length: number;
  /** Samples per second after thinning. */
  readonly frequencyHz: number;

  readonly #scale: number;
  readonly #axisCount: number;
  readonly #windowReadings: number;
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
    this.#axisCount = shape.axisCount;
    this.#windowReadings = shape.windowReadings;
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
   * Loads an axis of the window that starts at reading `firstReading` into the first `length` samples of `signal`.
   *
   * @param signal Has to have room for all readings of a window; behind `length` it is left as zeros.
   */
  load(readings: Float32Array, firstReading: number, axis: number, signal: Float64Array): void {
    const count = this.#windowReadings;
    const axisCount = this.#axisCount;
    const scale = this.#scale;
    let from = firstReading * axisCount + axis;
    for (let i = 0; i < count; i++) {
      // The SDK scales in float32; doing the same keeps the two comparable.
      signal[i] = Math.fround((readings[from] as number) * scale);
      from += axisCount;
    }

    let length = count;
    for (const decimator of this.#decimators) length = decimator.apply(signal, length);
    if (length < count) signal.fill(0, length, count);
    if (this.#filter) applyButterworth(this.#filter, signal, length);
  }
}
