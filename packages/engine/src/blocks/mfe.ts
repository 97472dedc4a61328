import { AudioFrames, nameFrames, type FrameParameters } from "./audio-frames.ts";
import { checkFinite, checkWhole, checkWindow, type FeatureBlock, type WindowShape } from "./feature-block.ts";
import { MelFilters, type MelParameters } from "./mel-filters.ts";
import { loadEmphasized } from "./pre-emphasis.ts";
import { subtractSlidingMean, scaleToUnit } from "./sliding-normalization.ts";

/** Settings of Studio's "Audio (MFE)" block: mel-filterbank energies. */
export interface MfeParameters extends FrameParameters, MelParameters {
  readonly type: "mfe";
  readonly version: 1 | 2 | 3 | 4;
  /** Versions 1 and 2: frames that the sliding mean is over, odd; 0: no mean is subtracted. */
  readonly winSize?: number;
  /** From version 3: what is quieter, in dB below full scale, is 0. -52 by default. */
  readonly noiseFloorDb?: number;
}

/** From version 3 on readings are samples of 16 bits, whose high frequencies are emphasised. */
const EMPHASIS = { scale: 1 / 32768, coefficient: 0.98, shift: 1 };
const NO_EMPHASIS = { scale: 1, coefficient: 0, shift: 0 };

/** Loudest energy that is told apart from louder ones, in dB. */
const LOUDEST_DB = 12;

/** Energies are rounded to this many steps. */
const STEPS = 256;

/**
 * Energies of the mel filters in each frame of a window, frame after frame, from 0 to 1.
 *
 * From version 3 on they are on a scale of dB and rounded to 1/256; the loudest is 1 as in the SDK, where Studio's Python
 * wraps it around to 0. Versions 1 and 2 subtract a sliding mean and then stretch what there is to 0 to 1. No version was
 * compared with the SDK's own output here [unverified].
 */
export class Mfe implements FeatureBlock {
  readonly featureCount: number;
  readonly featureNames: readonly string[];

  readonly #parameters: MfeParameters;
  readonly #shape: WindowShape;
  readonly #frames: AudioFrames;
  readonly #filters: MelFilters;
  readonly #energies: Float64Array;
  readonly #normalized: Float64Array;

  /** @throws {RangeError} for settings that Studio refuses. */
  constructor(parameters: MfeParameters, shape: WindowShape) {
    const { version, numFilters, winSize = 101, noiseFloorDb = -52 } = parameters;
    checkWhole("version", version, 1, 4);
    checkWinSize(winSize);
    checkFinite("noiseFloorDb", noiseFloorDb);
    if (noiseFloorDb >= LOUDEST_DB) throw new RangeError(`noiseFloorDb is ${noiseFloorDb}; it has to be below 12.`);
    this.#parameters = { ...parameters, winSize, noiseFloorDb };
    this.#shape = shape;
    this.#frames = new AudioFrames(parameters, version, shape);
    this.#filters = new MelFilters(parameters, version, shape.frequencyHz);
    const columns = Array.from({ length: numFilters }, (_, k) => `Filter ${k + 1}`);
    this.featureNames = nameFrames(shape, this.#frames.count, columns);
    this.featureCount = this.featureNames.length;
    this.#energies = new Float64Array(this.featureCount);
    this.#normalized = new Float64Array(this.featureCount);
  }

  extract(readings: Float32Array, firstReading: number, out: Float64Array, at = 0): void {
    checkWindow(this.#shape, readings, firstReading, out, at, this.featureCount);
    const { version, numFilters, winSize = 0, noiseFloorDb = 0 } = this.#parameters;
    const { signal, count, power } = this.#frames;
    loadEmphasized(readings, firstReading, version < 3 ? NO_EMPHASIS : EMPHASIS, signal);
    const energies = this.#energies;
    for (let frame = 0; frame < count; frame++) {
      this.#frames.measure(frame);
      this.#filters.write(power, energies, frame * numFilters);
    }
    if (version >= 3) {
      for (let i = 0; i < energies.length; i++) {
        const loudness = toLoudness(energies[i] as number, noiseFloorDb);
        out[at + i] = Math.min(1, Math.max(0, Math.round(STEPS * loudness) / STEPS));
      }
      return;
    }
    let source = energies;
    if (winSize > 0) {
      subtractSlidingMean(energies, numFilters, winSize, this.#normalized);
      source = this.#normalized;
    }
    scaleToUnit(source, out, at);
  }
}

/** Where an energy lies between the noise floor, 0, and 12 dB, 1. */
export function toLoudness(energy: number, noiseFloorDb: number): number {
  return (10 * Math.log10(Math.max(energy, 1e-30)) - noiseFloorDb) / (LOUDEST_DB - noiseFloorDb);
}

/** @throws {RangeError} when a sliding window has no middle. */
export function checkWinSize(winSize: number): void {
  if (winSize !== 0 && !(Number.isInteger(winSize) && winSize > 0 && winSize % 2 === 1)) {
    throw new RangeError(`winSize is ${winSize}; it has to be odd, or 0.`);
  }
}
