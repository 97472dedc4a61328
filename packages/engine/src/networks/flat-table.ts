import { ByteBuffer } from "flatbuffers";

/** A .lite file cannot be used. The message names the place and says why. */
export class TfliteError extends Error {
  override readonly name = "TfliteError";
}

/** A vector of tables longer than this is no network that we would run. */
const MOST_TABLES = 10_000;
/** Numbers of all vectors together: many tables of a small file can share a vector, and each would be a list of ours. */
const MOST_NUMBERS = 2 ** 20;

/** The file that tables stand in, and how many numbers may yet be read from its vectors. */
interface Source {
  readonly buffer: ByteBuffer;
  numbersLeft: number;
}

/**
 * A table in a FlatBuffer.
 *
 * The library reads wherever it is told to, so every place is checked here before: files come from strangers. Fields are
 * numbered as in the schema, from 0.
 */
export class FlatTable {
  readonly #source: Source;
  readonly #buffer: ByteBuffer;
  readonly #at: number;
  readonly #vtable: number;
  readonly #fieldCount: number;

  private constructor(source: Source, at: number) {
    const { buffer } = source;
    this.#source = source;
    this.#buffer = buffer;
    this.#at = checkSpan(buffer, at, 4);
    this.#vtable = checkSpan(buffer, at - buffer.readInt32(at), 4);
    const vtableBytes = buffer.readUint16(this.#vtable);
    checkSpan(buffer, this.#vtable, vtableBytes);
    this.#fieldCount = Math.floor((vtableBytes - 4) / 2);
  }

  /**
   * The table that a file begins with.
   *
   * @param identifier Four letters that the file has to carry.
   * @throws {TfliteError} when it does not, or when it is cut off; so does every method.
   */
  static root(bytes: Uint8Array, identifier: string): FlatTable {
    const buffer = new ByteBuffer(bytes);
    if (bytes.length < 8 || buffer.getBufferIdentifier() !== identifier) {
      throw new TfliteError(`The file is no TensorFlow Lite model: it does not carry the letters ${identifier}.`);
    }
    return new FlatTable({ buffer, numbersLeft: MOST_NUMBERS }, buffer.readUint32(0));
  }

  int8(field: number, fallback: number): number {
    const at = this.#find(field, 1);
    return at === undefined ? fallback : this.#buffer.readInt8(at);
  }

  int32(field: number, fallback: number): number {
    const at = this.#find(field, 4);
    return at === undefined ? fallback : this.#buffer.readInt32(at);
  }

  float32(field: number, fallback: number): number {
    const at = this.#find(field, 4);
    return at === undefined ? fallback : this.#buffer.readFloat32(at);
  }

  table(field: number): FlatTable | undefined {
    const at = this.#find(field, 4);
    return at === undefined ? undefined : new FlatTable(this.#source, at + this.#buffer.readUint32(at));
  }

  tables(field: number): readonly FlatTable[] {
    const { at, count } = this.#vector(field, 4);
    if (count > MOST_TABLES) throw new TfliteError(`The file lists ${count} things; at most ${MOST_TABLES} are read.`);
    return Array.from({ length: count }, (_, i) => {
      const place = at + 4 * i;
      return new FlatTable(this.#source, place + this.#buffer.readUint32(place));
    });
  }

  int32s(field: number): readonly number[] {
    return this.#numbers(field, 4, (at) => this.#buffer.readInt32(at));
  }

  float32s(field: number): readonly number[] {
    return this.#numbers(field, 4, (at) => this.#buffer.readFloat32(at));
  }

  int64s(field: number): readonly number[] {
    return this.#numbers(field, 8, (at) => Number(this.#buffer.readInt64(at)));
  }

  /** A view into the file. */
  bytes(field: number): Uint8Array {
    const { at, count } = this.#vector(field, 1);
    return this.#buffer.bytes().subarray(at, at + count);
  }

  /** The first 100 characters of a text, which is enough to name something. */
  text(field: number): string {
    const bytes = this.bytes(field);
    return String.fromCharCode(...bytes.subarray(0, 100)).replace(/[^ -~]/g, "?");
  }

  #numbers(field: number, elementBytes: number, read: (at: number) => number): readonly number[] {
    const { at, count } = this.#vector(field, elementBytes);
    this.#source.numbersLeft -= count;
    if (this.#source.numbersLeft < 0) throw new TfliteError(`The file lists more than ${MOST_NUMBERS} numbers.`);
    return Array.from({ length: count }, (_, i) => read(at + elementBytes * i));
  }

  #vector(field: number, elementBytes: number): { readonly at: number; readonly count: number } {
    const place = this.#find(field, 4);
    if (place === undefined) return { at: 0, count: 0 };
    const start = checkSpan(this.#buffer, place + this.#buffer.readUint32(place), 4);
    const count = this.#buffer.readUint32(start);
    checkSpan(this.#buffer, start + 4, count * elementBytes);
    return { at: start + 4, count };
  }

  /** Where a field's value stands; `undefined` when it has its default. */
  #find(field: number, bytes: number): number | undefined {
    if (field >= this.#fieldCount) return undefined;
    const offset = this.#buffer.readUint16(this.#vtable + 4 + 2 * field);
    return offset === 0 ? undefined : checkSpan(this.#buffer, this.#at + offset, bytes);
  }
}

function checkSpan(buffer: ByteBuffer, at: number, bytes: number): number {
  if (at < 0 || at + bytes > buffer.capacity()) {
    throw new TfliteError(`The file is cut off or damaged: it points to byte ${at}, and has ${buffer.capacity()}.`);
  }
  return at;
}
