import { VERDICT } from "@windowscope/protocol";

import { MATCH, NO_LABEL } from "./judge.ts";
import { sumOf } from "./judged-windows.ts";
import type { RunStore } from "./run-store.ts";
import type { Summary, Tally, TimeRange } from "./scope-port.ts";
import type { ShownWindows } from "./shown-windows.ts";

/** Steps of the sweep are exact shares of 1; 0.05 times 3 is not 0.15. */
const SWEEP_STEPS = 20;
/** Codes that one run can have for labels, and for verdicts. */
const VERDICT_CODES = 256;

/** Counts the windows whose results fall into a range of time; all of them without one. */
export function summarise(windows: ShownWindows, range?: TimeRange): Summary {
  const counter = new Counter(windows.classes);
  for (const { store, from, to } of windows.spans(range)) if (to > from) counter.add(store, from, to);
  return counter.summary();
}

type Countable = ReturnType<RunStore["countable"]>;

class Counter {
  readonly #classes: readonly string[];
  /** By what was expected, then by what was predicted. */
  readonly #counts = new Map<string, Map<string, number>>();
  /** Labels that verdicts can be compared with. */
  readonly #known = new Set<string>();
  readonly #matching = new Int32Array(SWEEP_STEPS + 1);
  readonly #uncertain = new Int32Array(SWEEP_STEPS + 1);
  #hasClassifier = false;
  #tally: Tally = { windows: 0, comparable: 0, matching: 0, uncertain: 0, anomalies: 0 };

  constructor(classes: readonly string[]) {
    this.#classes = classes;
  }

  add(store: RunStore, from: number, to: number): void {
    const columns = store.countable(from, to);
    const { labels, verdicts, matches } = columns;
    const rows = store.labelNames.length + 1;
    const counts = new Uint32Array(rows * VERDICT_CODES);
    const isComparable = new Uint8Array(rows);
    let [comparable, matching] = [0, 0];
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i] as number;
      const row = label === NO_LABEL ? rows - 1 : label;
      const cell = row * VERDICT_CODES + (verdicts[i] as number);
      counts[cell] = (counts[cell] as number) + 1;
      const match = matches[i] as number;
      if (match === MATCH.cannotSay) continue;
      isComparable[row] = 1;
      comparable++;
      if (match === MATCH.asLabelled) matching++;
    }
    let [uncertain, anomalies] = [0, 0];
    for (let cell = 0; cell < counts.length; cell++) {
      const count = counts[cell] as number;
      if (count === 0) continue;
      const verdict = cell % VERDICT_CODES;
      const label = store.labelNames[Math.floor(cell / VERDICT_CODES)] ?? "";
      if (verdict === store.codes.uncertain) uncertain += count;
      if (verdict === store.codes.anomaly) anomalies += count;
      this.#count(label, store.nameOf(verdict), count);
    }
    store.labelNames.forEach((name, row) => isComparable[row] === 1 && this.#known.add(name));
    this.#tally = sumOf(this.#tally, { windows: to - from, comparable, matching, uncertain, anomalies });
    this.#sweep(store, columns);
  }

  summary(): Summary {
    const tally = this.#tally;
    const expected = [...new Set([...this.#classes, ...this.#counts.keys()])].filter((label) => label !== "");
    if (this.#counts.has("")) expected.push("");
    const seen = [...this.#counts.values()].flatMap((row) => [...row.keys()]);
    const predicted = [...new Set([...this.#classes, ...seen])];
    const counts = expected.map((label) => predicted.map((verdict) => this.#counts.get(label)?.get(verdict) ?? 0));
    return {
      tally,
      matrix: { expected, predicted, counts },
      perClass: expected.filter((label) => label !== "").map((label) => this.#ofClass(label)),
      sweep: this.#hasClassifier ? this.#sweepSteps() : [],
    };
  }

  #count(label: string, verdict: string, count: number): void {
    let row = this.#counts.get(label);
    if (!row) this.#counts.set(label, (row = new Map<string, number>()));
    row.set(verdict, (row.get(verdict) ?? 0) + count);
  }

  #ofClass(label: string): Summary["perClass"][number] {
    const row = this.#counts.get(label);
    const right = row?.get(label) ?? 0;
    const expected = [...(row?.values() ?? [])].reduce((sum, count) => sum + count, 0);
    let [predicted, comparable] = [0, 0];
    for (const [other, verdicts] of this.#counts) {
      const count = verdicts.get(label) ?? 0;
      predicted += count;
      // Nobody can say whether a verdict on an unknown label is wrong.
      if (this.#known.has(other)) comparable += count;
    }
    const isKnown = this.#known.has(label);
    const precision = share(right, comparable);
    const recall = isKnown ? share(right, expected) : undefined;
    return { label, expected, predicted, precision, recall, f1: harmonicMean(precision, recall) };
  }

  /**
   * Every confidence at once: a window is uncertain from the first step on that its best score does not reach, and
   * right below that if its best class is the label's. An anomaly stays one.
   */
  #sweep(store: RunStore, { labels, verdicts, matches, best, bestScores }: Countable): void {
    const { kinds = [], classes = [] } = store.result ?? {};
    if (classes.length === 0 || (kinds[0] ?? "classes") !== "classes") return;
    this.#hasClassifier = true;
    const wanted = store.labelNames.map((name) => classes.indexOf(name));
    for (let i = 0; i < labels.length; i++) {
      if (verdicts[i] === VERDICT.anomaly) {
        if (matches[i] === MATCH.asLabelled) this.#matching[0] = (this.#matching[0] as number) + 1;
        continue;
      }
      const reached = stepsReached(bestScores[i] as number);
      if (reached <= SWEEP_STEPS) this.#uncertain[reached] = (this.#uncertain[reached] as number) + 1;
      if (reached === 0 || wanted[labels[i] as number] !== best[i]) continue;
      this.#matching[0] = (this.#matching[0] as number) + 1;
      if (reached <= SWEEP_STEPS) this.#matching[reached] = (this.#matching[reached] as number) - 1;
    }
  }

  #sweepSteps(): Summary["sweep"] {
    const { comparable } = this.#tally;
    let [matching, uncertain] = [0, 0];
    return Array.from({ length: SWEEP_STEPS + 1 }, (_, step) => {
      matching += this.#matching[step] as number;
      uncertain += this.#uncertain[step] as number;
      return { minimumConfidence: step / SWEEP_STEPS, matching, uncertain, comparable };
    });
  }
}

/** How many of the steps, from 0 on, a score reaches. */
function stepsReached(score: number): number {
  let steps = Math.max(0, Math.min(SWEEP_STEPS + 1, Math.floor(score * SWEEP_STEPS) + 1)) || 0;
  while (steps <= SWEEP_STEPS && score >= steps / SWEEP_STEPS) steps++;
  while (steps > 0 && score < (steps - 1) / SWEEP_STEPS) steps--;
  return steps;
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

function harmonicMean(precision: number | undefined, recall: number | undefined): number | undefined {
  if (precision === undefined || recall === undefined) return undefined;
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}
