import { NotFiniteReadingError } from "./blocks/feature-block.ts";

/** How windows lie in a stream of readings. */
export interface WindowLayout {
  /** Numbers in one reading. */
  readonly axisCount: number;
  readonly windowReadings: number;
  /** Readings from the start of one window to the start of the next. */
  readonly increaseReadings: number;
  /** A stream that ends before its first window is full gives one window, filled up with zeros. */
  readonly padZeros: boolean;
}

/**
 * Takes one window of a stream. The readings are overwritten once it returns.
 *
 * @param readings Shape `[readings * axes]`; the window is somewhere in it.
 * @param firstReading Where in `readings` the window starts.
 * @param window Number of the window in the stream, from 0. It starts at reading `window * increaseReadings` of it.
 */
export type WindowVisitor = (readings: Float32Array, firstReading: number, window: number) => void;

/** Pieces that come in are copied in runs of about so many numbers, so that small windows are not moved all the time. */
const ROOM = 4096;

/**
 * Cuts readings that come piece by piece into windows.
 *
 * Windows are those of the whole stream, bit by bit, however it is cut into pieces, even within a reading. Keeps about
 * two windows of readings; a window allocates nothing.
 */
export class WindowStream {
  readonly #visit: WindowVisitor;
  readonly #axisCount: number;
  readonly #windowValues: number;
  readonly #increaseValues: number;
  readonly #padZeros: boolean;
  readonly #buffer: Float32Array;
  /** Numbers in the buffer. */
  #filled = 0;
  /** Where in the buffer the next window starts; behind what is filled when windows lie apart. */
  #start = 0;
  #window = 0;
  /** Numbers since the stream began. */
  #pushed = 0;

  /** @throws {RangeError} when a count is not a whole number, 1 or more. */
  constructor({ axisCount, windowReadings, increaseReadings, padZeros }: WindowLayout, visit: WindowVisitor) {
    for (const [name, value] of Object.entries({ axisCount, windowReadings, increaseReadings })) {
      if (!(Number.isSafeInteger(value) && value >= 1)) {
        throw new RangeError(`${name} is ${value}; it has to be a whole number, 1 or more.`);
      }
    }
    this.#visit = visit;
    this.#axisCount = axisCount;
    this.#windowValues = axisCount * windowReadings;
    this.#increaseValues = axisCount * increaseReadings;
    this.#padZeros = padZeros;
    this.#buffer = new Float32Array(this.#windowValues + Math.max(this.#windowValues, ROOM));
  }

  /**
   * Takes the next readings, and visits every window that they make full.
   *
   * @param readings Any number of readings, or parts of them; the axes of a reading one after another.
   * @returns How many windows were visited.
   * @throws {NotFiniteReadingError} for a number that is not finite, with its place since the stream began. Nothing of
   *   `readings` is taken then. What the visitor throws goes through, and the stream can only be ended after it.
   */
  push(readings: Float32Array): number {
    this.#refuseInfinite(readings);
    const before = this.#window;
    const buffer = this.#buffer;
    let from = 0;
    while (from < readings.length) {
      if (this.#filled === buffer.length) this.#makeRoom();
      // What lies between two windows is left out rather than copied.
      const gap = Math.min(this.#start - this.#filled, readings.length - from);
      if (gap > 0 && this.#filled === 0) {
        from += gap;
        this.#start -= gap;
        continue;
      }
      const taken = Math.min(buffer.length - this.#filled, readings.length - from);
      for (let i = 0; i < taken; i++) buffer[this.#filled + i] = readings[from + i] as number;
      this.#filled += taken;
      from += taken;
      this.#visitFull();
    }
    this.#pushed += readings.length;
    return this.#window - before;
  }

  /**
   * Says that no more readings come. The next ones begin another stream.
   *
   * @returns 1 when a window filled up with zeros was visited, else 0.
   * @throws {RangeError} in the middle of a reading.
   */
  end(): number {
    const pushed = this.#pushed;
    const readingCount = Math.floor(pushed / this.#axisCount);
    if (pushed % this.#axisCount !== 0) {
      throw new RangeError(
        `The stream ends within reading ${readingCount}: ${pushed} numbers for ${this.#axisCount} axes.`,
      );
    }
    const isPadded = this.#padZeros && pushed > 0 && pushed < this.#windowValues;
    if (isPadded) {
      this.#buffer.fill(0, pushed, this.#windowValues);
      this.#visit(this.#buffer, 0, 0);
    }
    this.#filled = this.#start = this.#window = this.#pushed = 0;
    return isPadded ? 1 : 0;
  }

  #visitFull(): void {
    while (this.#start + this.#windowValues <= this.#filled) {
      this.#visit(this.#buffer, this.#start / this.#axisCount, this.#window);
      this.#start += this.#increaseValues;
      this.#window++;
    }
  }

  /** Drops what no window to come reaches. */
  #makeRoom(): void {
    const dropped = Math.min(this.#start, this.#filled);
    this.#buffer.copyWithin(0, dropped, this.#filled);
    this.#filled -= dropped;
    this.#start -= dropped;
  }

  #refuseInfinite(readings: Float32Array): void {
    for (let i = 0; i < readings.length; i++) {
      if (Number.isFinite(readings[i])) continue;
      throw new NotFiniteReadingError(this.#pushed + i, readings[i] as number, this.#axisCount);
    }
  }
}
