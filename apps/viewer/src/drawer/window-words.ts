import type { WindowRecord } from "../scope/scope-port.ts";

/** The verdict as a table has room for: of a regression a number with a few digits. */
export function wordOf({ verdict, value }: Pick<WindowRecord, "verdict" | "value">): string {
  return value === undefined ? verdict : String(Number(value.toPrecision(5)));
}

/** Index of the highest score; -1 without scores. What is no number, of a class that a run does not have, is none. */
export function bestOf(scores: readonly number[]): number {
  return scores.reduce((best, score, k) => {
    if (Number.isNaN(score)) return best;
    return best < 0 || score > (scores[best] as number) ? k : best;
  }, -1);
}

/** How much more the run beside gives the class that is best here, with its sign; a dash where there is nothing. */
export function formatDelta(shown: number | undefined, beside: number | undefined): string {
  if (shown === undefined || beside === undefined) return "–";
  const delta = (beside - shown).toFixed(3);
  // -0.0004 is no less than 0.0004.
  if (delta === "-0.000") return "+0.000";
  return delta.startsWith("-") ? delta.replace("-", "\u2212") : `+${delta}`;
}
