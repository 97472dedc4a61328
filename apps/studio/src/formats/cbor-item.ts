/**
 * Looks over CBOR before the decoder may: where the first item ends, and that it is plain, shallow and not absurdly large.
 *
 * The decoder trusts lengths more than a stranger's bytes deserve, and carries out tags. Recordings need no tags, so
 * none gets through. Nothing is allocated here: the walk is one pass over the bytes.
 */
import { RecordingError } from "./recording.ts";

const DEEPEST = 16;

/** A double takes nine bytes, and this many items some hundreds of megabytes when decoded to JavaScript's arrays. */
const MOST_ITEMS = 10_000_000;

/** "This is CBOR", the one tag that says nothing else. */
const SELF_DESCRIBED = Buffer.of(0xd9, 0xd9, 0xf7);

const INDEFINITE = 31;
const BREAK = 0xff;

/** Kinds of items, the three highest bits of their first byte. */
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const SIMPLE = 7;

/** Where the first item of the bytes begins and ends; whatever comes after its end is not CBOR's concern. */
export interface CborItem {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the first item.
 *
 * @throws {RecordingError} when it is cut off, deeper than a recording can be, tagged, or has too many parts.
 */
export function findCborItem(bytes: Buffer): CborItem {
  const start = bytes.subarray(0, 3).equals(SELF_DESCRIBED) ? 3 : 0;
  return { start, end: new CborWalk(bytes, start).skipItem(0) };
}

class CborWalk {
  readonly #bytes: Buffer;
  #position: number;
  #items = 0;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#position = start;
  }

  /** Goes over one item and answers where the next one begins. */
  skipItem(depth: number): number {
    if (depth > DEEPEST) throw broken(`it is nested deeper than ${DEEPEST} levels`);
    if (++this.#items > MOST_ITEMS) {
      throw broken(`it has more than ${MOST_ITEMS} values; send long recordings as WAV or with a binary payload`);
    }
    const first = this.#take();
    const kind = first >> 5;
    const short = first & 0x1f;
    if (kind === SIMPLE) {
      this.#skipSimple(short);
    } else if (short === INDEFINITE) {
      this.#skipIndefinite(kind, depth);
    } else {
      this.#skipDefinite(kind, this.#readLength(short), depth);
    }
    return this.#position;
  }

  #skipSimple(short: number): void {
    // False, true, null, undefined; floats of 2, 4 and 8 bytes. Nothing else stands for a value.
    const isWord = short >= 20 && short <= 23;
    const isFloat = short >= 25 && short <= 27;
    if (!isWord && !isFloat) throw broken(`there is a simple value ${short} at byte ${this.#position - 1}`);
    if (isFloat) this.#skip(2 ** (short - 24));
  }

  #skipIndefinite(kind: number, depth: number): void {
    if (kind !== ARRAY && kind !== MAP) throw broken(`texts and bytes need a length, at byte ${this.#position - 1}`);
    while (this.#peek() !== BREAK) {
      this.skipItem(depth + 1);
      if (kind === MAP) this.skipItem(depth + 1);
    }
    this.#position++;
  }

  #skipDefinite(kind: number, length: number, depth: number): void {
    switch (kind) {
      case BYTES:
      case TEXT:
        this.#skip(length);
        break;
      case ARRAY:
      case MAP: {
        const parts = kind === MAP ? length * 2 : length;
        // Each part takes a byte at least; a length beyond that need not be walked to be known for wrong.
        if (parts > this.#bytes.length - this.#position) throw cutOff();
        for (let i = 0; i < parts; i++) this.skipItem(depth + 1);
        break;
      }
      case TAG:
        throw broken(`there is a tag (${length}), which recordings have no use for`);
      default:
      // An integer is over with its length.
    }
  }

  #readLength(short: number): number {
    if (short < 24) return short;
    if (short > 27) throw broken(`there is an unknown length at byte ${this.#position - 1}`);
    let length = 0;
    for (let i = 0; i < 2 ** (short - 24); i++) length = length * 256 + this.#take();
    return length;
  }

  #peek(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) throw cutOff();
    return byte;
  }

  #take(): number {
    const byte = this.#peek();
    this.#position++;
    return byte;
  }

  #skip(count: number): void {
    if (count > this.#bytes.length - this.#position) throw cutOff();
    this.#position += count;
  }
}

function cutOff(): RecordingError {
  return broken("it is cut off");
}

function broken(reason: string): RecordingError {
  return new RecordingError(`Could not parse this CBOR file: ${reason}`);
}
