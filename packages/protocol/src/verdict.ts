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
 * label, or because a label does not tell where the objects are.
 *
 * @param verdict Its name; of a regression the number, as text.
 */
export function isMismatch(
  // Runs of earlier versions do not tell the kinds of their blocks; those were classes and anomalies.
  {
    classes,
    kinds = [],
    thresholds = {},
  }: Pick<RunResult, "classes"> & Partial<Pick<RunResult, "kinds" | "thresholds">>,
  expected: string | undefined,
  verdict: string,
): boolean | undefined {
  const hasClasses = kinds.length === 0 || kinds.includes("classes");
  if (expected === undefined || (!hasClasses && kinds.includes("objects"))) return undefined;
  if (!hasClasses && kinds.includes("value")) {
    const error = Math.abs(Number(verdict) - Number(expected));
    return Number.isNaN(error) ? undefined : error > (thresholds.maximumError ?? 0);
  }
  const isKnown = classes.includes(expected) || expected === "anomaly";
  return isKnown ? verdict !== expected : undefined;
}

/**
 * Name of a verdict in an entry: a class, `anomaly`, `uncertain`, `no anomaly` or `no object`. Where it is a number or
 * a text, `value` or `texts`: the number itself is the last of the window's scores, the texts are in its details.
 */
export function verdictName(classes: readonly string[], verdict: number): string {
  switch (verdict) {
    case VERDICT.anomaly:
      return "anomaly";
    case VERDICT.uncertain:
      return "uncertain";
    case VERDICT.noAnomaly:
      return "no anomaly";
    case VERDICT.noObject:
      return "no object";
    case VERDICT.value:
      return "value";
    case VERDICT.texts:
      return "texts";
    default:
      return classes[verdict] ?? "unknown";
  }
}
