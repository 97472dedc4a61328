/** Turns one window of readings into features. Buffers are made once, so a window allocates nothing. */
export interface FeatureBlock {
  readonly featureCount: number;
  /** What each feature is, as Studio names it; with the axis in front where the axes have names. */
  readonly featureNames: readonly string[];

  /**
   * Writes the features of the window that starts at reading `firstReading`.
   *
   * @param readings Readings one after another, each with all its axes. Shape `[readings * axes]`.
   * @param out Receives `featureCount` numbers from index `at` (default 0).
   * @throws {NotFiniteReadingError} when a reading of the window is NaN or infinite.
   * @throws {RangeError} when the window ends behind the last reading, or `out` is too short.
   */
  extract(readings: Float32Array, firstReading: number, out: Float64Array, at?: number): void;

  /** Forgets the windows before, as at the start of another recording. Only blocks that remember windows have it. */
  reset?(): void;
}

/** The windows that a block is made for. */
export interface WindowShape {
  readonly axisCount: number;
  readonly windowReadings: number;
  /** Readings per second. */
  readonly frequencyHz: number;
  /** Put in front of the names of features, one for each axis. */
  readonly axisNames?: readonly string[];
}

/** A reading is NaN or infinite, so that no feature of its window would mean anything. */
export class NotFiniteReadingError extends RangeError {
  override readonly name = "NotFiniteReadingError";
  /** Place in the array of readings. */
  readonly index: number;

  constructor(index: number, value: number, axisCount: number) {
    const place = `axis ${index % axisCount} of reading ${Math.floor(index / axisCount)}`;
    super(`readings[${index}], ${place}, is ${value}; it has to be a finite number.`);
    this.index = index;
  }
}

/** Readings of a window times axes, and features of it: more would take the memory of everything else. */
const MOST_VALUES = 2 ** 21;

/** @throws {RangeError} for a shape that no window can have. */
export function checkWindowShape({ axisCount, windowReadings, frequencyHz, axisNames }: WindowShape): void {
  for (const [name, value] of Object.entries({ axisCount, windowReadings })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name} is ${value}; it has to be a whole number, 1 or more.`);
    }
  }
  if (axisCount * windowReadings > MOST_VALUES) {
    throw new RangeError(
      `windowReadings is ${windowReadings}; with ${axisCount} axes it has to be at most ${Math.floor(MOST_VALUES / axisCount)}.`,
    );
  }
  if (!(frequencyHz > 0 && Number.isFinite(frequencyHz))) {
    throw new RangeError(`frequencyHz is ${frequencyHz}; it has to be a positive number.`);
  }
  if (axisNames && axisNames.length !== axisCount) {
    throw new RangeError(`axisNames has ${axisNames.length} names; it has to have ${axisCount}, one for each axis.`);
  }
}

/** @throws {RangeError} when a block would make more features than anybody can use. */
export function checkFeatureCount(value: number): void {
  if (value > MOST_VALUES) {
    throw new RangeError(
      `The window makes ${value} features; with longer strides it has to be at most ${MOST_VALUES}.`,
    );
  }
}

/** @throws {RangeError} when `value` is not a finite number. */
export function checkFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`${name} is ${value}; it has to be a finite number.`);
}

/** @throws {RangeError} when `value` is not a whole number from `lowest` to `highest`. */
export function checkWhole(name: string, value: number, lowest: number, highest: number): void {
  if (!Number.isInteger(value) || value < lowest || value > highest) {
    const allowed = lowest === highest ? String(lowest) : `a whole number from ${lowest} to ${highest}`;
    throw new RangeError(`${name} is ${value}; it has to be ${allowed}.`);
  }
}

/** @throws {RangeError} when `value` is not a power of two from 4 to 65536. */
export function checkFftLength(value: number): void {
  if (!Number.isInteger(value) || !Number.isInteger(Math.log2(value)) || value < 4 || value > 65536) {
    throw new RangeError(`fftLength is ${value}; it has to be a power of two from 4 to 65536.`);
  }
}

/** @throws {RangeError} when the window ends behind the last reading, or its features do not fit into `out`. */
export function checkPlace(
  { axisCount, windowReadings }: WindowShape,
  readings: Float32Array,
  firstReading: number,
  out: Float64Array,
  at: number,
  featureCount: number,
): void {
  const from = firstReading * axisCount;
  if (!Number.isInteger(firstReading) || from < 0 || from + windowReadings * axisCount > readings.length) {
    const count = Math.floor(readings.length / axisCount);
    throw new RangeError(
      `The window of ${windowReadings} readings from ${firstReading} lies outside the ${count} given.`,
    );
  }
  if (!(at >= 0 && at + featureCount <= out.length)) {
    throw new RangeError(`${featureCount} features do not fit into an array of ${out.length} from index ${at}.`);
  }
}

/** @throws as `FeatureBlock.extract` does. */
export function checkWindow(
  shape: WindowShape,
  readings: Float32Array,
  firstReading: number,
  out: Float64Array,
  at: number,
  featureCount: number,
): void {
  checkPlace(shape, readings, firstReading, out, at, featureCount);
  const from = firstReading * shape.axisCount;
  const to = from + shape.windowReadings * shape.axisCount;
  // A number minus itself is 0 unless it is NaN or infinite. Four sums, since each waits for its own last addition.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = from;
  for (; i + 3 < to; i += 4) {
    a += (readings[i] as number) - (readings[i] as number);
    b += (readings[i + 1] as number) - (readings[i + 1] as number);
    c += (readings[i + 2] as number) - (readings[i + 2] as number);
    d += (readings[i + 3] as number) - (readings[i + 3] as number);
  }
  for (; i < to; i++) a += (readings[i] as number) - (readings[i] as number);
  if (a + b + c + d !== 0) throw findNotFinite(readings, from, shape.axisCount);
}

/** The error for the first reading from index `from` on that is NaN or infinite; there has to be one. */
export function findNotFinite(readings: Float32Array, from: number, axisCount: number): NotFiniteReadingError {
  let index = from;
  while (Number.isFinite(readings[index])) index++;
  return new NotFiniteReadingError(index, readings[index] as number, axisCount);
}

/** The same names for every axis, axis after axis, with the axis in front where it has a name. */
export function nameForEachAxis({ axisCount, axisNames }: WindowShape, names: readonly string[]): string[] {
  return Array.from({ length: axisCount }, (_, axis) => {
    const prefix = axisNames ? `${axisNames[axis]} ` : "";
    return names.map((name) => prefix + name);
  }).flat();
}
