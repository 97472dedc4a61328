import { Column, placeInChunk } from "./column.ts";
import { FAN_OUT, FAN_OUT_BITS, visitSpans } from "./spans.ts";

type Counts = Uint8Array | Uint16Array | Uint32Array;

const CODE_COUNT = 256;

/**
 * A histogram pyramid over codes: how often each code occurs in each bucket, so that a long stretch is counted and
 * searched without reading it. It does not hold the codes themselves, and is told whenever they change.
 */
export class CodeCounts {
  readonly #codes: Column<Uint8Array>;
  /** `[code][level - 1]`. Only codes that ever occurred have one. */
  readonly #counts: (Column<Counts>[] | undefined)[] = Array.from({ length: CODE_COUNT }, () => undefined);
  readonly #known: number[] = [];
  #levelCount = 0;
  #histogram: Uint32Array = new Uint32Array(0);
  #code = 0;
  #total = 0;

  /** Counts all codes that are there. */
  constructor(codes: Column<Uint8Array>) {
    this.#codes = codes;
    this.appended(0);
  }

  get bytes(): number {
    return this.#known.flatMap((code) => this.#counts[code] ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Codes from `from` on were added: counts the lowest level code by code, the others from the one below. */
  appended(from: number): void {
    const { length } = this.#codes;
    this.#growLevels();
    for (let i = from; i < length; i++) this.replaced(i, -1, this.#codes.at(i));
    for (const code of this.#known) this.sumUp(code, from, length);
  }

  /**
   * One code has taken the place of another. Levels above the lowest wait for {@link sumUp}.
   *
   * @param old -1 where there was none.
   */
  replaced(index: number, old: number, code: number): void {
    const bucket = index >>> FAN_OUT_BITS;
    if (old >= 0) this.#add(old, bucket, -1);
    this.#add(code, bucket, 1);
  }

  /** Brings the levels above the lowest up to date for windows from `from` to before `to`. */
  sumUp(code: number, from: number, to: number): void {
    const levels = this.#levelsOf(code);
    for (let level = 1; level < levels.length; level++) {
      const bits = FAN_OUT_BITS * level;
      sumUp(
        levels[level - 1] as Column<Counts>,
        levels[level] as Column<Counts>,
        from >>> bits,
        ((to - 1) >>> bits) + 1,
      );
    }
  }

  /** Adds to a histogram how often each code occurs from `from` to before `to`. */
  addTo(histogram: Uint32Array, from: number, to: number): void {
    this.#histogram = histogram;
    visitSpans(from, to, 0, this.#addAll);
  }

  /** How often a code occurs from `from` to before `to`. */
  count(code: number, from: number, to: number): number {
    if (!this.#counts[code]) return 0;
    this.#code = code;
    this.#total = 0;
    visitSpans(from, to, 0, this.#addCode);
    return this.#total;
  }

  /**
   * The nearest window with a code, `from` itself included; -1 when there is none.
   *
   * Climbs past groups without the code, then descends into the first bucket that has it.
   */
  next(code: number, from: number, direction: 1 | -1): number {
    if (!this.#counts[code]) return -1;
    let index = from;
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
    return Math.ceil(this.#codes.length / FAN_OUT ** level);
  }

  /** Whether a bucket, which need not be full yet, has the code. */
  #occurs(code: number, level: number, bucket: number): boolean {
    if (level === 0) return bucket < this.#codes.length && this.#codes.at(bucket) === code;
    const counts = this.#counts[code]?.[level - 1];
    return counts !== undefined && bucket < counts.length && counts.at(bucket) > 0;
  }

  #add(code: number, bucket: number, by: number): void {
    const counts = (this.#counts[code] ?? this.#levelsOf(code))[0] as Column<Counts>;
    if (bucket >= counts.length) counts.extend(bucket + 1);
    const chunk = counts.chunkOf(bucket);
    (chunk[placeInChunk(bucket)] as number) += by;
  }

  #levelsOf(code: number): Column<Counts>[] {
    let levels = this.#counts[code];
    if (!levels) {
      levels = Array.from({ length: this.#levelCount }, (_, level) => createCounts(level + 1));
      this.#counts[code] = levels;
      this.#known.push(code);
    }
    return levels;
  }

  /** Adds levels until the top one is a single bucket, so that a search always ends. */
  #growLevels(): void {
    while (this.#codes.length > FAN_OUT ** this.#levelCount || this.#levelCount === 0) {
      this.#levelCount++;
      for (const code of this.#known) {
        const levels = this.#levelsOf(code);
        const below = levels.at(-1);
        const counts = createCounts(this.#levelCount);
        if (below) sumUp(below, counts, 0, below.length);
        levels.push(counts);
      }
    }
  }

  readonly #addAll = (level: number, first: number, end: number): void => {
    const histogram = this.#histogram;
    if (level > 0) {
      for (const code of this.#known) (histogram[code] as number) += this.#sum(code, level, first, end);
      return;
    }
    const at = placeInChunk(first);
    const codes = this.#codes.chunkOf(first);
    for (let i = at; i < at + end - first; i++) (histogram[codes[i] as number] as number)++;
  };

  readonly #addCode = (level: number, first: number, end: number): void => {
    this.#total += this.#sum(this.#code, level, first, end);
  };

  #sum(code: number, level: number, first: number, end: number): number {
    const at = placeInChunk(first);
    let sum = 0;
    if (level === 0) {
      const codes = this.#codes.chunkOf(first);
      for (let i = at; i < at + end - first; i++) if (codes[i] === code) sum++;
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

/** Sums buckets `from` to before `to` of a level up into the one above. */
function sumUp(below: Column<Counts>, above: Column<Counts>, from: number, to: number): void {
  const end = Math.ceil(Math.min(to, below.length) / FAN_OUT);
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
