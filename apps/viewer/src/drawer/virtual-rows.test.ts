import { describe, expect, it } from "vitest";

import { mostScrollTop, ROW_PX, rowsInSight, scrollTopFor } from "./virtual-rows.ts";

describe("rowsInSight", () => {
  it("draws a short table whole", () => {
    expect(rowsInSight({ count: 3, heightPx: 200 }, 0)).toEqual({ from: 0, to: 3, abovePx: 0, belowPx: 0 });
  });

  it("draws an empty table as nothing", () => {
    expect(rowsInSight({ count: 0, heightPx: 200 }, 50)).toEqual({ from: 0, to: 0, abovePx: 0, belowPx: 0 });
  });

  it("keeps rows and empty space together as high as all rows", () => {
    const { from, to, abovePx, belowPx } = rowsInSight({ count: 1000, heightPx: 240 }, 12_000);

    expect(abovePx).toBe(from * ROW_PX);
    expect(abovePx + (to - from) * ROW_PX + belowPx).toBe(1000 * ROW_PX);
  });

  it("reaches the first and the last of a million rows", () => {
    const window = { count: 1_000_000, heightPx: 170 };
    const most = mostScrollTop(window);

    expect(rowsInSight(window, 0).from).toBe(0);
    expect(rowsInSight(window, most).to).toBe(1_000_000);
    expect(most).toBeLessThan(16_000_000);
  });

  it("covers what is seen at every place of a million rows", () => {
    const window = { count: 1_000_000, heightPx: 170 };
    const most = mostScrollTop(window);
    for (let step = 0; step <= 1000; step++) {
      const scrollTop = (most * step) / 1000;
      const { from, to, abovePx, belowPx } = rowsInSight(window, scrollTop);

      expect(abovePx).toBeLessThanOrEqual(scrollTop);
      expect(abovePx + (to - from) * ROW_PX).toBeGreaterThanOrEqual(scrollTop + window.heightPx - 1e-3);
      expect(abovePx + (to - from) * ROW_PX + belowPx).toBeCloseTo(15_000_000, 3);
    }
  });

  it("shows the end when a shorter table has replaced the one that was scrolled", () => {
    const window = { count: 20, heightPx: 240 };

    expect(rowsInSight(window, 100_000)).toMatchObject({ to: 20, belowPx: 0 });
  });
});

describe("scrollTopFor", () => {
  it.each([1000, 1_000_000])("brings any of %i rows into sight", (count) => {
    const window = { count, heightPx: 170 };
    for (const row of [0, 1, 17, count / 2, count - 2, count - 1]) {
      const scrollTop = scrollTopFor(window, row, mostScrollTop(window) / 3) as number;
      const { from, to } = rowsInSight(window, scrollTop);

      expect(row).toBeGreaterThanOrEqual(from);
      expect(row).toBeLessThan(to);
      expect(scrollTopFor(window, row, scrollTop + 1e-6)).toSatisfy(
        (again: number | undefined) => again === undefined || Math.abs(again - scrollTop) < 1e-3,
      );
    }
  });

  it("leaves a row that is in sight where it is", () => {
    expect(scrollTopFor({ count: 1000, heightPx: 240 }, 12, 240)).toBeUndefined();
  });
});
