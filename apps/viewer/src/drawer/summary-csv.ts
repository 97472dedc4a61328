import type { Summary } from "../scope/scope-port.ts";
import { csvLine } from "../spreadsheet.ts";

/** Precision, recall and F1 of each class, one class a line. A ratio of nothing is empty. */
export function classesCsv({ perClass }: Pick<Summary, "perClass">): string {
  return toCsv([
    ["label", "expected", "predicted", "precision", "recall", "f1"],
    ...perClass.map(({ label, expected, predicted, precision, recall, f1 }) => [
      label,
      expected,
      predicted,
      precision,
      recall,
      f1,
    ]),
  ]);
}

/** What would be right with each confidence threshold, one threshold a line. */
export function sweepCsv({ sweep }: Pick<Summary, "sweep">): string {
  return toCsv([
    ["minimum_confidence", "comparable", "matching", "uncertain"],
    ...sweep.map(({ minimumConfidence, comparable, matching, uncertain }) => [
      minimumConfidence.toFixed(2),
      comparable,
      matching,
      uncertain,
    ]),
  ]);
}

/** The confusion matrix, one expected label a line. */
export function matrixCsv({ matrix }: Pick<Summary, "matrix">): string {
  return toCsv([
    ["expected", ...matrix.predicted],
    ...matrix.counts.map((row, i) => [matrix.expected[i] ?? "", ...row]),
  ]);
}

function toCsv(lines: readonly (readonly (string | number | undefined)[])[]): string {
  return lines.map(csvLine).join("");
}
