import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  centreOn,
  follow,
  FOLLOW_DELAY_MS,
  hold,
  panBy,
  scaleOf,
  showAll,
  showSpan,
  zoomAt,
  type ViewState,
} from "./view-state.ts";

const extent = { startMs: 0, endMs: 100_000 };
const free: ViewState = { startMs: 20_000, endMs: 30_000, mode: "free" };

describe("follow", () => {
  it("keeps the right edge at the clock less a delay, and the span", () => {
    expect(follow(free, 50_000)).toEqual({
      startMs: 40_000 - FOLLOW_DELAY_MS,
      endMs: 50_000 - FOLLOW_DELAY_MS,
      mode: "follow",
    });
  });
});

describe("zoomAt", () => {
  it("keeps the time under the pointer in its place", () => {
    expect(zoomAt(free, 22_000, 0.5, extent, 10)).toEqual({ startMs: 21_000, endMs: 26_000, mode: "free" });
    expect(zoomAt(free, 22_000, 2, extent, 10)).toEqual({ startMs: 18_000, endMs: 38_000, mode: "free" });
  });

  it("ends at the shortest span, and at the whole extent", () => {
    const close = zoomAt(free, 25_000, 1e-9, extent, 10);
    expect(close.endMs - close.startMs).toBeCloseTo(10, 6);
    expect(zoomAt(free, 25_000, 1e9, extent, 10)).toEqual(showAll(extent));
    expect(zoomAt(close, 25_000, 0.5, extent, 10)).toEqual(close);
  });

  it("does not jump where the span is longer than what is there yet", () => {
    const young: ViewState = { startMs: -8_150, endMs: 1_850, mode: "follow" };

    const zoomed = zoomAt(young, 1_850, 1.1, { startMs: 0, endMs: 2_000 }, 10);

    expect(zoomed.endMs - zoomed.startMs).toBe(10_000);
  });
});

describe("panBy", () => {
  it("moves by the time given and stops a little beyond the ends", () => {
    expect(panBy(free, 5_000, extent)).toEqual({ startMs: 25_000, endMs: 35_000, mode: "free" });
    expect(panBy(free, 1e9, extent)).toEqual({ startMs: 90_200, endMs: 100_200, mode: "free" });
    expect(panBy(free, -1e9, extent)).toEqual({ startMs: -200, endMs: 9_800, mode: "free" });
  });
});

describe("showSpan", () => {
  it("keeps the right edge and goes on following in follow", () => {
    expect(showSpan({ ...free, mode: "follow" }, 60_000, extent)).toEqual({
      startMs: -30_000,
      endMs: 30_000,
      mode: "follow",
    });
  });

  it("keeps the middle otherwise, within the extent", () => {
    expect(showSpan(free, 4_000, extent)).toEqual({ startMs: 23_000, endMs: 27_000, mode: "free" });
    expect(showSpan(free, 1e9, extent)).toEqual(showAll(extent));
  });
});

describe("showAll", () => {
  it("has a length even where the extent has none", () => {
    const { startMs, endMs } = showAll({ startMs: 5, endMs: 5 });

    expect(endMs - startMs).toBeGreaterThan(0);
  });
});

describe("centreOn", () => {
  it("brings a time to the middle, as far as the ends allow", () => {
    expect(centreOn(free, 50_000, extent)).toEqual({ startMs: 45_000, endMs: 55_000, mode: "free" });
    expect(centreOn(free, 0, extent).startMs).toBe(-200);
  });
});

describe("a view", () => {
  const anyView = fc
    .record({
      startMs: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      spanMs: fc.double({ min: 1, max: 1e6, noNaN: true }),
    })
    .map(({ startMs, spanMs }): ViewState => ({ startMs, endMs: startMs + spanMs, mode: "follow" }));

  it("leaves follow by any pan or zoom, but not a hold", () => {
    fc.assert(
      fc.property(anyView, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (view, ms) => {
        for (const move of [
          (from: ViewState) => panBy(from, ms, extent),
          (from: ViewState) => zoomAt(from, ms, 0.9, extent, 5),
          (from: ViewState) => centreOn(from, ms, extent),
        ]) {
          expect(move(view).mode).toBe("free");
          expect(move(hold(view)).mode).toBe("hold");
        }
      }),
      { seed: 1 },
    );
  });

  it("always shows a positive span that meets the extent", () => {
    fc.assert(
      fc.property(
        anyView,
        fc.double({ min: -1e7, max: 1e7, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (view, ms, factor) => {
          for (const { startMs, endMs } of [panBy(view, ms, extent), zoomAt(view, ms, factor, extent, 5)]) {
            expect(endMs).toBeGreaterThan(startMs);
            expect(startMs).toBeLessThan(extent.endMs);
            expect(endMs).toBeGreaterThan(extent.startMs);
          }
        },
      ),
      { seed: 2 },
    );
  });
});

describe("scaleOf", () => {
  it("begins columns at multiples of their length, less than a pixel from the view", () => {
    const scale = scaleOf({ startMs: 1_234.567, endMs: 11_234.567 }, 400);

    expect(scale).toEqual({ startMs: 1_225, endMs: 11_225, widthPx: 400 });
  });
});
