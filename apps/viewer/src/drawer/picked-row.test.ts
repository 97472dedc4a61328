import { describe, expect, it } from "vitest";

import { FakeScope } from "../scope/fake-scope.ts";
import type { WindowRef } from "../scope/scope-port.ts";
import { askerOf, recordOf } from "./fake-asker.ts";
import { PickedRow } from "./picked-row.svelte.ts";

/** A table of every third window of a run. */
function setUp() {
  const scope = new FakeScope();
  scope.answer("rows", ({ from, to }) => Array.from({ length: to - from }, (_, i) => recordOf((from + i) * 3)));
  scope.answer("row", ({ index }) => (index % 3 === 0 ? index / 3 : -1));
  const picked: (number | undefined)[] = [];
  const page = { ...askerOf(scope), select: async (ref: WindowRef | undefined) => void picked.push(ref?.index) };
  return { scope, picked, row: new PickedRow(page) };
}

describe("PickedRow", () => {
  it.each([
    { key: "ArrowDown", from: 4, to: 5 },
    { key: "ArrowUp", from: 4, to: 3 },
    { key: "ArrowUp", from: 0, to: 0 },
    { key: "ArrowDown", from: 99, to: 99 },
    { key: "PageDown", from: 4, to: 11 },
    { key: "PageDown", from: 97, to: 99 },
    { key: "PageUp", from: 4, to: 0 },
    { key: "Home", from: 50, to: 0 },
    { key: "End", from: 50, to: 99 },
  ])("moves from row $from to $to by $key", async ({ key, from, to }) => {
    const { scope, picked, row } = setUp();
    await row.find({ runId: "run-1", index: from * 3 });

    expect(row.press(key, 100, 7)).toBe(true);
    await scope.settle();

    expect(row.row).toBe(to);
    expect(picked).toEqual([to * 3]);
  });

  it.each([
    { key: "ArrowDown", to: 0 },
    { key: "ArrowUp", to: 99 },
    { key: "PageUp", to: 99 },
  ])("begins at row $to when nothing is picked and $key is pressed", async ({ key, to }) => {
    const { scope, row } = setUp();

    row.press(key, 100, 7);
    await scope.settle();

    expect(row.row).toBe(to);
  });

  it("leaves other keys to others, and an empty table as it is", async () => {
    const { scope, picked, row } = setUp();

    expect(row.press("n", 100, 7)).toBe(false);
    expect(row.press("End", 0, 7)).toBe(true);
    await scope.settle();

    expect(picked).toEqual([]);
    expect(row.row).toBe(-1);
  });

  it("picks once, where a held key has ended", async () => {
    const { scope, picked, row } = setUp();

    for (let i = 0; i < 20; i++) row.press("ArrowDown", 100, 7);
    await scope.settle();

    expect(row.row).toBe(19);
    expect(picked).toEqual([57]);
  });

  it("has no row for a window that the filter hides", async () => {
    const { row } = setUp();

    await row.find({ runId: "run-1", index: 3 });
    expect(row.row).toBe(1);
    await row.find({ runId: "run-1", index: 4 });
    expect(row.row).toBe(-1);
    await row.find({ runId: "run-1", index: 3 });
    await row.find(undefined);
    expect(row.row).toBe(-1);
  });
});
