import { Column, placeInChunk } from "./column.ts";
import { FAN_OUT, FAN_OUT_BITS, levelFor, MOST_WITHOUT_PYRAMID, visitSpans } from "./spans.ts";

/** From the lowest value to the highest. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** @inline */
type Floats = Float32Array | Float64Array;

/** A pixel column is no more buckets than this of the level that it is read from; see {@link levelFor}. */
const MOST_IN_COLUMN = FAN_OUT * FAN_OUT + 1;
/** So few buckets are read as they are: to climb to the level above costs more than it spares. */
const MOST_UNGROUPED = 2 * FAN_OUT;
/** Rounding of a column's edge must not move a value to its neighbour from one frame to the next. */
const ROUNDING = 1e-6;

/**
 * One series of values, evenly spaced in time, with a min/max pyramid.
 *
 * The lowest and highest value of any stretch cost the same however long it is, and so does an append. What is not
 * finite counts as a gap; NaN is the usual way to write one.
 */
export class Trace {
  readonly #values: Column<Floats>;
  readonly #create: (length: number) => Floats;
  /** `[level]`, of which 0 is the values; a bucket without a value has the low Infinity and the high -Infinity. */
  readonly #lows: Column<Floats>[];
  readonly #highs: Column<Floats>[];
  /** Of all values. Every drawing asks for it, of every recording. */
  readonly #all = { low: Infinity, high: -Infinity };
  #low = Infinity;
  #high = -Infinity;

  /** @param create Makes a chunk of values: `Float32Array` unless values need more than seven digits. */
  constructor(create: (length: number) => Floats = (length) => new Float32Array(length)) {
    this.#create = create;
    this.#values = new Column(create);
    this.#lows = [this.#values];
    this.#highs = [this.#values];
  }

  /** Number of values, gaps included. */
  get length(): number {
    return this.#values.length;
  }

  /** Bytes held by values and pyramid. */
  get bytes(): number {
    return [...this.#lows, ...this.#highs].reduce((sum, { bytes }) => sum + bytes, -this.#values.bytes);
  }

  /** Lowest and highest of all values; `undefined` while there is none. */
  get range(): Range | undefined {
    const { low, high } = this.#all;
    return low <= high ? { low, high } : undefined;
  }

  /**
   * Adds values at the end, in the sensor's own unit. See {@link Column.append} for `offset` and `stride`.
   *
   * Costs as much as there are new values, however many are there already.
   */
  append(values: ArrayLike<number>, offset = 0, stride = 1): void {
    const from = this.#values.length;
    this.#values.append(values, offset, stride);
    const to = this.#values.length;
    if (from === to) return;
    if (to > MOST_WITHOUT_PYRAMID) this.#sumUp(this.#lows.length === 1 ? 0 : from);
    this.#cover(0, from, to);
    if (this.#low < this.#all.low) this.#all.low = this.#low;
    if (this.#high > this.#all.high) this.#all.high = this.#high;
  }

  /** The value at an index, which is below `length`; not finite where there is a gap. */
  at(index: number): number {
    return this.#values.at(index);
  }

  /** The values from `from` to before `to`, in an array of their own. */
  copy(from: number, to: number): Floats {
    return this.#values.copy(from, to);
  }

  /** Lowest and highest of the values from `from` to before `to`; `undefined` where there is none. */
  minMax(from: number, to: number): Range | undefined {
    this.#cover(0, Math.max(0, from), Math.min(this.length, to));
    return this.#low <= this.#high ? { low: this.#low, high: this.#high } : undefined;
  }

  /**
   * Lowest and highest value of many neighbouring stretches of one length: the pixel columns of a picture.
   *
   * Every value is in exactly one column, so none is lost; columns of many values begin up to an eighth of a column
   * early, and one that ends with the values has all of the last ones.
   *
   * @param first Where the first column begins, counted in values; may lie before 0 and between two values.
   * @param perColumn Values in a column, above 0; may be a fraction.
   * @param count Number of columns.
   * @param out Receives `[low, high]` of each column, NaN where it has no value. Shape `[count * 2]` at least.
   */
  columns(first: number, perColumn: number, count: number, out: Float32Array | Float64Array): void {
    const level = this.#levelFor(perColumn);
    const perBucket = 1 << (FAN_OUT_BITS * level);
    const length = this.#bucketsOf(level);
    const edgeOf = (column: number) => {
      const at = first + column * perColumn;
      // The last bucket need not be full, and would otherwise be left to a column that nobody asks for.
      if (at + ROUNDING * perColumn >= this.length) return length;
      return Math.max(0, Math.floor(at / perBucket + ROUNDING));
    };
    let from = edgeOf(0);
    for (let column = 0; column < count; column++) {
      const to = edgeOf(column + 1);
      this.#cover(level, from, to);
      this.#store(out, column);
      from = to;
    }
  }

  /**
   * Lowest and highest value of many stretches, which need not be neighbours or alike.
   *
   * No value is lost. A stretch of many values may count values next to it in, up to an eighth of its length on either
   * side.
   *
   * @param edges Stretch `c` is the values from `edges[2c]` to before `edges[2c + 1]`.
   * @param from First stretch to read.
   * @param to Stretch to stop before.
   * @param out Receives `[low, high]` of stretch `c` at `[2c]`, NaN where it has no value.
   */
  stretches(edges: Int32Array, from: number, to: number, out: Float32Array | Float64Array): void {
    for (let stretch = from; stretch < to; stretch++) {
      const first = edges[stretch * 2] as number;
      const end = edges[stretch * 2 + 1] as number;
      const level = this.#levelFor(end - first);
      const bits = FAN_OUT_BITS * level;
      this.#cover(level, first >>> bits, Math.min(this.#bucketsOf(level), (end + (1 << bits) - 1) >>> bits));
      this.#store(out, stretch);
    }
  }

  /** Brings the pyramid up to date after values from `from` on were added. */
  #sumUp(from: number): void {
    let to = this.#values.length;
    for (let level = 0; to > 1; level++) {
      from >>>= FAN_OUT_BITS;
      const end = to;
      to = (to + FAN_OUT - 1) >>> FAN_OUT_BITS;
      const lows = (this.#lows[level + 1] ??= new Column(this.#create));
      const highs = (this.#highs[level + 1] ??= new Column(this.#create));
      lows.extend(to);
      highs.extend(to);
      for (let bucket = from; bucket < to; bucket++) {
        const first = bucket << FAN_OUT_BITS;
        this.#forget();
        this.#widen(level, first, Math.min(end, first + FAN_OUT));
        lows.set(bucket, this.#low);
        highs.set(bucket, this.#high);
      }
    }
  }

  /** Makes the range that of buckets `from` to before `to` of a level. */
  #cover(level: number, from: number, to: number): void {
    this.#forget();
    const hasPyramid = this.#lows.length > 1;
    const isOfOneColumn = to - from <= MOST_IN_COLUMN && placeInChunk(from) <= placeInChunk(to - 1);
    if (hasPyramid && !isOfOneColumn) {
      visitSpans(from, to, level, this.#visit);
    } else if (!hasPyramid && from === 0 && to === this.length && this.#all.low <= this.#all.high) {
      this.#low = this.#all.low;
      this.#high = this.#all.high;
    } else {
      this.#widen(level, from, to);
    }
  }

  /** A short trace has no coarse levels: it is less than an eighth of such a stretch altogether. */
  #levelFor(count: number): number {
    return Math.min(levelFor(count), this.#lows.length - 1);
  }

  #bucketsOf(level: number): number {
    return (this.#lows[level] as Column<Floats>).length;
  }

  #store(out: Floats, column: number): void {
    const isEmpty = this.#low > this.#high;
    out[column * 2] = isEmpty ? NaN : this.#low;
    out[column * 2 + 1] = isEmpty ? NaN : this.#high;
  }

  #forget(): void {
    this.#low = Infinity;
    this.#high = -Infinity;
  }

  readonly #visit = (level: number, first: number, end: number): void => this.#widen(level, first, end);

  /**
   * Widens the range by buckets that lie in one chunk.
   *
   * Of many, whole groups are read from the level above. Those at both ends, which are in only in part, are passed over
   * where that level tells that they have nothing lower or higher, as most have not. It is one function without calls
   * because a frame has ten thousand columns.
   */
  #widen(level: number, from: number, to: number): void {
    const lows = (this.#lows[level] as Column<Floats>).chunkOf(from);
    const highs = (this.#highs[level] as Column<Floats>).chunkOf(from);
    const begin = placeInChunk(from);
    const end = begin + to - from;
    let firstEnd = end;
    let lastBegin = end;
    let low = this.#low;
    let high = this.#high;
    if (to - from > MOST_UNGROUPED && this.#lows.length > 1) {
      const group = from >>> FAN_OUT_BITS;
      const lowsAbove = (this.#lows[level + 1] as Column<Floats>).chunkOf(group);
      const highsAbove = (this.#highs[level + 1] as Column<Floats>).chunkOf(group);
      const first = placeInChunk(group);
      const last = first + ((to - 1) >>> FAN_OUT_BITS) - group;
      for (let i = first + 1; i < last; i++) {
        const lowest = lowsAbove[i] as number;
        const highest = highsAbove[i] as number;
        if (lowest < low) low = lowest;
        if (highest > high) high = highest;
      }
      const readsFirst = (lowsAbove[first] as number) < low || (highsAbove[first] as number) > high;
      const readsLast = (lowsAbove[last] as number) < low || (highsAbove[last] as number) > high;
      firstEnd = readsFirst ? (begin | (FAN_OUT - 1)) + 1 : begin;
      lastBegin = readsLast ? (end - 1) & -FAN_OUT : end;
    }
    for (let i = begin; i < firstEnd; i++) {
      const lowest = lows[i] as number;
      const highest = highs[i] as number;
      if (lowest < low && lowest !== -Infinity) low = lowest;
      if (highest > high && highest !== Infinity) high = highest;
    }
    for (let i = lastBegin; i < end; i++) {
      const lowest = lows[i] as number;
      const highest = highs[i] as number;
      if (lowest < low && lowest !== -Infinity) low = lowest;
      if (highest > high && highest !== Infinity) high = highest;
    }
    this.#low = low;
    this.#high = high;
  }
}
