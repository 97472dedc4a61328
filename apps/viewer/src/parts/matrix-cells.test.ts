import { expect, it } from "vitest";

import { matrixCells } from "./matrix-cells.ts";

const cells = matrixCells({
  expected: ["idle", "wave", "noise", ""],
  predicted: ["idle", "wave", "uncertain"],
  counts: [
    [95, 5, 0],
    [6, 80, 14],
    [0, 0, 9],
    [3, 0, 1],
  ],
});

it("compares each row with its own sum", () => {
  expect(cells.map((row) => row.map(({ share }) => share))).toEqual([
    [0.95, 0.05, 0],
    [0.06, 0.8, 0.14],
    [0, 0, 1],
    [0.75, 0, 0.25],
  ]);
});

it("marks confusions of more than five percent, and nothing where there is no label or no class of its name", () => {
  const marked = cells.flat().filter(({ isAlarming }) => isAlarming);

  expect(marked.map(({ expected, predicted }) => `${expected} ${predicted}`)).toEqual(["wave idle", "wave uncertain"]);
});

it("has no right and wrong without a label, nor for a label that is no class; anomaly is known always", () => {
  const open = matrixCells({
    expected: ["wave", "shake", "anomaly", ""],
    predicted: ["wave"],
    counts: [[1], [2], [3], [4]],
  });

  expect(open.flat().map(({ isOpen }) => isOpen)).toEqual([false, true, false, true]);
  expect(open.flat().map(({ isAlarming }) => isAlarming)).toEqual([false, false, true, false]);
});

it("knows the diagonal by its names, not by its place", () => {
  const [row] = matrixCells({ expected: ["wave"], predicted: ["idle", "wave"], counts: [[1, 2]] });

  expect(row?.map(({ isRight }) => isRight)).toEqual([false, true]);
});
