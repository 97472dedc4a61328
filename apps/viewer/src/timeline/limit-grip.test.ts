import { anomalyY } from "@windowscope/plot";
import { describe, expect, it } from "vitest";

import type { Thresholds } from "../scope/scope-port.ts";
import { LimitDrag, limitAt, limitY, tryLimit } from "./limit-grip.ts";

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

/** What a page is judged by. */
function judgedBy(ofRun: Thresholds, whatIf?: Thresholds) {
  const page = {
    whatIf,
    get thresholds(): Thresholds {
      return { ...ofRun, ...page.whatIf };
    },
    setWhatIf: (thresholds: Thresholds | undefined) => void (page.whatIf = thresholds),
  };
  return page;
}

describe("LimitDrag", () => {
  const from = { y: 400, limit: 0.3333, scale: range };
  const ofRun = { minimumConfidence: 0.6, anomaly: 0.3333 };

  it("tries out what it is dragged to, by as much as the pointer has moved", () => {
    const page = judgedBy(ofRun);
    new LimitDrag(page, from).moveTo(400 + 5, lane);

    expect(page.whatIf).toEqual({ minimumConfidence: 0.6, anomaly: 0.23 });
  });

  it("changes nothing while the pointer stands still", () => {
    const page = judgedBy(ofRun);
    new LimitDrag(page, from).moveTo(400, lane);

    expect(page.whatIf).toBeUndefined();
  });

  it.each([{ tried: undefined }, { tried: { ...ofRun, anomaly: 0.3333, minimumConfidence: 0.7 } }])(
    "gives back what was before when it is cancelled, or comes back to where it began: %o",
    ({ tried }) => {
      const page = judgedBy(ofRun, tried);
      const cancelled = new LimitDrag(page, from);
      cancelled.moveTo(405, lane);
      cancelled.cancel();
      expect(page.whatIf).toBe(tried);

      const drag = new LimitDrag(page, from);
      drag.moveTo(405, lane);
      drag.moveTo(400, lane);
      expect(page.whatIf).toBe(tried);
    },
  );
});

describe("tryLimit", () => {
  it("rounds to two decimals and leaves the other limits as they are", () => {
    const page = judgedBy({ minimumConfidence: 0.6, anomaly: 0.3 });
    tryLimit(page, 0.30999);

    expect(page.whatIf).toEqual({ minimumConfidence: 0.6, anomaly: 0.31 });
  });
});
