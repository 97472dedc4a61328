import { AudioFrames, nameFrames, type FrameParameters } from "./audio-frames.ts";
import { checkFinite, checkWhole, checkWindow, type FeatureBlock, type WindowShape } from "./feature-block.ts";
import { checkNumFilters, MelFilters, type MelParameters } from "./mel-filters.ts";
import { checkWinSize } from "./mfe.ts";
import { loadEmphasized } from "./pre-emphasis.ts";
import { divideBySlidingDeviation, subtractSlidingMean } from "./sliding-normalization.ts";

/** Settings of Studio's "Audio (MFCC)" block: mel-frequency cepstral coefficients. */
export interface MfccParameters extends FrameParameters, MelParameters {
  readonly type: "mfcc";
  readonly version: 1 | 2 | 3 | 4;
  /** Coefficients of each frame that are kept. */
  readonly numCepstral: number;
  /** Frames that each coefficient is normalised over, odd; 0: it is not. */
  readonly winSize: number;
  /** Pre-emphasis: this much of the reading `preShift` before is taken away. */
  readonly preCof: number;
  readonly preShift: number;
}

/** Stands for no energy, so that its logarithm is a number. */
const SILENCE = 1e-10;

/**
 * Cepstral coefficients of each frame of a window, frame after frame.
 *
 * The first one is the logarithm of the whole energy. With `winSize` the mean of the frames around is subtracted, and
 * what is left divided by its own deviation there. Not compared with the SDK's own output here [unverified].
 */
export class Mfcc implements FeatureBlock {
  readonly featureCount: number;
  readonly featureNames: readonly string[];

  readonly #parameters: MfccParameters;
  readonly #shape: WindowShape;
  readonly #emphasis: { readonly scale: number; readonly coefficient: number; readonly shift: number };
  readonly #frames: AudioFrames;
  readonly #filters: MelFilters;
  readonly #energies: Float64Array;
  /** Orthonormal DCT-II, a row for each kept coefficient. */
  readonly #cosines: Float64Array;
  readonly #coefficients: Float64Array;
  readonly #centred: Float64Array;

  /** @throws {RangeError} for settings that Studio refuses. */
  constructor(parameters: MfccParameters, shape: WindowShape) {
    const { version, numFilters, numCepstral, winSize, preCof, preShift } = parameters;
    checkWhole("version", version, 1, 4);
    checkNumFilters(numFilters);
    checkWhole("numCepstral", numCepstral, 1, numFilters);
    checkWhole("preShift", preShift, 0, shape.windowReadings);
    checkFinite("preCof", preCof);
    checkWinSize(winSize);
    this.#parameters = parameters;
    this.#shape = shape;
    this.#emphasis = { scale: 1, coefficient: preCof, shift: preShift };
    this.#frames = new AudioFrames(parameters, version, shape);
    this.#filters = new MelFilters(parameters, version, shape.frequencyHz);
    const columns = Array.from({ length: numCepstral }, (_, i) => `Coefficient ${i}`);
    this.featureNames = nameFrames(shape, this.#frames.count, columns);
    this.featureCount = this.featureNames.length;
    this.#energies = new Float64Array(numFilters);
    this.#coefficients = new Float64Array(this.featureCount);
    this.#centred = new Float64Array(this.featureCount);
    this.#cosines = Float64Array.from({ length: numCepstral * numFilters }, (_, i) => {
      const [row, column] = [Math.floor(i / numFilters), i % numFilters];
      const scale = Math.sqrt((row === 0 ? 1 : 2) / numFilters);
      return scale * Math.cos((Math.PI * row * (2 * column + 1)) / (2 * numFilters));
    });
  }

  extract(readings: Float32Array, firstReading: number, out: Float64Array, at = 0): void {
    checkWindow(this.#shape, readings, firstReading, out, at, this.featureCount);
    const { numCepstral, winSize } = this.#parameters;
    const { signal, count } = this.#frames;
    loadEmphasized(readings, firstReading, this.#emphasis, signal);
    for (let frame = 0; frame < count; frame++) this.#writeFrame(frame, frame * numCepstral);

    if (winSize === 0) {
      out.set(this.#coefficients, at);
      return;
    }
    subtractSlidingMean(this.#coefficients, numCepstral, winSize, this.#centred);
    divideBySlidingDeviation(this.#centred, numCepstral, winSize, out, at);
  }

  #writeFrame(frame: number, at: number): void {
    const { numFilters, numCepstral } = this.#parameters;
    const { power } = this.#frames;
    const energies = this.#energies;
    this.#frames.measure(frame);
    this.#filters.write(power, energies, 0);
    for (let k = 0; k < numFilters; k++) energies[k] = Math.log(energies[k] as number);

    let whole = 0;
    for (let bin = 0; bin < power.length; bin++) whole += power[bin] as number;
    this.#coefficients[at] = Math.log(whole === 0 ? SILENCE : whole);
    for (let row = 1; row < numCepstral; row++) {
      let sum = 0;
      for (let k = 0; k < numFilters; k++) {
        sum += (this.#cosines[row * numFilters + k] as number) * (energies[k] as number);
      }
      this.#coefficients[at + row] = sum;
    }
  }
}
