import { Frame } from "./frame.ts";

/** Frames that were cut or joined for viewers in the middle; they are cheap to make again. */
const MOST_CUTS = 32;

/** The newest entries of a log, in memory: at most so many bytes, the oldest go first. */
export class Ring {
  readonly #capacityBytes: number;
  readonly #frames: Frame[] = [];
  /** Frames before this one are forgotten; the array is tidied once in a while. */
  #head = 0;
  #bytes = 0;
  #start: number;
  #next: number;
  /** For viewers that stand at the same place. By number of the first entry. */
  readonly #cuts = new Map<number, Frame>();

  /** @param next Number of the first entry that is going to be pushed. */
  constructor(capacityBytes: number, next: number) {
    this.#capacityBytes = capacityBytes;
    this.#start = next;
    this.#next = next;
  }

  /** Number of the oldest entry kept. */
  get start(): number {
    return this.#start;
  }

  /** Number of the entry behind the newest. */
  get next(): number {
    return this.#next;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param frame Begins where the ring ends. */
  push(frame: Frame): void {
    if (frame.from !== this.#next) throw new RangeError(`The ring ends at ${this.#next}, not at ${frame.from}.`);
    this.#cuts.clear();
    this.#frames.push(frame);
    this.#bytes += frame.bytes.length;
    this.#next = frame.next;
    while (this.#bytes > this.#capacityBytes) this.#dropOldest();
  }

  /** Forgets everything. @param next As in the constructor. */
  clear(next: number): void {
    this.#cuts.clear();
    this.#frames.length = 0;
    this.#head = 0;
    this.#bytes = 0;
    this.#start = next;
    this.#next = next;
  }

  /**
   * Entries from a place on: at most so many bytes, and at least what was pushed at once.
   *
   * @returns `undefined` when the ring does not hold the entry `from`.
   */
  frameAt(from: number, mostBytes: number): Frame | undefined {
    if (from < this.#start || from >= this.#next) return undefined;
    const known = this.#cuts.get(from);
    if (known) return known;
    const index = this.#indexOf(from);
    const first = this.#frames[index] as Frame;
    const chunks = [first.bytesFrom(from)];
    let bytes = (chunks[0] as Buffer).length;
    let next = first.next;
    for (let i = index + 1; i < this.#frames.length; i++) {
      const frame = this.#frames[i] as Frame;
      bytes += frame.bytes.length;
      if (bytes > mostBytes) break;
      chunks.push(frame.bytes);
      next = frame.next;
    }
    const frame = first.from === from && first.next === next ? first : new Frame(from, next, chunks);
    if (this.#cuts.size >= MOST_CUTS) this.#cuts.clear();
    this.#cuts.set(from, frame);
    return frame;
  }

  /** Index of the frame that holds an entry. */
  #indexOf(seq: number): number {
    let [low, high] = [this.#head, this.#frames.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#frames[middle] as Frame).next <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropOldest(): void {
    const frame = this.#frames[this.#head++] as Frame;
    this.#bytes -= frame.bytes.length;
    this.#start = frame.next;
    if (this.#head * 2 <= this.#frames.length) return;
    // A shift for each frame would move all the others each time.
    this.#frames.splice(0, this.#head);
    this.#head = 0;
  }
}
