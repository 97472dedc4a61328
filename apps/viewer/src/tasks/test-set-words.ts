import type { TestResult, TestRun } from "@windowscope/protocol";

import { formatCount } from "../format.ts";

type Row = NonNullable<TestResult["matrix"]>["perClass"][number];
export type ClassColumn = keyof Row;

/** What the result leaves out, in words; without this its numbers do not add up. */
export function sayLeftOut({ windows, comparable, matrix }: TestResult): string | undefined {
  const left = windows - comparable;
  if (left <= 0) return undefined;
  const [what, have, their] = left === 1 ? ["window", "has", "its"] : ["windows", "have", "their"];
  const reason = matrix
    ? `${have} no label, or one that the model has no class for`
    : `${have} no label to compare ${their} number with`;
  return `${formatCount(left)} ${what} ${reason}: not counted in the accuracy, nor in the tables below.`;
}

/** That fewer samples have windows than the job has counted in its lines, and why that can be. */
export function sayFailedSamples({ progress, result }: Pick<TestRun, "progress" | "result">): string | undefined {
  if (!progress || !result || progress.total <= result.samples) return undefined;
  const [counted, told] = [formatCount(progress.total), formatCount(result.samples)];
  return (
    `Studio's job counted ${counted}, and ${told} ${result.samples === 1 ? "sample has" : "samples have"} windows: ` +
    "one that is too short, or not recorded as the impulse wants it, has none."
  );
}

/** The class that is told worst: the lowest F1. None where there is one class alone, or all are equally good. */
export function worstClass(rows: readonly Row[]): string | undefined {
  const told = rows.filter(({ f1 }) => f1 !== undefined).toSorted((a, b) => (a.f1 ?? 0) - (b.f1 ?? 0));
  return told.length > 1 && told[0]?.f1 !== told.at(-1)?.f1 ? told[0]?.label : undefined;
}

/** Rows by a column, names from A, numbers from the lowest, what is absent last; as they came without a column. */
export function sortClasses(rows: readonly Row[], column: ClassColumn | undefined): readonly Row[] {
  if (column === undefined) return rows;
  if (column === "label") return rows.toSorted((a, b) => a.label.localeCompare(b.label));
  return rows.toSorted((a, b) => (a[column] ?? Infinity) - (b[column] ?? Infinity));
}

/** Windows that a cell, a row or a column of the matrix counts; `undefined` where it does not count them. */
export function countCells(
  { expected, predicted, counts }: NonNullable<TestResult["matrix"]>,
  wanted: { readonly expected?: string | undefined; readonly predicted?: string | undefined },
): number | undefined {
  // A column alone lists windows too whose label the matrix leaves out.
  if (wanted.expected === undefined) return undefined;
  const row = counts[expected.indexOf(wanted.expected)];
  if (wanted.predicted === undefined) return row?.reduce((sum, count) => sum + count, 0);
  return row?.[predicted.indexOf(wanted.predicted)];
}
