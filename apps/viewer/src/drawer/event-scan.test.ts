import { describe, expect, it } from "vitest";

import { FakeScope } from "../scope/fake-scope.ts";
import { askerOf, recordOf } from "./fake-asker.ts";
import { EventScan } from "./event-scan.svelte.ts";

const rule = { mostGapMs: 0, windowIncreaseMs: 500 };

/** `windows` windows; each thousand has a verdict of its own. */
function setUp(windows: number) {
  const scope = new FakeScope();
  const source = { windows };
  scope.answer("rows", ({ from, to }) =>
    Array.from({ length: Math.max(0, Math.min(source.windows, to) - from) }, (_, i) =>
      recordOf(from + i, { verdict: `class ${Math.floor((from + i) / 1000)}` }),
    ),
  );
  scope.answer("row", ({ index }) => index);
  return { scope, source, scan: new EventScan(askerOf(scope), rule, async () => undefined) };
}

describe("EventScan", () => {
  it("reads the whole table in steps", async () => {
    const { scope, scan } = setUp(10_000);

    expect(await scan.readTo(10_000)).toBe(true);

    expect(scan.scanned).toBe(10_000);
    expect(scan.count).toBe(10);
    expect(scope.all("ask")).toHaveLength(5);
  });

  it("reads on where it has ended when windows come", async () => {
    const { source, scan } = setUp(1_500);
    await scan.readTo(1_500);
    source.windows = 1_700;

    expect(await scan.readTo(1_700)).toBe(true);

    expect(scan.slice(0, 9).map(({ windows }) => windows)).toEqual([1000, 700]);
  });

  it("says that it has to begin anew when rows have changed before its place", async () => {
    const { scope, scan } = setUp(1_500);
    await scan.readTo(1_500);
    scope.answer("row", ({ index }) => index + 3);

    expect(await scan.readTo(1_503)).toBe(false);
    expect(scan.scanned).toBe(1_500);
  });

  it("reads once when it is told of new windows while it reads", async () => {
    const { scope, source, scan } = setUp(5_000);
    source.windows = 5_100;

    await Promise.all([scan.readTo(5_000), scan.readTo(5_100)]);

    expect(scan.scanned).toBe(5_100);
    expect(scope.all("ask")).toHaveLength(3);
  });

  it("stops when it is told to", async () => {
    const { scope, scan } = setUp(100_000);
    const reading = scan.readTo(100_000);
    scan.stop();
    await reading;

    expect(scan.count).toBe(0);
    expect(scope.all("ask").length).toBeLessThanOrEqual(1);
  });

  it("says why it went no further", async () => {
    const scan = new EventScan(askerOf(new FakeScope()), rule);

    await scan.readTo(10);

    expect(scan.failure).toBe('The fake scope has no answer to "rows".');
  });
});
