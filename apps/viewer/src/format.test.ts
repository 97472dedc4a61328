import { describe, expect, it } from "vitest";

import { formatAnomaly, formatAround, formatCount, formatScore, formatSeconds, formatShare } from "./format.ts";
import { layOut } from "./parts/timeline-layout.ts";

describe("the page's numbers", () => {
  it.each([
    [formatScore(1), "1.000"],
    [formatScore(0.0004), "0.000"],
    [formatAnomaly(-0.416), "\u22120.42"],
    [formatAnomaly(undefined), "–"],
    [formatCount(76), "76"],
    [formatCount(1234567), "1\u2009234\u2009567"],
    [formatAround(9.81, 5), "9.8 ±5.0"],
    [formatAround(-0.001, 0.24), "0.00 ±0.24"],
    [formatAround(-1.26, 0.24), "\u22121.26 ±0.24"],
    [formatAround(1200, 350), "1200 ±350"],
    [formatShare(1, 3), "33.3 %"],
    [formatShare(0, 0), "–"],
    [formatSeconds(1920), "1.92"],
  ])("are written as %s", (written, wanted) => {
    expect(written).toBe(wanted);
  });
});

describe("layOut", () => {
  it("stacks lanes without overlap, and leaves out what an impulse does not have", () => {
    const full = layOut(3, 4, true);
    const { signal, probability, expected, predicted, anomaly } = full.lanes;
    const order = [signal, probability, expected, predicted, anomaly!];
    order.slice(1).forEach((lane, i) => expect(lane.y).toBeGreaterThanOrEqual(order[i]!.y + order[i]!.heightPx));
    expect(full.heightPx).toBe(anomaly!.y + anomaly!.heightPx);

    expect(layOut(3, 4, false).lanes.anomaly).toBeUndefined();
    expect(layOut(1, 0, true).names.map(({ text }) => text)).not.toContain("Probability");
  });
});
