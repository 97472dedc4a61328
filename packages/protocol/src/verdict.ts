import { VERDICT } from "./entry.ts";
import type { RunResult } from "./run.ts";

/** The label that a window should get: the one at its end, as Studio has it unless told otherwise. */
export function expectedLabel({ expected }: Pick<RunResult, "expected">, endMs: number): string | undefined {
  const covering = expected.find((span) => span.startMs < endMs && endMs <= span.endMs);
  // Rounding can put the end of the last window a hair behind the end of the last span.
  return (covering ?? expected.at(-1))?.label;
}

/**
 * Whether a verdict contradicts the label: `undefined` when nobody can say, because the impulse does not know the
 * label.
 */
export function isMismatch(
  { classes }: Pick<RunResult, "classes">,
  expected: string | undefined,
  verdict: string,
): boolean | undefined {
  const isKnown = expected !== undefined && (classes.includes(expected) || expected === "anomaly");
  return isKnown ? verdict !== expected : undefined;
}

/** Name of a verdict in an entry: a class, `anomaly`, `uncertain` or `no anomaly`. */
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
