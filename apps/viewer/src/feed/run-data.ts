import { VERDICT, type Entry, type ReadingsEntry, type WindowsEntry } from "@windowscope/protocol";
import type { Scores, Series } from "@windowscope/plot";

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

/** Numbers of one run as they come in: signal and windows, column by column. */
export class RunData {
  readonly #readings = new Column((length) => new Float32Array(length));
  readonly #startMs = new Column((length) => new Float64Array(length));
  readonly #endMs = new Column((length) => new Float64Array(length));
  readonly #scores = new Column((length) => new Float64Array(length));
  readonly #anomaly = new Column((length) => new Float64Array(length));
  readonly #verdicts = new Column((length) => new Uint8Array(length));
  #axisCount = 0;
  #classCount = 0;

  /** Takes an entry of the run's log; those that carry no numbers change nothing. */
  apply(entry: Entry): void {
    if (entry.kind === "readings") this.#applyReadings(entry);
    if (entry.kind === "windows") this.#applyWindows(entry);
  }

  get readingCount(): number {
    return this.#axisCount === 0 ? 0 : this.#readings.values.length / this.#axisCount;
  }

  get windowCount(): number {
    return this.#verdicts.values.length;
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
    }));
  }

  /** All windows as the plot takes them. */
  windows(): Scores & { readonly anomaly: Float64Array; readonly verdicts: Uint8Array } {
    return {
      count: this.windowCount,
      classCount: this.#classCount,
      startMs: this.#startMs.values,
      endMs: this.#endMs.values,
      scores: this.#scores.values,
      anomaly: this.#anomaly.values,
      verdicts: this.#verdicts.values,
    };
  }

  /** One window; `undefined` when there is none of that index. */
  window(index: number): WindowResult | undefined {
    if (!(index >= 0 && index < this.windowCount)) return undefined;
    const anomaly = this.#anomaly.values[index] as number;
    return {
      index,
      startMs: this.#startMs.values[index] as number,
      endMs: this.#endMs.values[index] as number,
      scores: [...this.#scores.values.subarray(index * this.#classCount, (index + 1) * this.#classCount)],
      anomaly: Number.isNaN(anomaly) ? undefined : anomaly,
      verdict: this.#verdicts.values[index] as number,
    };
  }

  #applyReadings({ axisCount, values }: ReadingsEntry): void {
    this.#axisCount = axisCount;
    this.#readings.append(values);
  }

  #applyWindows(entry: WindowsEntry): void {
    this.#classCount = entry.classCount;
    this.#startMs.append(entry.startMs);
    this.#endMs.append(entry.endMs);
    this.#scores.append(entry.scores);
    this.#anomaly.append(entry.anomaly);
    this.#verdicts.append(entry.verdicts);
  }
}

/** What the impulse says about one window. */
export interface WindowResult {
  readonly index: number;
  readonly startMs: number;
  readonly endMs: number;
  /** In the order of the run's classes. */
  readonly scores: readonly number[];
  readonly anomaly: number | undefined;
  /** Index of a class, or one of the protocol's `VERDICT`. */
  readonly verdict: number;
}

/** A verdict's name. */
export function verdictName(classes: readonly string[], verdict: number): string {
  switch (verdict) {
    case VERDICT.anomaly:
      return "anomaly";
    case VERDICT.uncertain:
      return "uncertain";
    case VERDICT.noAnomaly:
      return "no anomaly";
    default:
      return classes[verdict] ?? "unknown";
  }
}
