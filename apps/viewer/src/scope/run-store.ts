import { Column, Scores, Trace, WindowTimes, type Codes } from "@windowscope/plot";
import {
  isOver,
  VERDICT,
  verdictName,
  type Entry,
  type ReadingsEntry,
  type Run,
  type RunResult,
  type WindowDetails,
  type WindowsEntry,
} from "@windowscope/protocol";

import { MATCH, NO_LABEL, type SpecialCodes } from "./judge.ts";
import { JudgedWindows } from "./judged-windows.ts";
import type { Tally, Thresholds } from "./scope-port.ts";
import { SkippedWindows } from "./skipped-windows.ts";

/** One window, with times from the start of its recording. */
export interface StoredWindow {
  readonly index: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly scores: readonly number[];
  readonly anomaly: number | undefined;
  readonly value: number | undefined;
  readonly verdict: string;
  readonly expected: string | undefined;
  readonly isMismatch: boolean;
  readonly details: WindowDetails | undefined;
}

/** A picture has no length; each stands for so long on the time axis. */
export const PICTURE_MS = 1_000;

/**
 * One run as it comes in: its signal and its windows, column by column.
 *
 * Numbers are kept as exactly as they came: scores take 4 bytes until one needs 8. Verdicts are those of the server,
 * or those of other limits while `judgeBy` says so.
 */
export class RunStore {
  readonly runId: string;
  /** One for each axis. */
  readonly axes: Trace[] = [];
  readonly times = new WindowTimes();
  readonly skipped = new SkippedWindows();
  /** Empty while no window has a score: most models give none. See `anomalyAt`. */
  readonly anomaly = new Trace((length) => new Float64Array(length));
  /** Of a regression; NaN elsewhere. */
  readonly values = new Trace((length) => new Float64Array(length));
  /** The log has ended: nothing more comes. */
  isComplete = false;
  #run: Run | undefined;
  readonly #judged = new JudgedWindows(this);
  /** Absent without classes. */
  #scores: Scores | undefined;
  #hasDoubles = false;
  /** What the server says about the times of windows without length. */
  #statedTimes: { readonly startMs: Column<Float64Array>; readonly endMs: Column<Float64Array> } | undefined;
  readonly #details = new Map<number, WindowDetails>();
  #detailBytes = 0;
  #hasAnomaly = false;

  constructor(runId: string) {
    this.runId = runId;
  }

  /** Takes an entry of the run's log. */
  apply(entry: Entry): void {
    if (entry.kind === "run") this.#run = entry.run;
    if (entry.kind === "readings") this.#applyReadings(entry);
    if (entry.kind === "windows") this.#applyWindows(entry);
    if (entry.kind === "details") this.#applyDetails(entry.details);
  }

  /** What the server says about the run; absent until it has said something. */
  get run(): Run | undefined {
    return this.#run;
  }

  get result(): RunResult | undefined {
    return this.#run?.result;
  }

  get isOver(): boolean {
    return this.isComplete || (this.#run !== undefined && isOver(this.#run.state));
  }

  get windowCount(): number {
    return this.times.length;
  }

  get readingCount(): number {
    return this.axes[0]?.length ?? 0;
  }

  /** Up to here there is something to see, ms from the start of the recording. */
  get lengthMs(): number {
    const signalMs = this.readingCount * (this.result?.intervalMs ?? 0);
    return this.windowCount === 0 ? signalMs : Math.max(signalMs, this.times.endMs(this.windowCount - 1));
  }

  get tally(): Tally {
    return this.#judged.tally;
  }

  /** Index of a class, or one of the protocol's `VERDICT`. */
  get verdicts(): Codes {
    return this.#judged.verdicts;
  }

  /** One of `MATCH`. */
  get matches(): Codes {
    return this.#judged.matches;
  }

  /** A row for each class; absent where there are none. */
  get scores(): Scores | undefined {
    return this.#scores;
  }

  /** Whether there are anomaly scores: a limit announces them, and some answers carry them without one. */
  get hasAnomaly(): boolean {
    return this.#hasAnomaly || this.result?.thresholds.anomaly !== undefined;
  }

  get hasValue(): boolean {
    return this.result?.kinds?.includes("value") ?? false;
  }

  /** Codes of windows that are called uncertain and anomaly. */
  get codes(): SpecialCodes {
    return this.#judged.codes;
  }

  /** What the codes of `labelAt` stand for. */
  get labelNames(): readonly string[] {
    return this.#judged.labelNames;
  }

  /** Memory held, bytes. */
  get bytes(): number {
    const columns = [...this.axes, this.times, this.anomaly, this.values, this.skipped, this.#judged];
    return columns.reduce((sum, { bytes }) => sum + bytes, (this.#scores?.bytes ?? 0) + this.#detailBytes);
  }

  /** Of window `index`; NaN where there is none. */
  anomalyAt(index: number): number {
    return index < this.anomaly.length ? this.anomaly.at(index) : NaN;
  }

  /** Code of the label that a window should get: an index into `labelNames`, or `NO_LABEL`. */
  labelAt(index: number): number {
    return this.#judged.labelAt(index);
  }

  /** See {@link JudgedWindows.countable}. */
  countable(from: number, to: number) {
    return this.#judged.countable(from, to);
  }

  /** The word for a verdict's code. */
  nameOf(code: number): string {
    return verdictName(this.result?.classes ?? [], code);
  }

  /** One window; `undefined` when there is none of that index. */
  window(index: number): StoredWindow | undefined {
    if (!(index >= 0 && index < this.windowCount)) return undefined;
    const label = this.labelAt(index);
    return {
      index,
      startMs: this.times.startMs(index),
      endMs: this.times.endMs(index),
      scores: this.#scores?.copyOf(index) ?? [],
      anomaly: numberOf(this.anomalyAt(index)),
      value: this.hasValue ? numberOf(this.values.at(index)) : undefined,
      verdict: this.verdictOf(index),
      expected: label === NO_LABEL ? undefined : this.labelNames[label],
      isMismatch: this.matches.at(index) === MATCH.mismatch,
      details: this.#details.get(index),
    };
  }

  /** The word for a window; a regression's is its number, those of a model that writes are its own. */
  verdictOf(index: number): string {
    const code = this.verdicts.at(index);
    const { texts } = this.#details.get(index) ?? {};
    if (code === VERDICT.texts && texts) return Object.values(texts).join(", ");
    const value = code === VERDICT.value ? this.values.at(index) : NaN;
    return Number.isNaN(value) ? this.nameOf(code) : String(value);
  }

  /** Begin and end of a window as the server says, which is 0 and 0 for a picture. */
  statedTimesOf(index: number): { readonly startMs: number; readonly endMs: number } {
    const stated = this.#statedTimes;
    if (stated) return { startMs: stated.startMs.at(index), endMs: stated.endMs.at(index) };
    return { startMs: this.times.startMs(index), endMs: this.times.endMs(index) };
  }

  detailsOf(index: number): WindowDetails | undefined {
    return this.#details.get(index);
  }

  /** The readings of a window, the axes of one reading together. Shape `[readings * axes]`. */
  readings(index: number): { readonly intervalMs: number; readonly values: Float32Array } | undefined {
    const intervalMs = this.result?.intervalMs ?? 0;
    if (!(index >= 0 && index < this.windowCount) || !(intervalMs > 0)) return undefined;
    const { startMs, endMs } = this.statedTimesOf(index);
    const from = Math.max(0, Math.round(startMs / intervalMs));
    const to = Math.min(this.readingCount, Math.round(endMs / intervalMs));
    const values = new Float32Array(Math.max(0, to - from) * this.axes.length);
    this.axes.forEach((axis, a) => {
      axis.copy(from, to).forEach((value, i) => (values[i * this.axes.length + a] = value));
    });
    return { intervalMs, values };
  }

  /** Judges all windows by these limits over the run's own, and all that come; `undefined` goes back to the server's. */
  judgeBy(thresholds: Thresholds | undefined): void {
    this.#judged.judgeBy(thresholds);
  }

  #applyReadings({ axisCount, values }: ReadingsEntry): void {
    while (this.axes.length < axisCount) this.axes.push(new Trace());
    this.axes.forEach((axis, offset) => axis.append(values, offset, axisCount));
  }

  #applyDetails(details: readonly WindowDetails[]): void {
    for (const window of details) {
      this.#details.set(window.index, window);
      this.#detailBytes += roughBytesOf(window);
    }
  }

  #applyWindows(entry: WindowsEntry): void {
    const { startMs, endMs, anomaly } = entry;
    const first = this.windowCount;
    // One number more than classes is the value of a regression, which is no probability.
    const classCount = Math.min(entry.classCount, this.result?.classes.length ?? entry.classCount);
    this.#appendTimes(startMs, endMs);
    this.#appendScores(entry, classCount);
    if (this.hasValue) this.values.append(Float64Array.from(startMs, (_, i) => valueOf(entry, i, classCount)));
    this.#appendAnomaly(anomaly, first);
    this.#judged.append(entry, classCount);
  }

  #appendTimes(startMs: Float64Array, endMs: Float64Array): void {
    const first = this.windowCount;
    if (first === 0 && !((endMs[0] as number) > (startMs[0] as number))) {
      const create = (length: number) => new Float64Array(length);
      this.#statedTimes = { startMs: new Column(create), endMs: new Column(create) };
    }
    if (!this.#statedTimes) {
      this.times.append(startMs, endMs);
      this.skipped.added(this.times, first, this.result?.windowIncreaseMs ?? 0);
      return;
    }
    this.#statedTimes.startMs.append(startMs);
    this.#statedTimes.endMs.append(endMs);
    const starts = startMs.map((_, i) => (first + i) * PICTURE_MS);
    this.times.append(
      starts,
      starts.map((ms) => ms + PICTURE_MS),
    );
  }

  #appendAnomaly(anomaly: WindowsEntry["anomaly"], first: number): void {
    this.#hasAnomaly ||= anomaly.some((score) => !Number.isNaN(score));
    if (!this.hasAnomaly) return;
    if (this.anomaly.length < first) this.anomaly.append(new Float64Array(first - this.anomaly.length).fill(NaN));
    this.anomaly.append(anomaly);
  }

  #appendScores({ scores, classCount: width }: WindowsEntry, classCount: number): void {
    if (classCount === 0) return;
    if (scores instanceof Float64Array && !this.#hasDoubles) {
      this.#hasDoubles = true;
      this.#scores = withDoubles(this.#scores, classCount);
    }
    this.#scores ??= new Scores(classCount);
    this.#scores.append(width === classCount ? scores : scores.filter((_, i) => i % width < classCount));
  }
}

function valueOf({ scores, classCount }: WindowsEntry, i: number, classes: number): number {
  return classCount > classes ? (scores[i * classCount + classes] as number) : NaN;
}

/** The same scores with room for numbers that float32 would round; once in a run at most. */
function withDoubles(scores: Scores | undefined, rows: number): Scores {
  const wider = new Scores(rows, (length) => new Float64Array(length));
  for (let index = 0; index < (scores?.length ?? 0); index++) wider.append(scores?.copyOf(index) ?? []);
  return wider;
}

function numberOf(number: number): number | undefined {
  return Number.isNaN(number) ? undefined : number;
}

/** About what an engine needs for them. */
function roughBytesOf({ boxes = [], grid = [], texts = {}, debugInfo = "" }: WindowDetails): number {
  const cells = grid.reduce((sum, row) => sum + row.length, 0);
  const characters = debugInfo.length + Object.values(texts).reduce((sum, text) => sum + text.length, 0);
  return 100 + boxes.length * 100 + cells * 8 + characters;
}
