/** What a column can be made of. */
export type Numbers = Float32Array | Float64Array | Uint8Array | Uint16Array | Uint32Array;

const CHUNK_BITS = 16;
/** Values in a chunk. */
export const CHUNK_LENGTH = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_LENGTH - 1;
/**
 * The first chunk begins this short and doubles, so that a page may hold thousands of short recordings, whose pyramids
 * have a few values a level.
 */
const FIRST_LENGTH = 8;

/**
 * Numbers that only grow in count, kept in chunks.
 *
 * A full chunk is never copied or moved: an append costs the same after a second and after a day, and no moment needs
 * twice the memory. An index is a whole number below 2^31.
 *
 * @template T The array of a chunk; it decides precision and size.
 */
export class Column<T extends Numbers> {
  readonly #create: (length: number) => T;
  #chunks: T[] = [];
  #length = 0;

  /** @param create Makes one chunk, e.g. `(length) => new Float32Array(length)`. */
  constructor(create: (length: number) => T) {
    this.#create = create;
  }

  /** Number of values. */
  get length(): number {
    return this.#length;
  }

  /** Bytes held, including room for what is still to come. */
  get bytes(): number {
    return this.#chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /**
   * Adds values at the end.
   *
   * @param values Where they come from; several series may be interleaved in it.
   * @param offset Index of the first value to take.
   * @param stride From one value to take to the next, 1 or more.
   * @throws {RangeError} when the stride is below 1.
   */
  append(values: ArrayLike<number>, offset = 0, stride = 1): void {
    if (!(stride >= 1)) throw new RangeError(`A stride is 1 or more, not ${stride}.`);
    const count = Math.max(0, Math.ceil((values.length - offset) / stride));
    this.#reserve(this.#length + count);
    let from = offset;
    for (let left = count; left > 0;) {
      const chunk = this.#chunks[this.#length >>> CHUNK_BITS] as T;
      const at = this.#length & CHUNK_MASK;
      const fitting = Math.min(left, chunk.length - at);
      for (let i = 0; i < fitting; i++, from += stride) chunk[at + i] = values[from] as number;
      this.#length += fitting;
      left -= fitting;
    }
  }

  /** Adds one value at the end. */
  push(value: number): void {
    const index = this.#length;
    this.#reserve(index + 1);
    (this.#chunks[index >>> CHUNK_BITS] as T)[index & CHUNK_MASK] = value;
    this.#length = index + 1;
  }

  /** Adds zeros at the end until there are `length` values; never removes any. */
  extend(length: number): void {
    if (length <= this.#length) return;
    this.#reserve(length);
    this.#length = length;
  }

  /** The value at an index; `undefined` typed away, so stay below `length`. */
  at(index: number): number {
    return (this.#chunks[index >>> CHUNK_BITS] as T)[index & CHUNK_MASK] as number;
  }

  /** Replaces one value. */
  set(index: number, value: number): void {
    (this.#chunks[index >>> CHUNK_BITS] as T)[index & CHUNK_MASK] = value;
  }

  /** The values from `from` to before `to`, in an array of their own. Both are clamped to what there is. */
  copy(from: number, to: number): T {
    const first = Math.min(this.#length, Math.max(0, from));
    const end = Math.max(first, Math.min(this.#length, to));
    const result = this.#create(end - first);
    for (let index = first; index < end;) {
      const at = index & CHUNK_MASK;
      const fitting = Math.min(end - index, CHUNK_LENGTH - at);
      result.set((this.#chunks[index >>> CHUNK_BITS] as T).subarray(at, at + fitting), index - first);
      index += fitting;
    }
    return result;
  }

  /** The chunk that holds an index, for loops that stay within one: 8 values from a multiple of 8 always do. */
  chunkOf(index: number): T {
    return this.#chunks[index >>> CHUNK_BITS] as T;
  }

  #reserve(length: number): void {
    const [first] = this.#chunks;
    const wanted = Math.min(CHUNK_LENGTH, length);
    if (length > 0 && (first?.length ?? 0) < wanted) {
      let firstLength = first?.length ?? FIRST_LENGTH;
      while (firstLength < wanted) firstLength *= 2;
      const longer = this.#create(firstLength);
      if (first) longer.set(first);
      // An array that an item is put into gets room for many.
      this.#chunks = [longer];
    }
    while (this.#chunks.length * CHUNK_LENGTH < length) this.#chunks.push(this.#create(CHUNK_LENGTH));
  }
}

/** Where an index stands within its chunk. */
export function placeInChunk(index: number): number {
  return index & CHUNK_MASK;
}
