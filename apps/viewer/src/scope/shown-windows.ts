import type { Run } from "@windowscope/protocol";

import { FilteredRows } from "./filtered-rows.ts";
import { MATCH } from "./judge.ts";
import { sumOf } from "./judged-windows.ts";
import type { RunStore } from "./run-store.ts";
import type { Snapshot, Tally, TimeRange, WindowFilter, WindowRecord, WindowRef } from "./scope-port.ts";

/** A run on the clock of what is shown. */
export interface ShownRun {
  readonly run: Run;
  readonly startMs: number;
  readonly endMs: number;
  /** Absent until it is read. */
  readonly store: RunStore | undefined;
}

export const EVERYTHING: WindowFilter = { only: "all" };

const NO_TALLY: Tally = { windows: 0, comparable: 0, matching: 0, uncertain: 0, anomalies: 0 };

/** The windows of all runs on the screen, in the order of the clock, and the rows of a table of some of them. */
export class ShownWindows {
  #runs: readonly ShownRun[] = [];
  #beside: RunStore | undefined;
  #classes: readonly string[] = [];
  #byId: ReadonlyMap<string, number> = new Map();
  /** Of each run's first window, as far as somebody has asked; a table asks for thousands. */
  #ordinals = [0];
  #filter: WindowFilter = EVERYTHING;
  readonly #rows = new Map<RunStore, FilteredRows>();
  /** Of each axis, in place of what all readings span; for a view that is held. */
  heldRanges: Snapshot["ranges"] | undefined;

  get runs(): readonly ShownRun[] {
    return this.#runs;
  }

  /** The run that is compared with them, on the same clock. */
  get beside(): RunStore | undefined {
    return this.#beside;
  }

  /** Of all runs together; scores stand in their order. */
  get classes(): readonly string[] {
    return this.#classes;
  }

  /** Puts these runs on the screen, in the order of the clock. */
  show(runs: readonly ShownRun[], beside?: RunStore): void {
    this.#runs = runs;
    this.#ordinals = [0];
    this.#beside = beside;
    this.#classes = classesOf(runs);
    this.#byId = new Map(runs.map(({ run }, i) => [run.runId, i]));
    const stores = new Set(runs.map(({ store }) => store));
    for (const store of this.#rows.keys()) if (!stores.has(store)) this.#rows.delete(store);
  }

  get tally(): Tally {
    return this.#runs.reduce((sum, { store }) => (store ? sumOf(sum, store.tally) : sum), NO_TALLY);
  }

  get filter(): WindowFilter {
    return this.#filter;
  }

  filterBy(filter: WindowFilter): void {
    this.#filter = filter;
    this.#rows.clear();
  }

  /** Verdicts have changed. */
  judgedAnew(): void {
    this.#rows.clear();
  }

  /** Windows that pass the filter. */
  get filtered(): number {
    return this.#runs.reduce((sum, { store }) => sum + (store ? this.#rowsOf(store).count : 0), 0);
  }

  get last(): WindowRecord | undefined {
    for (let r = this.#runs.length - 1; r >= 0; r--) {
      const count = this.#runs[r]?.store?.windowCount ?? 0;
      if (count > 0) return this.#record(r, count - 1);
    }
    return undefined;
  }

  window({ runId, index }: WindowRef): WindowRecord | undefined {
    const r = this.#byId.get(runId);
    return r === undefined ? undefined : this.#record(r, index);
  }

  /** Rows `from` to before `to` of the table of those that pass the filter. */
  rows(from: number, to: number): WindowRecord[] {
    const records: WindowRecord[] = [];
    let first = 0;
    for (let r = 0; r < this.#runs.length && first < to; r++) {
      const store = this.#runs[r]?.store;
      if (!store) continue;
      const rows = this.#rowsOf(store);
      for (let row = Math.max(0, from - first); row < Math.min(rows.count, to - first); row++) {
        const record = this.#record(r, rows.at(row));
        if (record) records.push(record);
      }
      first += rows.count;
    }
    return records;
  }

  /** Where a window stands in that table; -1 when it does not. */
  row({ runId, index }: WindowRef): number {
    let first = 0;
    for (const { run, store } of this.#runs) {
      if (!store) continue;
      const rows = this.#rowsOf(store);
      if (run.runId === runId) {
        const row = rows.rowOf(index);
        return row === -1 ? -1 : first + row;
      }
      first += rows.count;
    }
    return -1;
  }

  /** The window whose cell covers a time, or the nearest one. */
  windowAt(ms: number): WindowRecord | undefined {
    let nearest: { readonly r: number; readonly index: number; readonly distanceMs: number } | undefined;
    this.#runs.forEach(({ startMs, store }, r) => {
      if (!store || store.windowCount === 0) return;
      const { times } = store;
      const ownMs = ms - startMs;
      const later = times.windowAt(ownMs);
      for (const index of later > 0 ? [later - 1, later] : [later]) {
        const { fromMs, toMs } = times.cellOf(index);
        const distanceMs = ownMs < fromMs ? fromMs - ownMs : Math.max(0, ownMs - toMs);
        if (!nearest || distanceMs < nearest.distanceMs || (distanceMs === nearest.distanceMs && ownMs < toMs))
          nearest = { r, index, distanceMs };
      }
    });
    return nearest && this.#record(nearest.r, nearest.index);
  }

  /** So many windows further, the first or the last at most; from nowhere it begins at the start or at the end. */
  step(from: WindowRef | undefined, by: number): WindowRecord | undefined {
    const { windows } = this.tally;
    if (windows === 0) return undefined;
    const place = from ? this.#placeOf(from) : -1;
    const start = place === -1 ? (by < 0 ? windows : -1) : place;
    return this.#recordAt(Math.max(0, Math.min(windows - 1, start + Math.trunc(by))));
  }

  /** The next mismatch or anomaly, around the end if need be. */
  next(from: WindowRef | undefined, kind: "mismatch" | "anomaly", direction: 1 | -1): WindowRecord | undefined {
    const count = this.#runs.length;
    const start = from ? this.#byId.get(from.runId) : undefined;
    const first = start ?? (direction === 1 ? 0 : count - 1);
    // The first run comes twice: behind the window, and at last before it.
    for (let i = 0; i <= count; i++) {
      const r = (((first + i * direction) % count) + count) % count;
      const store = this.#runs[r]?.store;
      if (!store || store.windowCount === 0) continue;
      const end = direction === 1 ? 0 : store.windowCount - 1;
      const index = i === 0 && start !== undefined && from ? from.index + direction : end;
      const found = findNext(store, kind, index, direction);
      if (found !== -1) return this.#record(r, found);
    }
    return undefined;
  }

  /** Windows of each run whose result falls into a range of time: `from` to before `to`; none where they are the same. */
  *spans(
    range?: TimeRange,
  ): Generator<{ readonly shown: ShownRun; readonly store: RunStore; readonly from: number; readonly to: number }> {
    for (const shown of this.#runs) {
      const { store, startMs } = shown;
      if (!store) continue;
      const from = range ? endingFrom(store, range.startMs - startMs) : 0;
      const to = range ? store.times.firstEndingAfter(range.endMs - startMs) : store.windowCount;
      yield { shown, store, from, to };
    }
  }

  /** Number of a run's first window; what is not read yet is counted too, so that numbers stay. */
  ordinalOf(r: number): number {
    for (let i = this.#ordinals.length; i <= r; i++) {
      const { run, store } = this.#runs[i - 1] as ShownRun;
      this.#ordinals.push((this.#ordinals.at(-1) as number) + Math.max(run.windows, store?.windowCount ?? 0));
    }
    return this.#ordinals[r] as number;
  }

  #rowsOf(store: RunStore): FilteredRows {
    const rows = this.#rows.get(store) ?? new FilteredRows(store, this.#filter);
    // Before its first window a run has not said what its codes mean.
    if (store.windowCount > 0) this.#rows.set(store, rows);
    return rows;
  }

  /** Place among all windows that are there; -1 for one that is not. */
  #placeOf({ runId, index }: WindowRef): number {
    let first = 0;
    for (const { run, store } of this.#runs) {
      const count = store?.windowCount ?? 0;
      if (run.runId === runId) return index >= 0 && index < count ? first + index : -1;
      first += count;
    }
    return -1;
  }

  #recordAt(place: number): WindowRecord | undefined {
    let first = 0;
    for (let r = 0; r < this.#runs.length; r++) {
      const count = this.#runs[r]?.store?.windowCount ?? 0;
      if (place < first + count) return this.#record(r, place - first);
      first += count;
    }
    return undefined;
  }

  #record(r: number, index: number): WindowRecord | undefined {
    const { run, startMs, store } = this.#runs[r] as ShownRun;
    const window = store?.window(index);
    if (!store || !window) return undefined;
    return {
      ...window,
      runId: run.runId,
      sampleId: run.sampleId,
      sampleName: run.sampleName,
      ordinal: this.ordinalOf(r) + index,
      startMs: startMs + window.startMs,
      endMs: startMs + window.endMs,
      scores: this.#inOrder(window.scores, store),
      beside: this.#besideOf(window.endMs),
    };
  }

  #besideOf(endMs: number): WindowRecord["beside"] {
    const beside = this.#beside;
    if (!beside) return undefined;
    const index = beside.times.firstEndingAfter(endMs - SAME_MS);
    const other = beside.window(index);
    if (!other || beside.times.cellStartMs(index) >= endMs) return undefined;
    return { scores: this.#inOrder(other.scores, beside), anomaly: other.anomaly, verdict: other.verdict };
  }

  #inOrder(scores: readonly number[], { result }: RunStore): readonly number[] {
    const own = result?.classes ?? [];
    const isSame = own.length === this.#classes.length && own.every((name, i) => name === this.#classes[i]);
    return isSame ? scores : this.#classes.map((name) => scores[own.indexOf(name)] ?? NaN);
  }
}

function classesOf(runs: readonly ShownRun[]): readonly string[] {
  const names = new Set<string>();
  let before: readonly string[] | undefined;
  for (const { run, store } of runs) {
    const { classes = [] } = store?.result ?? run.result ?? {};
    if (classes !== before) for (const name of classes) names.add(name);
    before = classes;
  }
  return [...names];
}

/** Rounding of times must not make another window of one. */
const SAME_MS = 1e-6;

/** The first window that ends at a time or later. */
function endingFrom(store: RunStore, ms: number): number {
  return store.times.firstEndingAfter(ms - SAME_MS);
}

function findNext(store: RunStore, kind: "mismatch" | "anomaly", from: number, direction: 1 | -1): number {
  if (from < 0 || from >= store.windowCount) return -1;
  if (kind === "mismatch") return store.matches.next(MATCH.mismatch, from, direction);
  return store.verdicts.next(store.codes.anomaly, from, direction);
}
