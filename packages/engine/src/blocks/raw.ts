import {
  checkFinite,
  checkWhole,
  checkWindow,
  checkWindowShape,
  type FeatureBlock,
  type WindowShape,
} from "./feature-block.ts";

/** Settings of Studio's "Raw data" block. */
export interface RawParameters {
  readonly type: "raw";
  readonly version: 1;
  /** Every reading is multiplied by this. */
  readonly scaleAxes: number;
}

/** The readings themselves, scaled in float32 as the SDK does; reading after reading, each with all its axes. */
export class Raw implements FeatureBlock {
  readonly featureCount: number;
  readonly featureNames: readonly string[];

  readonly #scale: number;
  readonly #shape: WindowShape;

  /** @throws {RangeError} when the scale is no number. */
  constructor({ version, scaleAxes }: RawParameters, shape: WindowShape) {
    checkWindowShape(shape);
    checkWhole("version", version, 1, 1);
    checkFinite("scaleAxes", scaleAxes);
    this.#scale = scaleAxes;
    this.#shape = shape;
    const { axisCount, axisNames } = shape;
    this.featureCount = axisCount * shape.windowReadings;
    this.featureNames = Array.from({ length: this.featureCount }, (_, i) => {
      const prefix = axisNames ? `${axisNames[i % axisCount]} ` : "";
      return `${prefix}Reading ${Math.floor(i / axisCount) + 1}`;
    });
  }

  extract(readings: Float32Array, firstReading: number, out: Float64Array, at = 0): void {
    checkWindow(this.#shape, readings, firstReading, out, at, this.featureCount);
    const from = firstReading * this.#shape.axisCount;
    for (let i = 0; i < this.featureCount; i++) out[at + i] = Math.fround((readings[from + i] as number) * this.#scale);
  }
}
