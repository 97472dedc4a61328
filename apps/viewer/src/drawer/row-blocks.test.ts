import { describe, expect, it } from "vitest";

import { FakeScope } from "../scope/fake-scope.ts";
import { askerOf, recordOf } from "./fake-asker.ts";
import { RowBlocks } from "./row-blocks.svelte.ts";

function setUp() {
  const scope = new FakeScope();
  const page = askerOf(scope);
  scope.answer("rows", ({ from, to }) => Array.from({ length: to - from }, (_, i) => recordOf(from + i)));
  return { scope, blocks: new RowBlocks((from, to) => page.ask("rows", { from, to })) };
}

const asked = (scope: FakeScope) => scope.all("ask").map(({ ask }) => (ask as { readonly from: number }).from);

describe("RowBlocks", () => {
  it("asks once for what is in sight, in whole blocks", async () => {
    const { scope, blocks } = setUp();

    blocks.want(60, 80);
    blocks.want(61, 81);
    await scope.settle();
    blocks.want(70, 90);
    await scope.settle();

    expect(asked(scope)).toEqual([0, 64]);
    expect(blocks.row(79)?.ordinal).toBe(79);
    expect(blocks.row(500)).toBeUndefined();
  });

  it("keeps an old row until the newer answer has come", async () => {
    const { scope, blocks } = setUp();
    blocks.want(0, 10);
    await scope.settle();
    scope.answer("rows", [recordOf(0, { verdict: "wave" })]);

    blocks.refresh();
    expect(blocks.row(0)?.verdict).toBe("idle");
    await scope.settle();

    expect(blocks.row(0)?.verdict).toBe("wave");
    expect(blocks.row(1)).toBeUndefined();
  });

  it("asks again when windows came while an answer was on its way", async () => {
    const { scope, blocks } = setUp();

    blocks.want(0, 10);
    blocks.refresh();
    await scope.settle();

    expect(asked(scope)).toEqual([0, 0]);
  });

  it("drops an answer about what is no longer on the screen", async () => {
    const { scope, blocks } = setUp();

    blocks.want(0, 10);
    blocks.forget();
    await scope.settle();

    expect(blocks.row(0)).toBeUndefined();
    blocks.want(0, 10);
    await scope.settle();
    expect(blocks.row(0)?.ordinal).toBe(0);
  });

  it("asks only for where a fast scroll has ended, not for all places on the way", async () => {
    const { scope, blocks } = setUp();

    for (let row = 0; row <= 640_000; row += 6_400) blocks.want(row, row + 20);
    await scope.settle();

    expect(asked(scope).length).toBeLessThanOrEqual(5);
    expect(blocks.row(640_010)?.ordinal).toBe(640_010);
  });

  it("keeps a bounded number of rows however far somebody scrolls", async () => {
    const { scope, blocks } = setUp();
    for (let row = 0; row < 200 * 64; row += 64) {
      blocks.want(row, row + 1);
      await scope.settle();
    }

    expect(blocks.row(0)).toBeUndefined();
    expect(blocks.row(199 * 64)).toBeDefined();
  });

  it("says why rows cannot be had, and asks again only after a change", async () => {
    const scope = new FakeScope();
    const page = askerOf(scope);
    const blocks = new RowBlocks((from, to) => page.ask("rows", { from, to }));

    blocks.want(0, 10);
    await scope.settle();
    expect(blocks.failure).toBe('The fake scope has no answer to "rows".');
    expect(asked(scope)).toEqual([0]);

    scope.answer("rows", [recordOf(0)]);
    blocks.refresh();
    await scope.settle();
    expect(blocks.failure).toBeUndefined();
    expect(blocks.row(0)?.ordinal).toBe(0);
  });
});
