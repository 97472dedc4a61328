import { CodeCounts } from "./code-counts.ts";
import { CHUNK_LENGTH, Column } from "./column.ts";
import { MOST_WITHOUT_PYRAMID } from "./spans.ts";

const CODE_COUNT = 256;

/** Used again by every call. */
const histogram = new Uint32Array(CODE_COUNT);

/**
 * One code a window, 0 to 255 (the class that won, or what became of a window), with a histogram pyramid.
 *
 * Which code rules a stretch, whether one occurs there and where it occurs next cost the same however long the stretch
 * is. Codes may be replaced: a threshold that is moved changes verdicts.
 */
export class Codes {
  readonly #values = new Column((length) => new Uint8Array(length));
  /** Codes that ever occurred, ascending. */
  #known: readonly number[] = [];
  /** Absent while there are few windows: those lie in one chunk, and are read as they are. */
  #counts: CodeCounts | undefined;

  /** Number of windows. */
  get length(): number {
    return this.#values.length;
  }

  /** Bytes held by codes and pyramids. */
  get bytes(): number {
    return this.#values.bytes + (this.#counts?.bytes ?? 0);
  }

  /**
   * Adds windows at the end.
   *
   * @throws {RangeError} when a code is not a whole number from 0 to 255; nothing was added then.
   */
  append(codes: ArrayLike<number>): void {
    checkCodes(codes);
    const length = this.length;
    this.#values.append(codes);
    for (let i = 0; i < codes.length; i++) this.#know(codes[i] as number);
    if (this.#counts) this.#counts.appended(length);
    else if (this.length > MOST_WITHOUT_PYRAMID) this.#counts = new CodeCounts(this.#values);
  }

  /** The code of window `index`, which is below `length`. */
  at(index: number): number {
    return this.#values.at(index);
  }

  /** The codes from `from` to before `to`, in an array of their own. */
  copy(from: number, to: number): Uint8Array {
    return this.#values.copy(from, to);
  }

  /**
   * Replaces the code of one window.
   *
   * @throws {RangeError} when there is no such window, or no such code.
   */
  set(index: number, code: number): void {
    checkCode(code);
    if (!(index >= 0 && index < this.length)) throw new RangeError(`There is no window ${index} of ${this.length}.`);
    const old = this.at(index);
    if (old === code) return;
    this.#values.set(index, code);
    this.#know(code);
    this.#counts?.replaced(index, old, code);
    this.#counts?.sumUp(old, index, index + 1);
    this.#counts?.sumUp(code, index, index + 1);
  }

  /**
   * Replaces all codes at once. Costs little where few of them differ.
   *
   * @param codes As many as there are windows.
   * @throws {RangeError} when there are more or fewer, or one is no code; nothing was changed then.
   */
  setAll(codes: ArrayLike<number>): void {
    if (codes.length !== this.length) throw new RangeError(`${codes.length} codes for ${this.length} windows.`);
    checkCodes(codes);
    const counts = this.#counts;
    const isChanged = new Uint8Array(CODE_COUNT);
    for (let first = 0; first < codes.length; first += CHUNK_LENGTH) {
      const chunk = this.#values.chunkOf(first);
      const end = Math.min(CHUNK_LENGTH, codes.length - first);
      for (let i = 0; i < end; i++) {
        const old = chunk[i] as number;
        const code = codes[first + i] as number;
        if (old === code) continue;
        chunk[i] = code;
        isChanged[old] = isChanged[code] = 1;
        counts?.replaced(first + i, old, code);
      }
    }
    isChanged.forEach((is, code) => {
      if (is === 0) return;
      this.#know(code);
      counts?.sumUp(code, 0, this.length);
    });
  }

  /** The code that most windows from `from` to before `to` have, the lowest of equals; -1 where there is none. */
  dominant(from: number, to: number): number {
    const [first, end] = [Math.max(0, from), Math.min(this.length, to)];
    for (const code of this.#known) histogram[code] = 0;
    if (this.#counts) {
      this.#counts.addTo(histogram, first, end);
    } else if (first < end) {
      const values = this.#values.chunkOf(0);
      for (let i = first; i < end; i++) (histogram[values[i] as number] as number)++;
    }
    let best = -1;
    let most = 0;
    for (const code of this.#known) {
      const count = histogram[code] as number;
      if (count > most) {
        most = count;
        best = code;
      }
    }
    return best;
  }

  /** How many windows from `from` to before `to` have a code. */
  count(code: number, from: number, to: number): number {
    const [first, end] = [Math.max(0, from), Math.min(this.length, to)];
    if (this.#counts) return this.#counts.count(code, first, end);
    let count = 0;
    for (let i = first; i < end; i++) if (this.at(i) === code) count++;
    return count;
  }

  /**
   * The nearest window with a code, `from` itself included.
   *
   * @param wanted A code, or which codes will do.
   * @param direction 1 for later windows, -1 for earlier ones.
   * @returns Its index; -1 when there is none.
   */
  next(wanted: number | ((code: number) => boolean), from: number, direction: 1 | -1): number {
    const first = direction === 1 ? Math.max(0, from) : Math.min(this.length - 1, from);
    if (first < 0 || first >= this.length) return -1;
    let nearest = -1;
    for (const code of typeof wanted === "number" ? [wanted] : this.#known.filter(wanted)) {
      const found = this.#nextOf(code, first, direction);
      if (found >= 0 && (nearest < 0 || (found - nearest) * direction < 0)) nearest = found;
    }
    return nearest;
  }

  #nextOf(code: number, from: number, direction: 1 | -1): number {
    if (!this.#known.includes(code)) return -1;
    if (this.#counts) return this.#counts.next(code, from, direction);
    let index = from;
    while (index >= 0 && index < this.length && this.at(index) !== code) index += direction;
    return index < this.length ? index : -1;
  }

  #know(code: number): void {
    if (!this.#known.includes(code)) this.#known = [...this.#known, code].sort((a, b) => a - b);
  }
}

function checkCodes(codes: ArrayLike<number>): void {
  // Bytes are codes.
  if (codes instanceof Uint8Array) return;
  for (let i = 0; i < codes.length; i++) checkCode(codes[i] as number);
}

function checkCode(code: number): void {
  if (!Number.isInteger(code) || code < 0 || code >= CODE_COUNT)
    throw new RangeError(`${code} is not a code of 0 to 255.`);
}
