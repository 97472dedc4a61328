/** One measured figure, as `--json` prints it. */
export interface Row {
  readonly bench: string;
  readonly row: string;
  readonly value: number;
  readonly unit: string;
  /** How many times smaller the value is than the peer's; whatever has a peer is better when smaller. */
  readonly ratio?: number;
  /** What the row has to reach, in words; `null` when it only informs. */
  readonly goal: string | null;
  /** Whether the goal is reached; true without one. */
  readonly ok: boolean;
}

/** What a figure has to reach: a share of the peer's figure, or a limit of its own. */
export type Goal = { readonly leastRatio: number } | { readonly mostValue: number } | { readonly leastValue: number };

export interface Figure {
  readonly row: string;
  readonly value: number;
  readonly unit: string;
  /** What the peer needs for the same, in the same unit. */
  readonly peerValue?: number;
  readonly goal?: Goal;
}

/** Judges a figure by its goal. Values keep three decimals, ratios two. */
export function toRow(bench: string, { row, value, unit, peerValue, goal }: Figure): Row {
  const ratio = peerValue === undefined ? undefined : peerValue / value;
  return {
    bench,
    row,
    value: round(value, 3),
    unit,
    ...(ratio !== undefined && { ratio: round(ratio, 2) }),
    goal: goal ? describe(goal, unit) : null,
    ok: goal === undefined || isReached(goal, value, ratio),
  };
}

function isReached(goal: Goal, value: number, ratio: number | undefined): boolean {
  if ("leastRatio" in goal) return ratio !== undefined && ratio >= goal.leastRatio;
  return "leastValue" in goal ? value >= goal.leastValue : value <= goal.mostValue;
}

function describe(goal: Goal, unit: string): string {
  if ("leastRatio" in goal) return `ratio >= ${goal.leastRatio}`;
  return "leastValue" in goal ? `>= ${goal.leastValue} ${unit}` : `<= ${goal.mostValue} ${unit}`;
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}
