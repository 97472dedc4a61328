import { Codes, Column, type Scores, type Trace } from "@windowscope/plot";
import type { RunResult, WindowsEntry } from "@windowscope/protocol";

import {
  createJudge,
  createMatcher,
  MATCH,
  specialCodes,
  type Judge,
  type Matcher,
  type SpecialCodes,
} from "./judge.ts";
import type { Tally, Thresholds } from "./scope-port.ts";
import { WindowLabels } from "./window-labels.ts";

/** Windows are judged so many at a time: what is copied of them stays in the processor's cache. */
const AT_ONCE = 16_384;

/** The numbers that windows are judged by. */
export interface Judgeable {
  readonly result: RunResult | undefined;
  /** A row for each class; absent where there are none. */
  readonly scores: Scores | undefined;
  /** May end early, or have nothing at all. */
  readonly anomaly: Trace;
  readonly values: Trace;
  readonly hasValue: boolean;
}

/**
 * What each window of a run is called, what it should be called, and whether the two agree.
 *
 * Verdicts are those of the server, or those of other limits while `judgeBy` says so.
 */
export class JudgedWindows {
  /** Index of a class, or one of the protocol's `VERDICT`. */
  readonly verdicts = new Codes();
  /** One of `MATCH`. */
  readonly matches = new Codes();
  readonly #run: Judgeable;
  #tally: Tally = { windows: 0, comparable: 0, matching: 0, uncertain: 0, anomalies: 0 };
  /** The server's verdicts. */
  readonly #said = new Column((length) => new Uint8Array(length));
  /** The class with the highest score. */
  readonly #best = new Column((length) => new Uint8Array(length));
  readonly #labels = new Column((length) => new Uint16Array(length));
  #labelsOfRun: WindowLabels | undefined;
  #whatIf: Thresholds | undefined;
  #rule: Rule | undefined;

  constructor(run: Judgeable) {
    this.#run = run;
  }

  get tally(): Tally {
    return this.#tally;
  }

  /** Codes of windows that are called uncertain and anomaly. */
  get codes(): SpecialCodes {
    return this.#ruleOf().codes;
  }

  /** What the codes of `labelAt` stand for. */
  get labelNames(): readonly string[] {
    return this.#labelsOfRun?.names ?? [];
  }

  get bytes(): number {
    const columns = [this.verdicts, this.matches, this.#said, this.#best, this.#labels];
    return columns.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Code of the label that a window should get: an index into `labelNames`, or `NO_LABEL`. */
  labelAt(index: number): number {
    return this.#labels.at(index);
  }

  /**
   * What can be counted of windows `from` to before `to`, in arrays of their own: codes of labels, of verdicts and of
   * how they match, the class with the highest score (the first of equals), and that score.
   */
  countable(from: number, to: number) {
    const best = this.#best.copy(from, to);
    return {
      labels: this.#labels.copy(from, to),
      verdicts: this.verdicts.copy(from, to),
      matches: this.matches.copy(from, to),
      best,
      bestScores: this.#bestScores(best, from),
    };
  }

  /**
   * Takes windows whose numbers the run has already.
   *
   * @param classCount How many of the numbers of each window are scores of classes.
   */
  append({ scores, classCount: width, endMs, verdicts, count }: WindowsEntry, classCount: number): void {
    const first = this.#said.length;
    for (let i = 0; i < count; i++) {
      this.#best.push(bestOf(scores, i * width, classCount));
      this.#labels.push(this.#labelsOf().codeAt(endMs[i] as number));
    }
    this.#said.append(verdicts);
    const judged = this.#judge(first, first + count);
    this.verdicts.append(judged.verdicts);
    this.matches.append(judged.matches);
    this.#tally = sumOf(this.#tally, judged.tally);
  }

  /** Judges all windows by these limits over the run's own, and all that come; `undefined` goes back to the server's. */
  judgeBy(thresholds: Thresholds | undefined): void {
    const isAsBefore = this.#whatIf === undefined && thresholds === undefined;
    this.#whatIf = thresholds;
    this.#rule = undefined;
    const count = this.#said.length;
    if (isAsBefore || count === 0) return;
    const { verdicts, matches, tally } = this.#judge(0, count);
    this.verdicts.setAll(verdicts);
    this.matches.setAll(matches);
    this.#tally = tally;
  }

  /** The highest score of each window: what a limit is compared with. */
  #bestScores(best: Uint8Array, from: number): Float64Array {
    const scores = new Float64Array(best.length);
    if (this.#run.scores) this.#run.scores.pick(best, from, scores);
    else scores.fill(NaN);
    return scores;
  }

  #labelsOf(): WindowLabels {
    const { result } = this.#run;
    // Without a result nobody knows the labels yet.
    if (!result) return new WindowLabels([]);
    return (this.#labelsOfRun ??= new WindowLabels(result.expected));
  }

  #ruleOf(): Rule {
    if (this.#rule) return this.#rule;
    const { result } = this.#run;
    const model = result ?? { classes: [], kinds: [], thresholds: {} };
    const rule = {
      codes: specialCodes(model.classes),
      judge: createJudge(model, this.#whatIf),
      match: createMatcher(model, this.#whatIf, this.#labelsOf().names),
    };
    // Without a result the rule is not final; the log brings the result before the first window.
    if (result) this.#rule = rule;
    return rule;
  }

  /** Verdicts and matches of windows `from` to before `to`, and what that makes together. */
  #judge(from: number, to: number) {
    const { codes, judge, match } = this.#ruleOf();
    const { anomaly, values, hasValue } = this.#run;
    const verdicts = this.#said.copy(from, to);
    const matches = new Uint8Array(to - from);
    // Counted without a branch: of a million windows every other guess of the processor would be wrong.
    const [byVerdict, byMatch] = [new Uint32Array(256), new Uint32Array(3)];
    for (let first = from; first < to; first += AT_ONCE) {
      const end = Math.min(to, first + AT_ONCE);
      const some = verdicts.subarray(first - from, end - from);
      if (judge) {
        const best = this.#best.copy(first, end);
        const bestScores = this.#bestScores(best, first);
        if (anomaly.length > first) {
          const anomalyScores = anomaly.copy(first, end);
          for (let i = 0; i < some.length; i++) {
            some[i] = judge(best[i] as number, bestScores[i] as number, anomalyScores[i] ?? NaN);
          }
        } else {
          for (let i = 0; i < some.length; i++) some[i] = judge(best[i] as number, bestScores[i] as number, NaN);
        }
      }
      const labels = this.#labels.copy(first, end);
      const numbers = hasValue ? values.copy(first, end) : undefined;
      for (let i = 0; i < some.length; i++) {
        const verdict = some[i] as number;
        const how = match(labels[i] as number, verdict, numbers ? (numbers[i] as number) : NaN);
        matches[first - from + i] = how;
        (byMatch[how] as number)++;
        (byVerdict[verdict] as number)++;
      }
    }
    const [matching = 0, mismatches = 0] = [byMatch[MATCH.asLabelled], byMatch[MATCH.mismatch]];
    const tally: Tally = {
      windows: to - from,
      comparable: matching + mismatches,
      matching,
      uncertain: byVerdict[codes.uncertain] ?? 0,
      anomalies: byVerdict[codes.anomaly] ?? 0,
    };
    return { verdicts, matches, tally };
  }
}

interface Rule {
  readonly codes: SpecialCodes;
  /** Absent where the server's verdicts stand. */
  readonly judge: Judge | undefined;
  readonly match: Matcher;
}

/** Two counts together. */
export function sumOf(a: Tally, b: Tally): Tally {
  return {
    windows: a.windows + b.windows,
    comparable: a.comparable + b.comparable,
    matching: a.matching + b.matching,
    uncertain: a.uncertain + b.uncertain,
    anomalies: a.anomalies + b.anomalies,
  };
}

function bestOf(scores: ArrayLike<number>, at: number, count: number): number {
  let best = 0;
  for (let row = 1; row < count; row++) if ((scores[at + row] as number) > (scores[at + best] as number)) best = row;
  return best;
}
