import type { Summary } from "../scope/scope-port.ts";

/** One cell of a confusion matrix as it is drawn. */
export interface MatrixCell {
  readonly expected: string;
  readonly predicted: string;
  readonly count: number;
  /** Of all windows with this label, 0 to 1. */
  readonly share: number;
  /** Nobody can say what would be right: there is no label, or the impulse has no class of that name. */
  readonly isOpen: boolean;
  readonly isRight: boolean;
  /** So many windows with this label were taken for something else that somebody should look. */
  readonly isAlarming: boolean;
}

/** Beyond this share a confusion is marked. */
const ALARMING_SHARE = 0.05;

/** The cells, row by row; each row is compared with its own sum, so that a rare class is as clear as a frequent one. */
export function matrixCells({ expected, predicted, counts }: Summary["matrix"]): readonly (readonly MatrixCell[])[] {
  return expected.map((label, i) => {
    const row = counts[i] ?? [];
    const sum = row.reduce((total, count) => total + count, 0);
    const isOpen = !isKnown(label, predicted);
    return predicted.map((verdict, j) => {
      const count = row[j] ?? 0;
      const share = sum === 0 ? 0 : count / sum;
      const isRight = label === verdict;
      return {
        expected: label,
        predicted: verdict,
        count,
        share,
        isOpen,
        isRight,
        isAlarming: !isRight && !isOpen && share > ALARMING_SHARE,
      };
    });
  });
}

/** Whether a verdict can agree with a label at all. @param predicted All classes are among them. */
export function isKnown(label: string, predicted: readonly string[]): boolean {
  return label !== "" && (label === "anomaly" || predicted.includes(label));
}

/** A label as it is written: windows may have none. */
export function writeLabel(label: string): string {
  return label === "" ? "no label" : label;
}
