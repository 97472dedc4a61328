import {
  expectedLabel,
  isMismatch,
  VERDICT,
  verdictName,
  type Entry,
  type ReadingsEntry,
  type Run,
  type RunResult,
  type WindowDetails,
  type WindowsEntry,
} from "@windowscope/protocol";
import type { Range, Scores, Series } from "@windowscope/plot/old";

/** A typed array that grows at its end; doubling keeps the copying rare. */
class Column<T extends Float32Array | Float64Array | Uint8Array> {
  #values: T;
  #length = 0;
  readonly #create: (length: number) => T;

  constructor(create: (length: number) => T) {
    this.#create = create;
    this.#values = create(256);
  }

  append(values: ArrayLike<number>): void {
    const needed = this.#length + values.length;
    if (needed > this.#values.length) {
      const larger = this.#create(Math.max(needed, this.#values.length * 2));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(values, this.#length);
    this.#length = needed;
  }

  get values(): T {
    return this.#values.subarray(0, this.#length) as T;
  }
}

/** How a verdict stands to the window's label. */
export const MATCH = { asLabelled: 0, mismatch: 1, cannotSay: 2 } as const;

/** How many windows there are, and of which kind. */
export interface Tally {
  readonly windows: number;
  /** Windows whose label the impulse knows. */
  readonly comparable: number;
  readonly matching: number;
  readonly uncertain: number;
}

/** All windows as the plot takes them, and what the page adds. */
export interface Windows extends Scores {
  readonly anomaly: Float64Array;
  /** Index of a class, or one of the protocol's `VERDICT`. */
  readonly verdicts: Uint8Array;
  /** One of `MATCH`. */
  readonly matches: Uint8Array;
}

/** One run as it comes in: its state, its signal and its windows, column by column. */
export class RunData {
  #run: Run | undefined;
  #tally: Tally = { windows: 0, comparable: 0, matching: 0, uncertain: 0 };
  readonly #readings = new Column((length) => new Float32Array(length));
  readonly #startMs = new Column((length) => new Float64Array(length));
  readonly #endMs = new Column((length) => new Float64Array(length));
  readonly #scores = new Column((length) => new Float64Array(length));
  /** Of a regression; NaN for all others. */
  readonly #values = new Column((length) => new Float64Array(length));
  readonly #details = new Map<number, WindowDetails>();
  readonly #anomaly = new Column((length) => new Float64Array(length));
  readonly #verdicts = new Column((length) => new Uint8Array(length));
  readonly #matches = new Column((length) => new Uint8Array(length));
  /** Lowest and highest value of each axis. */
  #ranges: Range[] = [];
  #axisCount = 0;
  #classCount = 0;
  #hasAnomaly = false;

  /** Takes an entry of the run's log. */
  apply(entry: Entry): void {
    if (entry.kind === "run") this.#run = entry.run;
    if (entry.kind === "readings") this.#applyReadings(entry);
    if (entry.kind === "windows") this.#applyWindows(entry);
    if (entry.kind === "details") for (const details of entry.details) this.#details.set(details.index, details);
  }

  /** What the server says about the run; absent until it has said something. */
  get run(): Run | undefined {
    return this.#run;
  }

  get tally(): Tally {
    return this.#tally;
  }

  get readingCount(): number {
    return this.#axisCount === 0 ? 0 : this.#readings.values.length / this.#axisCount;
  }

  get windowCount(): number {
    return this.#tally.windows;
  }

  /** One series for each axis. */
  signal(intervalMs: number): Series[] {
    const values = this.#readings.values;
    return Array.from({ length: this.#axisCount }, (_, offset) => ({
      values,
      offset,
      stride: this.#axisCount,
      count: this.readingCount,
      intervalMs,
      range: this.#ranges[offset],
    }));
  }

  /** Whether there are anomaly scores: a limit announces them, and some answers carry them without one. */
  get hasAnomaly(): boolean {
    return this.#hasAnomaly || this.#run?.result?.thresholds.anomaly !== undefined;
  }

  windows(): Windows {
    return {
      count: this.windowCount,
      classCount: this.#classCount,
      startMs: this.#startMs.values,
      endMs: this.#endMs.values,
      scores: this.#scores.values,
      anomaly: this.#anomaly.values,
      verdicts: this.#verdicts.values,
      matches: this.#matches.values,
    };
  }

  /** Index of the next window behind this one whose verdict contradicts its label, around the end if need be. */
  nextMismatch(index: number): number | undefined {
    const after = this.#matches.values.indexOf(MATCH.mismatch, index + 1);
    const found = after === -1 ? this.#matches.values.indexOf(MATCH.mismatch) : after;
    return found === -1 ? undefined : found;
  }

  /** One window; `undefined` when there is none of that index. */
  window(index: number): WindowResult | undefined {
    const result = this.#run?.result;
    if (!result || !(index >= 0 && index < this.windowCount)) return undefined;
    const anomaly = this.#anomaly.values[index] as number;
    return {
      index,
      startMs: this.#startMs.values[index] as number,
      endMs: this.#endMs.values[index] as number,
      scores: [...this.#scores.values.subarray(index * this.#classCount, (index + 1) * this.#classCount)],
      anomaly: Number.isNaN(anomaly) ? undefined : anomaly,
      verdict: this.#verdictOf(result, index),
      expected: expectedLabel(result, this.#endMs.values[index] as number),
      isMismatch: this.#matches.values[index] === MATCH.mismatch,
    };
  }

  /** The word for a window; a regression's is its number, those of a model that writes are its own. */
  #verdictOf({ classes }: RunResult, index: number): string {
    const code = this.#verdicts.values[index] as number;
    const { texts } = this.#details.get(index) ?? {};
    if (code === VERDICT.texts && texts) return Object.values(texts).join(", ");
    return code === VERDICT.value ? String(this.#values.values[index]) : verdictName(classes, code);
  }

  #applyReadings({ axisCount, values }: ReadingsEntry): void {
    this.#axisCount = axisCount;
    this.#readings.append(values);
    this.#ranges = Array.from({ length: axisCount }, (_, axis) => {
      let { low, high } = this.#ranges[axis] ?? { low: Infinity, high: -Infinity };
      for (let i = axis; i < values.length; i += axisCount) {
        const value = values[i] as number;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      return { low, high };
    });
  }

  #applyWindows(entry: WindowsEntry): void {
    // One number more than classes is the value of a regression, which is no probability.
    const classCount = Math.min(entry.classCount, this.#run?.result?.classes.length ?? entry.classCount);
    this.#classCount = classCount;
    this.#startMs.append(entry.startMs);
    this.#endMs.append(entry.endMs);
    this.#scores.append(entry.scores.filter((_, i) => i % entry.classCount < classCount));
    this.#values.append(Float64Array.from(entry.startMs, (_, i) => valueOf(entry, i, classCount)));
    this.#anomaly.append(entry.anomaly);
    this.#hasAnomaly ||= entry.anomaly.some((score) => !Number.isNaN(score));
    this.#verdicts.append(entry.verdicts);
    this.#count(entry);
  }

  /** Compares new windows with their labels, once. */
  #count({ first, endMs, verdicts }: WindowsEntry): void {
    const result = this.#run?.result;
    let { windows, comparable, matching, uncertain } = this.#tally;
    const matches = Array.from(verdicts, (code, i) => {
      windows++;
      if (code === VERDICT.uncertain) uncertain++;
      if (!result) return MATCH.cannotSay;
      const expected = expectedLabel(result, endMs[i] as number);
      const mismatch = isMismatch(result, expected, this.#verdictOf(result, first + i));
      if (mismatch === undefined) return MATCH.cannotSay;
      comparable++;
      if (!mismatch) matching++;
      return mismatch ? MATCH.mismatch : MATCH.asLabelled;
    });
    this.#matches.append(matches);
    this.#tally = { windows, comparable, matching, uncertain };
  }
}

function valueOf({ scores, classCount }: WindowsEntry, i: number, classes: number): number {
  return classCount > classes ? (scores[i * classCount + classes] as number) : NaN;
}

/** What the impulse says about one window. */
export interface WindowResult {
  readonly index: number;
  readonly startMs: number;
  readonly endMs: number;
  /** In the order of the run's classes. */
  readonly scores: readonly number[];
  readonly anomaly: number | undefined;
  /** A class, `uncertain`, `anomaly`, `no anomaly` or `no object`; of a regression its number, or texts. */
  readonly verdict: string;
  readonly expected: string | undefined;
  /** The verdict contradicts the label; false also where nobody can say. */
  readonly isMismatch: boolean;
}
