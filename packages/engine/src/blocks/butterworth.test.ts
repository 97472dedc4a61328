import { describe, expect, it } from "vitest";

import { applyButterworth, designButterworth } from "./butterworth.ts";

describe("applyButterworth", () => {
  it.each([
    {
      type: "low" as const,
      order: 2,
      cutoffHz: 12.5,
      response: [0.09763107294, 0.2873096042, 0.3359654745, 0.220981419, 0.09635478832, 0.01718369264],
    },
    {
      type: "high" as const,
      order: 4,
      cutoffHz: 5,
      response: [0.6620158372, -0.542430257, -0.3093513719, -0.1392893087, -0.0223827754, 0.05096169011],
    },
    {
      type: "low" as const,
      order: 6,
      cutoffHz: 25,
      response: [0.02958822364, 0.1775293418, 0.4208127125, 0.4537006205, 0.1131800492, -0.1955855474],
    },
  ] as const)(
    "answers an impulse as SciPy's $type-pass of order $order does",
    ({ type, order, cutoffHz, response }) => {
      const signal = Float64Array.of(1, 0, 0, 0, 0, 0, 99);

      applyButterworth(designButterworth(type, order, cutoffHz, 100), signal, 6);

      response.forEach((value, i) => expect(signal[i]).toBeCloseTo(value, 9));
      expect(signal[6]).toBe(99);
    },
  );
});

describe("designButterworth", () => {
  it.each([
    { order: 3, cutoffHz: 4, message: "filterOrder is 3; it has to be 2, 4, 6 or 8" },
    { order: 10, cutoffHz: 4, message: "filterOrder is 10" },
    { order: 2, cutoffHz: 50, message: "filterCutoffHz is 50; it has to lie between 0 and 50 Hz" },
    { order: 2, cutoffHz: 0.003, message: "filterCutoffHz is 0.003; with filterOrder 2 it has to lie further from 0" },
    { order: 8, cutoffHz: 49.997, message: "filterCutoffHz is 49.997; with filterOrder 8 it has to lie further from" },
    { order: 2, cutoffHz: NaN, message: "filterCutoffHz is NaN" },
  ])("refuses order $order at $cutoffHz Hz", ({ order, cutoffHz, message }) => {
    expect(() => designButterworth("low", order, cutoffHz, 100)).toThrow(message);
  });

  it.each([2, 4, 6, 8])("takes order %s from a twenty-thousandth of the sampling rate on", (order) => {
    for (const cutoffHz of [0.005, 49.995]) {
      expect(designButterworth("high", order, cutoffHz, 100).sections).toHaveLength((order / 2) * 3);
    }
  });
});
