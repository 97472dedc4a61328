import type { PlacedRun } from "../scope/scope-port.ts";

/** More rows than that cannot be told apart at a glance. */
const MOST_ROWS = 12;
/** So many have rows of their own when there are more. */
const OWN_ROWS = 8;
/** A class takes another one's row only when it is that much more frequent: rows that come and go cannot be read. */
const CHALLENGE = 1.5;

/** Stands for all classes without a row of their own. */
export const OTHERS = -1;

/**
 * Which classes have a row, in the order of the model, so that a class keeps its place.
 *
 * @param masses How often each class was the verdict. Shape `[classes]`.
 * @param before The rows up to now.
 * @returns Indices of classes; `OTHERS` last, when there are too many of them.
 */
export function pickRows(masses: readonly number[], before: readonly number[], isExpanded: boolean): readonly number[] {
  const all = masses.map((_, k) => k);
  if (isExpanded || masses.length <= MOST_ROWS) return all;
  const kept = new Set(before.filter((k) => k !== OTHERS && k < masses.length));
  const weight = (k: number) => (masses[k] ?? 0) * (kept.has(k) ? CHALLENGE : 1);
  const own = all
    .toSorted((a, b) => weight(b) - weight(a) || Number(kept.has(b)) - Number(kept.has(a)) || a - b)
    .slice(0, OWN_ROWS)
    .sort((a, b) => a - b);
  return [...own, OTHERS];
}

/** How often each class was the verdict, in all runs on the clock. */
export function massesOf(classes: readonly string[], placed: readonly PlacedRun[]): number[] {
  return classes.map((name) => placed.reduce((sum, { run }) => sum + (run.verdicts[name] ?? 0), 0));
}
