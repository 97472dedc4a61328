import { AudioFrames, nameFrames, type FrameParameters } from "./audio-frames.ts";
import { checkFinite, checkWhole, checkWindow, type FeatureBlock, type WindowShape } from "./feature-block.ts";
import { toLoudness } from "./mfe.ts";
import { scaleToUnit } from "./sliding-normalization.ts";

/** Settings of Studio's "Spectrogram" block. */
export interface SpectrogramParameters extends FrameParameters {
  readonly type: "spectrogram";
  readonly version: 1 | 2 | 3 | 4;
  /** From version 3: what is quieter, in dB, is 0. -52 by default. */
  readonly noiseFloorDb?: number;
}

/** Readings beyond 1 are samples of 16 bits. */
const FULL_SCALE = 32768;

/** Fewest readings in a frame, and from one to the next. */
const FEWEST_READINGS = 4;

/**
 * Power of every frequency bin in each frame of a window, frame after frame.
 *
 * From version 3 on it is on a scale of dB from 0 at the noise floor to 1 at 12 dB, which only version 3 clips. Version 3
 * takes a frame that leaves -1 to 1 for samples of 16 bits, as the SDK does; Studio's Python takes the whole window for
 * that. Versions 1 and 2 stretch what there is to 0 to 1. Not compared with the SDK's own output here [unverified].
 */
export class Spectrogram implements FeatureBlock {
  readonly featureCount: number;
  readonly featureNames: readonly string[];

  readonly #version: number;
  readonly #noiseFloorDb: number;
  readonly #shape: WindowShape;
  readonly #frames: AudioFrames;
  readonly #powers: Float64Array;

  /** @throws {RangeError} for settings that Studio refuses. */
  constructor(parameters: SpectrogramParameters, shape: WindowShape) {
    const { version, frameLength, frameStride, noiseFloorDb = -52 } = parameters;
    checkWhole("version", version, 1, 4);
    checkFinite("noiseFloorDb", noiseFloorDb);
    if (noiseFloorDb >= 12) throw new RangeError(`noiseFloorDb is ${noiseFloorDb}; it has to be below 12.`);
    const shortest = FEWEST_READINGS / shape.frequencyHz;
    for (const [name, value] of Object.entries({ frameLength, frameStride })) {
      if (!(value >= shortest)) throw new RangeError(`${name} is ${value} s; it has to be ${shortest} s or more.`);
    }
    this.#version = version;
    this.#noiseFloorDb = noiseFloorDb;
    this.#shape = shape;
    this.#frames = new AudioFrames(parameters, version, shape);
    const columns = Array.from(this.#frames.power, (_, bin) => `Bin ${bin}`);
    this.featureNames = nameFrames(shape, this.#frames.count, columns);
    this.featureCount = this.featureNames.length;
    this.#powers = new Float64Array(this.featureCount);
  }

  extract(readings: Float32Array, firstReading: number, out: Float64Array, at = 0): void {
    checkWindow(this.#shape, readings, firstReading, out, at, this.featureCount);
    const { signal, count, power } = this.#frames;
    const powers = this.#powers;
    for (let i = 0; i < signal.length; i++) signal[i] = readings[firstReading + i] as number;
    for (let frame = 0; frame < count; frame++) {
      this.#frames.measure(frame);
      const isSixteenBits = this.#version === 3 && this.#frames.peakOf(frame) > 1;
      const scale = isSixteenBits ? 1 / FULL_SCALE ** 2 : 1;
      for (let bin = 0; bin < power.length; bin++) {
        powers[frame * power.length + bin] = (power[bin] as number) * scale;
      }
    }
    if (this.#version < 3) {
      scaleToUnit(powers, out, at);
      return;
    }
    const highest = this.#version === 3 ? 1 : Infinity;
    for (let i = 0; i < powers.length; i++) {
      const loudness = toLoudness(powers[i] as number, this.#noiseFloorDb);
      out[at + i] = Math.min(highest, Math.max(0, loudness));
    }
  }
}
