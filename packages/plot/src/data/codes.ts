import { Column, placeInChunk } from "./column.ts";
import { FAN_OUT, FAN_OUT_BITS, visitSpans } from "./spans.ts";

type Counts = Uint8Array | Uint16Array | Uint32Array;

const CODE_COUNT = 256;
/** From so many windows on, summing up all at once is cheaper than climbing with each. */
const MANY = 64;

/**
 * One code a window, 0 to 255 (the class that won, or what became of a window), with a histogram pyramid.
 *
 * Which code rules a stretch, whether one occurs there and where it occurs next cost the same however long the stretch
 * is. Codes may be replaced: a threshold that is moved changes verdicts.
 */
export class Codes {
  readonly #values = new Column((length) => new Uint8Array(length));
  /** `[code][level - 1]`: how often a code occurs in each bucket. Only codes that ever occurred have one. */
  readonly #counts: (Column<Counts>[] | undefined)[] = Array.from({ length: CODE_COUNT }, () => undefined);
  /** Codes that ever occurred, ascending. */
  #known: number[] = [];
  readonly #histogram = new Uint32Array(CODE_COUNT);
  #levelCount = 0;
  #code = 0;
  #total = 0;

  get length(): number {
    return this.#values.length;
  }

  /** Bytes held by codes and pyramids. */
  get bytes(): number {
    const counts = this.#known.flatMap((code) => this.#counts[code] ?? []);
    return counts.reduce((sum, { bytes }) => sum + bytes, this.#values.bytes);
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
    this.#growLevels();
    if (codes.length < MANY) for (let i = 0; i < codes.length; i++) this.#count(codes[i] as number, length + i, 1);
    else this.#countAll(length);
  }

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
    this.#count(old, index, -1);
    this.#count(code, index, 1);
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
    const changed = new Set<number>();
    for (let first = 0; first < codes.length; first += FAN_OUT) {
      const chunk = this.#values.chunkOf(first);
      const at = placeInChunk(first);
      const end = Math.min(FAN_OUT, codes.length - first);
      for (let i = 0; i < end; i++) {
        const [old, code] = [chunk[at + i] as number, codes[first + i] as number];
        if (old === code) continue;
        chunk[at + i] = code;
        this.#countLowest(old, first, -1);
        this.#countLowest(code, first, 1);
        changed.add(old).add(code);
      }
    }
    for (const code of changed) this.#sumUpFrom(code, 0);
  }

  /** The code that most windows from `from` to before `to` have, the lowest of equals; -1 where there is none. */
  dominant(from: number, to: number): number {
    const histogram = this.#histogramOf(from, to);
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
    if (!this.#counts[code]) return 0;
    this.#code = code;
    this.#total = 0;
    visitSpans(Math.max(0, from), Math.min(this.length, to), 0, this.#addCode);
    return this.#total;
  }

  /**
   * The nearest window with a code, `from` itself included.
   *
   * @param wanted A code, or which codes will do.
   * @param direction 1 for later windows, -1 for earlier ones.
   * @returns Its index; -1 when there is none.
   */
  next(wanted: number | ((code: number) => boolean), from: number, direction: 1 | -1): number {
    const codes = typeof wanted === "number" ? [wanted] : this.#known.filter(wanted);
    let nearest = -1;
    for (const code of codes) {
      const found = this.#nextOf(code, from, direction);
      if (found >= 0 && (nearest < 0 || (found - nearest) * direction < 0)) nearest = found;
    }
    return nearest;
  }

  /** Climbs past groups without the code, then descends into the first bucket that has it. */
  #nextOf(code: number, from: number, direction: 1 | -1): number {
    if (!this.#counts[code] || this.length === 0) return -1;
    let index = direction === 1 ? Math.max(0, from) : Math.min(this.length - 1, from);
    if (index < 0 || index >= this.length) return -1;
    let level = 0;
    while (!this.#occurs(code, level, index)) {
      const following = index + direction;
      if (following < 0 || following >= this.#lengthOf(level)) return -1;
      const isSameGroup = following >>> FAN_OUT_BITS === index >>> FAN_OUT_BITS;
      index = isSameGroup ? following : following >>> FAN_OUT_BITS;
      if (!isSameGroup) level++;
    }
    for (; level > 0; level--) {
      index = direction === 1 ? index << FAN_OUT_BITS : (index << FAN_OUT_BITS) + FAN_OUT - 1;
      while (!this.#occurs(code, level - 1, index)) index += direction;
    }
    return index;
  }

  #lengthOf(level: number): number {
    return Math.ceil(this.length / FAN_OUT ** level);
  }

  /** Whether a bucket, which need not be full yet, has the code. */
  #occurs(code: number, level: number, bucket: number): boolean {
    if (level === 0) return bucket < this.length && this.at(bucket) === code;
    const counts = this.#counts[code]?.[level - 1];
    return counts !== undefined && bucket < counts.length && counts.at(bucket) > 0;
  }

  /** Adds one window to, or takes it from, the buckets above it. */
  #count(code: number, index: number, by: number): void {
    const levels = this.#levelsOf(code);
    for (let level = 0; level < levels.length; level++) {
      const counts = levels[level] as Column<Counts>;
      const bucket = index >>> (FAN_OUT_BITS * (level + 1));
      counts.extend(bucket + 1);
      counts.set(bucket, counts.at(bucket) + by);
    }
  }

  /** Adds every window from `from` on: the lowest level window by window, the others from the one below. */
  #countAll(from: number): void {
    for (let i = from; i < this.length; i++) this.#countLowest(this.at(i), i, 1);
    for (const code of this.#known) this.#sumUpFrom(code, from);
  }

  #countLowest(code: number, index: number, by: number): void {
    const counts = (this.#counts[code] ?? this.#levelsOf(code))[0] as Column<Counts>;
    const bucket = index >>> FAN_OUT_BITS;
    if (bucket >= counts.length) counts.extend(bucket + 1);
    counts.set(bucket, counts.at(bucket) + by);
  }

  /** Brings the levels above the lowest up to date for windows from `from` on. */
  #sumUpFrom(code: number, from: number): void {
    const levels = this.#levelsOf(code);
    for (let level = 1; level < levels.length; level++) {
      sumUp(levels[level - 1] as Column<Counts>, levels[level] as Column<Counts>, from >>> (FAN_OUT_BITS * level));
    }
  }

  #levelsOf(code: number): Column<Counts>[] {
    let levels = this.#counts[code];
    if (!levels) {
      levels = Array.from({ length: this.#levelCount }, (_, level) => createCounts(level + 1));
      this.#counts[code] = levels;
      this.#known = [...this.#known, code].sort((a, b) => a - b);
    }
    return levels;
  }

  /** Adds levels until the top one is a single bucket, so that a search always ends. */
  #growLevels(): void {
    while (this.length > FAN_OUT ** this.#levelCount || (this.#levelCount === 0 && this.length > 0)) {
      this.#levelCount++;
      for (const code of this.#known) {
        const levels = this.#levelsOf(code);
        const below = levels.at(-1);
        const counts = createCounts(this.#levelCount);
        if (below) sumUp(below, counts, 0);
        levels.push(counts);
      }
    }
  }

  #histogramOf(from: number, to: number): Uint32Array {
    for (const code of this.#known) this.#histogram[code] = 0;
    visitSpans(Math.max(0, from), Math.min(this.length, to), 0, this.#addAll);
    return this.#histogram;
  }

  readonly #addAll = (level: number, first: number, end: number): void => {
    const histogram = this.#histogram;
    if (level === 0) {
      const at = placeInChunk(first);
      const values = this.#values.chunkOf(first);
      for (let i = at; i < at + end - first; i++) (histogram[values[i] as number] as number)++;
      return;
    }
    for (const code of this.#known) (histogram[code] as number) += this.#sum(code, level, first, end);
  };

  readonly #addCode = (level: number, first: number, end: number): void => {
    this.#total += this.#sum(this.#code, level, first, end);
  };

  #sum(code: number, level: number, first: number, end: number): number {
    const at = placeInChunk(first);
    let sum = 0;
    if (level === 0) {
      const values = this.#values.chunkOf(first);
      for (let i = at; i < at + end - first; i++) if (values[i] === code) sum++;
      return sum;
    }
    const counts = this.#counts[code]?.[level - 1];
    // The pyramid of a code ends where the code occurred last.
    if (!counts || first >= counts.length) return 0;
    const chunk = counts.chunkOf(first);
    for (let i = at; i < at + end - first; i++) sum += chunk[i] as number;
    return sum;
  }
}

/** Counts just large enough for a bucket of this level. */
function createCounts(level: number): Column<Counts> {
  const most = FAN_OUT ** level;
  if (most <= 0xff) return new Column((length) => new Uint8Array(length));
  return new Column<Counts>((length) => (most <= 0xffff ? new Uint16Array(length) : new Uint32Array(length)));
}

/** Sums a level up into the one above, from the bucket on that holds `below[from]`. */
function sumUp(below: Column<Counts>, above: Column<Counts>, from: number): void {
  const end = Math.ceil(below.length / FAN_OUT);
  above.extend(end);
  for (let bucket = from >>> FAN_OUT_BITS; bucket < end; bucket++) {
    let sum = 0;
    const first = bucket << FAN_OUT_BITS;
    const chunk = below.chunkOf(first);
    const at = placeInChunk(first);
    const until = at + Math.min(FAN_OUT, below.length - first);
    for (let i = at; i < until; i++) sum += chunk[i] as number;
    above.set(bucket, sum);
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
