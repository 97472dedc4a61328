import { describe, expect, it } from "vitest";

import { WindowTimes } from "./window-times.ts";

/** Windows of 2 s, so many ms apart. */
function windows(count: number, stepMs = 80): WindowTimes {
  const times = new WindowTimes();
  const startMs = Array.from({ length: count }, (_, i) => i * stepMs);
  times.append(
    startMs,
    startMs.map((start) => start + 2_000),
  );
  return times;
}

describe("WindowTimes.cellOf", () => {
  it("draws a window in the step that it has seen and the one before has not", () => {
    expect(windows(3).cellOf(0)).toEqual({ fromMs: 1_920, toMs: 2_000 });
    expect(windows(3).cellOf(2)).toEqual({ fromMs: 2_080, toMs: 2_160 });
  });

  it("draws an only window over its whole length", () => {
    expect(windows(1).cellOf(0)).toEqual({ fromMs: 0, toMs: 2_000 });
  });

  it("never begins before its window, when windows leave gaps", () => {
    const apart = windows(2, 5_000);

    expect(apart.cellOf(1)).toEqual({ fromMs: 5_000, toMs: 7_000 });
    expect([apart.isApart(0), apart.isApart(1), windows(2).isApart(1)]).toEqual([false, true, false]);
  });
});

describe("WindowTimes.windowAt", () => {
  it("finds the window whose cell covers a time, and the nearest beyond the ends", () => {
    const times = windows(50);
    for (let i = 0; i < 50; i++) {
      expect(times.windowAt(times.cellOf(i).fromMs)).toBe(i);
      expect(times.windowAt(times.cellOf(i).toMs - 1)).toBe(i);
    }
    expect(times.windowAt(-1e9)).toBe(0);
    expect(times.windowAt(1e9)).toBe(49);
    expect(windows(0).windowAt(5)).toBe(-1);
  });

  it("finds the first window that ends after a time, and the length beyond the last", () => {
    expect(windows(50).firstEndingAfter(2_000)).toBe(1);
    expect(windows(50).firstEndingAfter(1e9)).toBe(50);
  });
});

describe("WindowTimes.append", () => {
  it("takes windows in the order of their ends, or nothing", () => {
    const times = windows(2);

    expect(() => times.append([0], [2_000])).toThrow(RangeError);
    expect(() => times.append([2_200, 2_300], [2_300, 2_299])).toThrow(RangeError);
    expect(() => times.append([NaN], [9_000])).toThrow(RangeError);
    expect(() => times.append([1], [])).toThrow(RangeError);
    expect(times.length).toBe(2);

    times.append([160], [2_160]);
    expect([times.startMs(2), times.endMs(2)]).toEqual([160, 2_160]);
  });
});
