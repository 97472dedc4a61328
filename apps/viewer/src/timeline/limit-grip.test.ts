import { anomalyY } from "@windowscope/plot";
import { describe, expect, it } from "vitest";

import { limitAt, limitY } from "./limit-grip.ts";

const lane = { lane: "anomaly", y: 100, heightPx: 60 } as const;
const range = { low: -0.555, high: 0.645 };

describe("limitAt", () => {
  it("is the limit whose line is at that height, with two decimals", () => {
    for (const limit of [-0.5, 0, 0.3, 0.64]) expect(limitAt(lane, range, limitY(lane, range, limit))).toBe(limit);
  });

  it("stays within what the lane shows", () => {
    expect(limitAt(lane, range, 0)).toBe(0.64);
    expect(limitAt(lane, range, 1_000)).toBe(-0.55);
  });
});

describe("limitY", () => {
  it("is where the plot draws the limit", () => {
    const box = { x: 0, y: 100, widthPx: 10, heightPx: 60 };

    for (const limit of [-0.5, 0, 0.3]) expect(limitY(lane, range, limit)).toBeCloseTo(anomalyY(box, range, limit), 9);
  });

  it("is at the edge of the lane for a limit beyond it", () => {
    expect(limitY(lane, range, 5)).toBe(100);
    expect(limitY(lane, range, -5)).toBe(160);
  });
});
