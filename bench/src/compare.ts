import type { CommittedRatio } from "./document.ts";
import type { Row } from "./rows.ts";

/** A ratio that is worse than it may be. */
export interface Fall {
  readonly bench: string;
  readonly row: string;
  readonly committed: number;
  readonly measured: number;
}

/**
 * Compares ratios with those that are committed; never times, which depend on the machine.
 *
 * A row that only one side has is not compared: a quick bench leaves rows out, a new one is in no document yet.
 *
 * @returns How many rows were compared, which of them fell by more than a third, and which committed ones of the benches
 *   that ran have no ratio now: left out, or lost by a new name.
 */
export function compareRatios(
  rows: readonly Row[],
  committed: readonly CommittedRatio[],
): { comparedCount: number; falls: readonly Fall[]; absent: readonly CommittedRatio[] } {
  const pairs = rows.flatMap(({ bench, row, ratio: measured }) => {
    const known = committed.find((each) => each.bench === bench && each.row === row);
    return known && measured !== undefined ? [{ bench, row, committed: known.ratio, measured }] : [];
  });
  // A third, since a busy machine alone takes some. NaN, where something measured nothing, is a fall too.
  const falls = pairs.filter(({ measured, committed: before }) => !(measured * 3 >= before * 2));
  const benches = new Set(rows.map(({ bench }) => bench));
  const absent = committed.filter(
    ({ bench, row }) => benches.has(bench) && !pairs.some((pair) => pair.bench === bench && pair.row === row),
  );
  return { comparedCount: pairs.length, falls, absent };
}

/** What to tell people of a comparison. */
export function describeComparison({ comparedCount, falls, absent }: ReturnType<typeof compareRatios>): string {
  const lines = falls.map(
    ({ bench, row, committed, measured }) => `${bench}: ${row}: ${measured}×, and ${committed}× is committed.`,
  );
  lines.push(...absent.map(({ bench, row }) => `${bench}: ${row}: was not measured, and is not compared.`));
  if (comparedCount === 0) lines.push("No row has a ratio in docs/BENCHMARKS.md: nothing was compared.");
  else if (falls.length === 0) lines.push(`None of ${comparedCount} ratios has fallen by more than a third.`);
  else lines.push(`${falls.length} of ${comparedCount} ratios have fallen by more than a third.`);
  return lines.map((line) => `${line}\n`).join("");
}
