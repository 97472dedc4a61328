import { expectedLabel, type RunResult } from "@windowscope/protocol";

import { NO_LABEL } from "./judge.ts";

/** Labels of a recording by numbers, so that those of a million windows take little room and are quickly compared. */
export class WindowLabels {
  /** What the codes stand for. */
  readonly names: readonly string[];
  readonly #expected: RunResult["expected"];
  readonly #codes: readonly number[];
  readonly #isOrdered: boolean;

  /** @param expected Labelled spans in order, as in a run's result. */
  constructor(expected: RunResult["expected"]) {
    const names = [...new Set(expected.map(({ label }) => label))];
    const codes = new Map(names.map((name, code) => [name, code]));
    this.names = names;
    this.#expected = expected;
    this.#codes = expected.map(({ label }) => codes.get(label) as number);
    this.#isOrdered = expected.every(({ startMs }, i) => i === 0 || startMs >= (expected[i - 1]?.endMs ?? 0));
  }

  /** Code of the label that a window should get, or `NO_LABEL`. The same as the protocol's `expectedLabel`, found faster. */
  codeAt(endMs: number): number {
    if (!this.#isOrdered) {
      const label = expectedLabel({ expected: this.#expected }, endMs);
      return label === undefined ? NO_LABEL : this.names.indexOf(label);
    }
    let low = 0;
    let high = this.#expected.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#expected[middle]?.endMs as number) < endMs) low = middle + 1;
      else high = middle;
    }
    const covers = (this.#expected[low]?.startMs ?? Infinity) < endMs;
    return this.#codes[covers ? low : this.#expected.length - 1] ?? NO_LABEL;
  }

  nameOf(code: number): string | undefined {
    return this.names[code];
  }
}
