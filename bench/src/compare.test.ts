import { describe, expect, it } from "vitest";

import { compareRatios, describeComparison } from "./compare.ts";
import type { Row } from "./rows.ts";

const committed = [
  { bench: "sdk", row: "a wait", ratio: 30 },
  { bench: "plot", row: "a wait", ratio: 3 },
];

function rowOf(ratio: number | undefined, changes: Partial<Row> = {}): Row {
  const row = { bench: "sdk", row: "a wait", value: 1, unit: "ms", goal: null, ok: true, ...changes };
  return ratio === undefined ? row : { ...row, ratio };
}

describe("compareRatios", () => {
  it.each([
    { measured: 300, falls: 0 },
    { measured: 20, falls: 0 },
    { measured: 19.9, falls: 1 },
    { measured: NaN, falls: 1 },
  ])("of a ratio of 30 says of $measured: $falls fell", ({ measured, falls }) => {
    const compared = compareRatios([rowOf(measured)], committed);

    expect(compared.comparedCount).toBe(1);
    expect(compared.falls).toHaveLength(falls);
  });

  it("looks neither at times nor at goals", () => {
    expect(compareRatios([rowOf(30, { value: 1e9, ok: false })], committed).falls).toEqual([]);
  });

  it("passes by what only one side has", () => {
    const rows = [rowOf(1, { row: "a new row" }), rowOf(undefined), rowOf(1, { bench: "live" })];

    expect(compareRatios(rows, committed)).toMatchObject({ comparedCount: 0, falls: [] });
  });

  it("names what a bench that ran has lost, and nothing of those that did not run", () => {
    const [wait] = committed;

    expect(compareRatios([rowOf(30, { row: "a wait, renamed" })], committed).absent).toEqual([wait]);
    expect(compareRatios([rowOf(undefined)], committed).absent).toEqual([wait]);
    expect(compareRatios([rowOf(30)], committed).absent).toEqual([]);
  });
});

describe("describeComparison", () => {
  it("names each ratio that fell", () => {
    const rows = [rowOf(10), rowOf(3, { bench: "plot" })];

    expect(describeComparison(compareRatios(rows, committed))).toBe(
      "sdk: a wait: 10×, and 30× is committed.\n1 of 2 ratios have fallen by more than a third.\n",
    );
  });

  it("names each row that was not compared", () => {
    expect(describeComparison(compareRatios([rowOf(undefined), rowOf(3, { bench: "plot" })], committed))).toBe(
      "sdk: a wait: was not measured, and is not compared.\nNone of 1 ratios has fallen by more than a third.\n",
    );
  });

  it("says when there was nothing to compare", () => {
    expect(describeComparison(compareRatios([], committed))).toContain("nothing was compared");
  });
});
