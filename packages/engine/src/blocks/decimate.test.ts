import { describe, expect, it } from "vitest";

import { Decimator, decimatorsFor } from "./decimate.ts";

describe("Decimator", () => {
  it.each([
    {
      ratio: 3,
      thinned: [
        ...[0.9942601, 0.9946399, 1.022985, 1.365164, 2.584262, 3.708641, 1.829658],
        ...[-1.292799, 1.078064, 2.541559, -0.5388773, 1.723422, 1.030398, 0.5000821],
      ],
    },
    { ratio: 10, thinned: [0.9942601, 0.9946799, 1.099242, 1.828106] },
  ] as const)("thins a sweep by $ratio as SciPy does", ({ ratio, thinned }) => {
    const sweep = Float64Array.from({ length: 40 }, (_, i) => 3 * Math.sin((i * i) / 40) + 1);
    const decimator = new Decimator(ratio);

    const count = decimator.apply(sweep, 40);

    expect(count).toBe(thinned.length);
    expect(decimator.countOf(40)).toBe(thinned.length);
    thinned.forEach((value, i) => expect(sweep[i]).toBeCloseTo(value, 4));
  });

  it("keeps a constant one from the first sample on, at the lower edge of the ripple", () => {
    const constant = new Float64Array(100).fill(9.81);

    const count = new Decimator(10).apply(constant, 100);

    for (let i = 0; i < count; i++) expect(constant[i]).toBeCloseTo(9.81 * 10 ** (-0.05 / 20), 3);
  });

  it("forgets the signal before", () => {
    const decimator = new Decimator(3);
    const first = Float64Array.of(1, 5, 2, 8, 3, 1, 9);
    const again = first.slice();

    decimator.apply(first, 7);
    decimator.apply(Float64Array.of(50, -50, 50), 3);
    decimator.apply(again, 7);

    expect([...again]).toEqual([...first]);
  });
});

describe("decimatorsFor", () => {
  it("takes a large ratio in steps of 3 and 10", () => {
    const steps = [1, 3, 10, 30, 100, 1000].map((ratio) => decimatorsFor(ratio).map((step) => step.ratio));

    expect(steps).toEqual([[], [3], [10], [3, 10], [10, 10], [10, 10, 10]]);
    expect(() => decimatorsFor(5)).toThrow("inputDecimationRatio is 5; it has to be one of 1, 3, 10, 30, 100, 1000.");
  });
});
