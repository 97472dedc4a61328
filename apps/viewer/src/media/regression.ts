/** How a regression's value stands to its label. */
export interface RegressionReading {
  readonly value: number;
  /** The label as a number; absent where it is none. */
  readonly expected?: number | undefined;
  /** `value - expected`. */
  readonly error?: number | undefined;
  /** Farther from the label than what still counts as right; `undefined` where nobody can say. */
  readonly isMismatch?: boolean | undefined;
  /** Where things are on a scale that has all of them, 0 to 1. */
  readonly scale: {
    readonly value: number;
    readonly expected?: number | undefined;
    /** What still counts as right. */
    readonly band?: { readonly from: number; readonly to: number } | undefined;
  };
}

/** Free space at both ends of the scale, as a share of what it has to show. */
const MARGIN = 0.15;

/**
 * @param maximumError A value this far from its label is still right; 0 when nobody says.
 */
export function readRegression(value: number, label: string | undefined, maximumError = 0): RegressionReading {
  const number = label === undefined || label.trim() === "" ? NaN : Number(label);
  if (!Number.isFinite(number)) return { value, scale: { value: 0.5 } };
  const error = value - number;
  const from = Math.min(value, number - maximumError);
  const to = Math.max(value, number + maximumError);
  const span = to - from || 1;
  const place = (at: number) => (at - from + MARGIN * span) / (span * (1 + 2 * MARGIN));
  return {
    value,
    expected: number,
    error,
    isMismatch: Math.abs(error) > maximumError,
    scale: {
      value: place(value),
      expected: place(number),
      band: { from: place(number - maximumError), to: place(number + maximumError) },
    },
  };
}
