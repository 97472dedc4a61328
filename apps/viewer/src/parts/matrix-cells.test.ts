import { expect, it } from "vitest";

import { matrixCells } from "./matrix-cells.ts";

const cells = matrixCells({
  expected: ["idle", "wave", "noise", ""],
  predicted: ["idle", "wave", "uncertain"],
  counts: [
    [95, 5, 0],
    [6, 80, 14],
    [0, 0, 0],
    [3, 0, 1],
  ],
});

it("compares each row with its own sum", () => {
  expect(cells.map((row) => row.map(({ share }) => share))).toEqual([
    [0.95, 0.05, 0],
    [0.06, 0.8, 0.14],
    [0, 0, 0],
    [0.75, 0, 0.25],
  ]);
});

it("marks confusions of more than five percent, and nothing where there is no label", () => {
  const marked = cells.flat().filter(({ isAlarming }) => isAlarming);

  expect(marked.map(({ expected, predicted }) => `${expected} ${predicted}`)).toEqual(["wave idle", "wave uncertain"]);
});

it("knows the diagonal by its names, not by its place", () => {
  const [row] = matrixCells({ expected: ["wave"], predicted: ["idle", "wave"], counts: [[1, 2]] });

  expect(row?.map(({ isRight }) => isRight)).toEqual([false, true]);
});
