import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { GmmScorer, type GmmModel } from "./gmm.ts";

/** Features 2 and 0 of three, two components that lean in different directions. */
const model: GmmModel = {
  axes: [2, 0],
  mean: [10, -1],
  scale: [2, 0.5],
  means: [
    [0, 0],
    [3, -2],
  ],
  covariances: [
    [
      [1, 0.5],
      [0.5, 2],
    ],
    [
      [0.3, -0.1],
      [-0.1, 0.2],
    ],
  ],
  weights: [0.7, 0.3],
};

/** The density written out for two features: determinant and inverse by hand. */
function plainScore(features: readonly number[]): number {
  const x = ((features[2] as number) - 10) / 2;
  const y = ((features[0] as number) + 1) / 0.5;
  const density = (px: number, py: number, a: number, b: number, c: number) => {
    const determinant = a * c - b * b;
    const [dx, dy] = [x - px, y - py];
    const distance = (c * dx * dx - 2 * b * dx * dy + a * dy * dy) / determinant;
    return Math.exp(-distance / 2) / (2 * Math.PI * Math.sqrt(determinant));
  };
  return -Math.log(0.7 * density(0, 0, 1, 0.5, 2) + 0.3 * density(3, -2, 0.3, -0.1, 0.2));
}

describe("GmmScorer", () => {
  it("gives the negative logarithm of the mixture's density", () => {
    const scorer = new GmmScorer(model);
    const value = fc.double({ min: -4, max: 4, noNaN: true });

    fc.assert(
      fc.property(value, value, (x, y) => {
        const features = [y * 0.5 - 1, 99, x * 2 + 10];

        expect(scorer.score(features)).toBeCloseTo(plainScore(features), 9);
      }),
    );
  });

  it("is half the squared distance, and no more than a number, for a window far away", () => {
    const scorer = new GmmScorer({
      ...model,
      axes: [0],
      mean: [0],
      scale: [1],
      means: [[0]],
      covariances: [[[1]]],
      weights: [1],
    });

    expect(scorer.score([0])).toBeCloseTo(Math.log(2 * Math.PI) / 2, 12);
    expect(scorer.score([1000]) - scorer.score([0])).toBeCloseTo(500_000, 6);
  });

  it("does without a component that has no weight", () => {
    const weightless = new GmmScorer({ ...model, weights: [1, 0] });
    const single = new GmmScorer({
      ...model,
      means: [[0, 0]],
      covariances: model.covariances.slice(0, 1),
      weights: [1],
    });

    expect(weightless.score([1, 2, 3])).toBe(single.score([1, 2, 3]));
  });

  it.each<[string, Partial<GmmModel>, string]>([
    ["no axes", { axes: [] }, "axes is empty"],
    ["no components", { means: [], covariances: [], weights: [] }, "means is empty"],
    ["a mean of another length", { mean: [1] }, "mean has to be 2 numbers."],
    ["a scale of 0", { scale: [1, 0] }, "scale has to be 2 numbers above 0."],
    [
      "a middle that is no number",
      {
        means: [
          [0, NaN],
          [0, 0],
        ],
      },
      "means[0] has to be 2 numbers.",
    ],
    [
      "too few covariances",
      { covariances: model.covariances.slice(1) },
      "covariances has 1 components, and means has 2.",
    ],
    ["a covariance of another size", { covariances: [[[1]], [[1]]] }, "covariances[0] has 1 rows, not 2."],
    [
      "a covariance that is none",
      {
        covariances: [
          [
            [1, 2],
            [2, 1],
          ],
          [
            [1, 0],
            [0, 1],
          ],
        ],
      },
      "covariances[0] is not positive definite.",
    ],
    ["weights without any weight", { weights: [0, 0] }, "weights are all 0"],
    ["weights beyond 1", { weights: [0.5, 1.5] }, "weights has to be 2 numbers from 0 to 1."],
  ])("refuses %s", (_, part, message) => {
    expect(() => new GmmScorer({ ...model, ...part })).toThrow(message);
  });
});
