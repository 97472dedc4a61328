import { createFeatureBlock } from "./blocks/create-feature-block.ts";
import { checkWindow, type FeatureBlock, type WindowShape } from "./blocks/feature-block.ts";
import type { FeatureNormalisation, ImpulseInput, ProcessingBlock } from "./impulse.ts";
import { countReadings, frequencyOf } from "./windows.ts";

/** An impulse of Studio has a handful. */
const MOST_BLOCKS = 100;
/** Readings and features of a window, over all blocks: more would take the memory of everything else. */
const MOST_VALUES = 2 ** 22;

/** The features of all processing blocks of an impulse, block after block. A window allocates nothing. */
export class FeatureExtractor {
  readonly featureCount: number;
  /** What each feature is, with the axis in front. */
  readonly featureNames: readonly string[];
  /** The axis that each feature was made of, as an index into those of the impulse; `undefined` for one of several. */
  readonly featureAxes: readonly (number | undefined)[];
  readonly windowReadings: number;

  readonly #parts: readonly Part[];
  readonly #shape: WindowShape;
  /** Some block reads some of the axes. */
  readonly #isSelecting: boolean;

  /** @throws {RangeError} for a block that cannot be made, or that reads an axis which the impulse does not have. */
  constructor(input: ImpulseInput, blocks: readonly ProcessingBlock[]) {
    if (blocks.length === 0) throw new RangeError("An impulse has at least one processing block.");
    if (blocks.length > MOST_BLOCKS) {
      throw new RangeError(`The impulse has ${blocks.length} processing blocks; at most ${MOST_BLOCKS} are run.`);
    }
    // As windows are planned, which takes the interval of a recording.
    this.windowReadings = countReadings(input.windowSizeMs, frequencyOf(1000 / input.frequencyHz));
    const { windowReadings } = this;
    this.#shape = { axisCount: input.axes.length, windowReadings, frequencyHz: input.frequencyHz };
    let values = 0;
    this.#parts = blocks.map((block, b) => {
      const part = createPart(input, block, windowReadings, b);
      values += windowReadings * part.columns.length + part.block.featureCount;
      if (values > MOST_VALUES) {
        throw new RangeError(`The processing blocks up to ${b} take more than ${MOST_VALUES} readings and features.`);
      }
      return part;
    });
    this.#isSelecting = this.#parts.some(({ window }) => window !== undefined);
    this.featureNames = this.#parts.flatMap(({ block }) => block.featureNames);
    this.featureAxes = this.#parts.flatMap(({ block, columns }) => axesOfFeatures(block, columns, input.axes));
    this.featureCount = this.featureNames.length;
  }

  /**
   * Writes the features of the window that starts at reading `firstReading`.
   *
   * @param readings Readings one after another, each with all axes of the impulse. Shape `[readings * axes]`.
   * @param out Receives `featureCount` numbers.
   * @throws {NotFiniteReadingError} when a reading of the window is NaN or infinite, with its place in `readings`.
   * @throws {RangeError} when the window ends behind the last reading.
   */
  extract(readings: Float32Array, firstReading: number, out: Float64Array): void {
    // A block that is handed some of the axes could not tell where in the recording a reading stands.
    if (this.#isSelecting) checkWindow(this.#shape, readings, firstReading, out, 0, this.featureCount);
    let at = 0;
    for (let p = 0; p < this.#parts.length; p++) {
      const { block, columns, axisCount, window, normalisation } = this.#parts[p] as Part;
      if (window) {
        selectColumns(readings, firstReading, axisCount, columns, window);
        block.extract(window, 0, out, at);
      } else {
        block.extract(readings, firstReading, out, at);
      }
      if (normalisation) normalise(normalisation, out, at);
      at += block.featureCount;
    }
  }

  /** Forgets the windows before, as at the start of another recording. */
  reset(): void {
    for (const { block } of this.#parts) block.reset?.();
  }
}

interface Part {
  readonly block: FeatureBlock;
  /** Axes of the impulse that the block reads. */
  readonly columns: readonly number[];
  /** How many the impulse has. */
  readonly axisCount: number;
  /** The readings of these axes alone; `undefined` for a block that reads all of them as they come. */
  readonly window: Float32Array | undefined;
  readonly normalisation: FeatureNormalisation | undefined;
}

function createPart(input: ImpulseInput, block: ProcessingBlock, windowReadings: number, number: number): Part {
  const { axes = input.axes, normalisation, parameters } = block;
  const missing = axes.find((axis) => !input.axes.includes(axis));
  if (missing !== undefined) {
    throw new RangeError(`Processing block ${number} reads axis ${missing}; there are ${input.axes.join(", ")}.`);
  }
  const columns = axes.map((axis) => input.axes.indexOf(axis));
  const axisCount = input.axes.length;
  const isWhole = columns.length === axisCount && columns.every((column, axis) => column === axis);
  const made = createFeatureBlock(parameters, {
    axisCount: columns.length,
    windowReadings,
    frequencyHz: input.frequencyHz,
    axisNames: axes,
  });
  if (normalisation && normalisation.mean.length !== made.featureCount) {
    throw new RangeError(
      `Processing block ${number} makes ${made.featureCount} features; its normalisation is for ${normalisation.mean.length}.`,
    );
  }
  return {
    block: made,
    columns,
    axisCount,
    window: isWhole ? undefined : new Float32Array(windowReadings * columns.length),
    normalisation,
  };
}

function selectColumns(
  readings: Float32Array,
  firstReading: number,
  axisCount: number,
  columns: readonly number[],
  window: Float32Array,
): void {
  let from = firstReading * axisCount;
  for (let i = 0; i < window.length; from += axisCount) {
    for (let c = 0; c < columns.length; c++) window[i++] = readings[from + (columns[c] as number)] as number;
  }
}

function normalise({ mean, scale }: FeatureNormalisation, features: Float64Array, at: number): void {
  for (let i = 0; i < mean.length; i++) {
    features[at + i] = ((features[at + i] as number) - (mean[i] as number)) * (scale[i] as number);
  }
}

/** Names of features begin with that of the axis they were made of. */
function axesOfFeatures(
  { featureNames }: FeatureBlock,
  columns: readonly number[],
  axes: readonly string[],
): (number | undefined)[] {
  if (columns.length === 1) return featureNames.map(() => columns[0]);
  // The longest name first, since one may begin with another.
  const prefixes = columns
    .map((column) => ({ column, prefix: `${axes[column]} ` }))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return featureNames.map((name) => prefixes.find(({ prefix }) => name.startsWith(prefix))?.column);
}
