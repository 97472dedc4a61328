import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { explainAnomaly, scoreKMeans, type KMeansModel } from "./kmeans.ts";

/** Two of three features count; the second cluster is far away, and wide. */
const model: KMeansModel = {
  axes: [2, 0],
  mean: [10, 0],
  scale: [2, 1],
  clusters: [
    { center: [0, 0], maxError: 1 },
    { center: [50, 0], maxError: 4 },
  ],
};

describe("explainAnomaly", () => {
  it("shares the squared distance to the nearest cluster among the features that count", () => {
    const explanation = explainAnomaly(model, [4, 99, 16]);

    expect(explanation).toEqual({
      score: 4,
      cluster: 0,
      distance: 5,
      maxError: 1,
      axes: [
        { feature: 2, value: 16, center: 10, offset: 3, share: 9 / 25 },
        { feature: 0, value: 4, center: 0, offset: 4, share: 16 / 25 },
      ],
    });
  });

  it("takes the cluster whose rim is nearest, as the score does, and not the one whose center is", () => {
    const clusters = [
      { center: [0, 0], maxError: 1 },
      { center: [5, 0], maxError: 4 },
    ];

    expect(explainAnomaly({ ...model, clusters }, [0, 0, 14])).toMatchObject({ cluster: 1, distance: 3, score: -1 });
  });

  it("gives the score that the engine gives, and shares that make a whole", () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(number, number, number), (features) => {
        const { score, axes } = explainAnomaly(model, features) ?? { score: NaN, axes: [] };

        expect(score).toBeCloseTo(scoreKMeans(model, Float64Array.from(features)), 9);
        expect(axes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  it("has no shares for a window in the center, and nothing to say without clusters", () => {
    expect(explainAnomaly(model, [0, 0, 10])?.axes.map(({ share }) => share)).toEqual([0, 0]);
    expect(explainAnomaly({ ...model, clusters: [] }, [0, 0, 10])).toBeUndefined();
  });

  it("throws for a window with fewer features than the model knows", () => {
    expect(() => explainAnomaly(model, [1, 2])).toThrow(/wants feature 2, and the window has 2/);
  });
});
