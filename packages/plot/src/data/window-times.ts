import { Steps } from "./steps.ts";

/** Rounding of times must not look like a gap. */
const SAME_MS = 1e-6;

/**
 * When windows begin and end, in ms on the clock of their recording.
 *
 * Windows come in the order of their ends; they may overlap, and there may be gaps between them. Windows in even steps
 * take no room.
 */
export class WindowTimes {
  readonly #starts = new Steps();
  readonly #ends = new Steps();

  /** Number of windows. */
  get length(): number {
    return this.#ends.length;
  }

  /** Bytes held; none for windows in even steps. */
  get bytes(): number {
    return this.#starts.bytes + this.#ends.bytes;
  }

  /**
   * Adds windows at the end.
   *
   * @param startMs Where each begins, no later than it ends.
   * @param endMs Where each ends, none before the one before it. As many as `startMs`.
   * @throws {RangeError} when that is not so; nothing was added then.
   */
  append(startMs: ArrayLike<number>, endMs: ArrayLike<number>): void {
    if (startMs.length !== endMs.length) throw new RangeError(`${startMs.length} starts for ${endMs.length} ends.`);
    const length = this.length;
    let before = length > 0 ? this.endMs(length - 1) : -Infinity;
    for (let i = 0; i < endMs.length; i++) {
      const [start, end] = [startMs[i] as number, endMs[i] as number];
      if (!(start <= end && before <= end && Number.isFinite(end - start))) {
        throw new RangeError(
          `Window ${length + i} is from ${start} to ${end} ms, after one that ends at ${before} ms.`,
        );
      }
      before = end;
    }
    this.#starts.append(startMs);
    this.#ends.append(endMs);
  }

  /** When window `index` begins, ms. */
  startMs(index: number): number {
    return this.#starts.at(index);
  }

  /** When window `index` ends, ms: its end is not included. */
  endMs(index: number): number {
    return this.#ends.at(index);
  }

  /** The first window from `first` on that ends after a time; `length` when none does. */
  firstEndingAfter(ms: number, first = 0): number {
    let low = first;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ends.at(middle) <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The window whose cell covers a time (its end not included), or else the nearest later one, or the last; -1 of none. */
  windowAt(ms: number): number {
    return Math.min(this.length - 1, this.firstEndingAfter(ms));
  }

  /**
   * Where window `index` is drawn: in the step of time that it has seen and the window before it has not.
   *
   * A window's result is known at its end, and overlapping windows must not cover each other.
   */
  cellOf(index: number): { fromMs: number; toMs: number } {
    return { fromMs: this.cellStartMs(index), toMs: this.#ends.at(index) };
  }

  /** Where the cell of a window begins; it ends with the window. */
  cellStartMs(index: number): number {
    const endMs = this.#ends.at(index);
    let stepMs = Infinity;
    if (index > 0) stepMs = endMs - this.#ends.at(index - 1);
    else if (this.length > 1) stepMs = this.#ends.at(1) - endMs;
    return Math.max(this.#starts.at(index), endMs - stepMs);
  }

  /** Whether there is time between a window and the one before it that neither has seen. */
  isApart(index: number): boolean {
    return index > 0 && this.#starts.at(index) > this.#ends.at(index - 1) + SAME_MS;
  }
}
