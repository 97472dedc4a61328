import { Column } from "@windowscope/plot";

import { MATCH, NO_LABEL } from "./judge.ts";
import type { RunStore } from "./run-store.ts";
import type { WindowFilter } from "./scope-port.ts";

/** Rows of one run in a filtered table: which windows pass, kept up to date as more come. */
export class FilteredRows {
  readonly #store: RunStore;
  readonly #passes: ((index: number) => boolean) | undefined;
  readonly #indices = new Column((length) => new Uint32Array(length));
  #seen = 0;

  constructor(store: RunStore, filter: WindowFilter) {
    this.#store = store;
    this.#passes = createTest(store, filter);
  }

  get count(): number {
    if (!this.#passes) return this.#store.windowCount;
    for (; this.#seen < this.#store.windowCount; this.#seen++) {
      if (this.#passes(this.#seen)) this.#indices.push(this.#seen);
    }
    return this.#indices.length;
  }

  /** Index of the window in a row. */
  at(row: number): number {
    return this.#passes ? this.#indices.at(row) : row;
  }

  rowOf(index: number): number {
    const { count } = this;
    if (!this.#passes) return index >= 0 && index < count ? index : -1;
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#indices.at(middle) < index) low = middle + 1;
      else high = middle;
    }
    return low < count && this.#indices.at(low) === index ? low : -1;
  }
}

/** @returns `undefined` where every window passes. */
function createTest(
  store: RunStore,
  { only, expected, verdict }: WindowFilter,
): ((index: number) => boolean) | undefined {
  if (only === "all" && expected === undefined && verdict === undefined) return undefined;
  const isWanted = Array.from({ length: 256 }, (_, code) => {
    if (only === "uncertain" && code !== store.codes.uncertain) return false;
    if (only === "anomaly" && code !== store.codes.anomaly) return false;
    return verdict === undefined || store.nameOf(code) === verdict;
  });
  const wantedLabel = expected === undefined || expected === "" ? NO_LABEL : store.labelNames.indexOf(expected);
  return (index) =>
    isWanted[store.verdicts.at(index)] === true &&
    (expected === undefined || store.labelAt(index) === wantedLabel) &&
    (only !== "mismatch" || store.matches.at(index) === MATCH.mismatch);
}
