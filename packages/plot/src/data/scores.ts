import { CHUNK_LENGTH, Column, placeInChunk } from "./column.ts";
import { FAN_OUT, FAN_OUT_BITS, levelFor, MOST_WITHOUT_PYRAMID, visitSpans } from "./spans.ts";

/** @inline */
type Floats = Float32Array | Float64Array;

/** A score as one byte: 0 is none, 1 to 255 are the scores from 0 to 1. */
const STEPS = 254;

/**
 * Scores of windows from 0 to 1, several rows at once (one a class), with a max pyramid a row.
 *
 * The pyramid is for drawing and keeps a byte a bucket, so that a million windows cost little more than their scores;
 * the scores themselves are kept as they came. NaN is a score that is not there.
 */
export class Scores {
  readonly rows: number;
  readonly #values: Column<Floats>[];
  /** `[row][level - 1]`. */
  readonly #levels: Column<Uint8Array>[][];
  #highest = 0;
  #row = 0;

  /**
   * @param rows Scores a window has, 1 or more.
   * @param create Makes a chunk of scores.
   * @throws {RangeError} when `rows` is not a whole number of 1 or more.
   */
  constructor(rows: number, create: (length: number) => Floats = (length) => new Float32Array(length)) {
    if (!Number.isInteger(rows) || rows < 1) throw new RangeError(`Scores have 1 row or more, not ${rows}.`);
    this.rows = rows;
    this.#values = Array.from({ length: rows }, () => new Column(create));
    this.#levels = Array.from({ length: rows }, () => []);
  }

  /** Windows, not scores. */
  get length(): number {
    return (this.#values[0] as Column<Floats>).length;
  }

  /** Bytes held by scores and pyramids. */
  get bytes(): number {
    return [...this.#values, ...this.#levels.flat()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Adds windows at the end.
   *
   * @param values The scores of one window together. Shape `[windows * rows]`.
   * @throws {RangeError} when `values` is not made of whole windows; nothing was added then.
   */
  append(values: ArrayLike<number>): void {
    if (values.length % this.rows !== 0) {
      throw new RangeError(`${values.length} scores are not whole windows of ${this.rows}.`);
    }
    const length = this.length;
    for (let row = 0; row < this.rows; row++) {
      (this.#values[row] as Column<Floats>).append(values, row, this.rows);
      if (this.length > MOST_WITHOUT_PYRAMID) this.#sumUp(row, this.#levels[row]?.length === 0 ? 0 : length);
    }
  }

  /** The score of window `index` in one row, as it was appended. */
  at(index: number, row: number): number {
    return (this.#values[row] as Column<Floats>).at(index);
  }

  /** All scores of window `index`, in the order of rows. */
  copyOf(index: number): number[] {
    return this.#values.map((values) => values.at(index));
  }

  /**
   * One score of each of many windows that follow each other, of any row.
   *
   * @param rows Which row, a window each.
   * @param from Index of the first window.
   * @param out Receives the scores as they were appended. As long as `rows`, if there are so many windows.
   */
  pick(rows: ArrayLike<number>, from: number, out: Float32Array | Float64Array): void {
    const count = Math.min(rows.length, this.length - from);
    for (let first = 0; first < count;) {
      const place = placeInChunk(from + first) - first;
      const chunks = this.#values.map((values) => values.chunkOf(from + first));
      const end = Math.min(count, CHUNK_LENGTH - place);
      for (let i = first; i < end; i++) out[i] = (chunks[rows[i] as number] as Floats)[place + i] as number;
      first = end;
    }
  }

  /**
   * The highest score of each row among the windows from `from` to before `to`.
   *
   * Scores below 0 count as 0 and above 1 as 1; the answer is within 0.002 of the score.
   *
   * @param out Receives one score a row, NaN where there is none. Shape `[rows]` at least.
   */
  highest(from: number, to: number, out: Float32Array | Float64Array): void {
    const first = Math.max(0, from);
    const end = Math.min(this.length, to);
    for (let row = 0; row < this.rows; row++) {
      const byte = this.#highestByte(row, first, end, 0);
      out[row] = byte === 0 ? NaN : (byte - 1) / STEPS;
    }
  }

  /**
   * The highest score of one row in many stretches: the pixel columns of a picture.
   *
   * No score is lost. A stretch of many windows may count windows next to it in, up to an eighth of its length on
   * either side.
   *
   * @param edges Stretch `c` is the windows from `edges[2c]` to before `edges[2c + 1]`.
   * @param from First stretch to read.
   * @param to Stretch to stop before.
   * @param out Receives a byte at `[c]`: 0 where there is no score, else 1 (a score of 0) to 255 (a score of 1).
   */
  stretches(row: number, edges: Int32Array, from: number, to: number, out: Uint8Array): void {
    const windows = this.length;
    const levels = this.#levels[row] as Column<Uint8Array>[];
    for (let stretch = from; stretch < to; stretch++) {
      const first = edges[stretch * 2] as number;
      const end = edges[stretch * 2 + 1] as number;
      // Few scores have no coarse levels.
      const level = Math.min(levelFor(end - first), levels.length);
      const bits = FAN_OUT_BITS * level;
      const length = level === 0 ? windows : (levels[level - 1] as Column<Uint8Array>).length;
      out[stretch] = this.#highestByte(row, first >>> bits, Math.min(length, (end + (1 << bits) - 1) >>> bits), level);
    }
  }

  #highestByte(row: number, from: number, to: number, level: number): number {
    this.#highest = 0;
    this.#row = row;
    if (from >= to) return 0;
    const hasPyramid = this.length > MOST_WITHOUT_PYRAMID;
    // A short stretch within a chunk is read as it is: climbing costs more than it spares.
    const isShort = to - from <= 2 * FAN_OUT && placeInChunk(from) < placeInChunk(to);
    if (!hasPyramid || isShort) this.#read(level, from, to);
    else visitSpans(from, to, level, this.#visit);
    return this.#highest;
  }

  /** Brings the pyramid of a row up to date after its scores from `from` on were added. */
  #sumUp(row: number, from: number): void {
    const levels = this.#levels[row] as Column<Uint8Array>[];
    this.#row = row;
    let to = (this.#values[row] as Column<Floats>).length;
    if (from === to) return;
    for (let level = 0; to > 1; level++) {
      from >>>= FAN_OUT_BITS;
      const end = to;
      to = (to + (1 << FAN_OUT_BITS) - 1) >>> FAN_OUT_BITS;
      const buckets = (levels[level] ??= new Column((length) => new Uint8Array(length)));
      buckets.extend(to);
      for (let bucket = from; bucket < to; bucket++) {
        const first = bucket << FAN_OUT_BITS;
        this.#highest = 0;
        this.#read(level, first, Math.min(end, first + (1 << FAN_OUT_BITS)));
        buckets.set(bucket, this.#highest);
      }
    }
  }

  readonly #visit = (level: number, first: number, end: number): void => this.#read(level, first, end);

  #read(level: number, first: number, end: number): void {
    let highest = this.#highest;
    const at = placeInChunk(first);
    const until = at + end - first;
    if (level === 0) {
      const values = (this.#values[this.#row] as Column<Floats>).chunkOf(first);
      // NaN is no larger than anything, so it never becomes the score.
      let score = -Infinity;
      for (let i = at; i < until; i++) if ((values[i] as number) > score) score = values[i] as number;
      highest = Math.max(highest, toByte(score));
    } else {
      const bytes = (this.#levels[this.#row]?.[level - 1] as Column<Uint8Array>).chunkOf(first);
      for (let i = at; i < until; i++) if ((bytes[i] as number) > highest) highest = bytes[i] as number;
    }
    this.#highest = highest;
  }
}

function toByte(score: number): number {
  if (score >= 1) return STEPS + 1;
  if (score > 0) return 1 + Math.round(score * STEPS);
  return score > -Infinity ? 1 : 0;
}
