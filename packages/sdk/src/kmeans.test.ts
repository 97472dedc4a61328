import { describe, expect, it } from "vitest";

import { scoreKMeans } from "./kmeans.ts";

const metadata = {
  axes: [0, 2],
  mean: [1, 10],
  scale: [2, 5],
  clusters: [
    { center: [0, 0], maxError: 0.5 },
    { center: [3, 4], maxError: 1 },
  ],
};

describe("scoreKMeans", () => {
  it.each([
    { features: [1, 99, 10], score: -0.5, what: "in the middle of a cluster" },
    { features: [7, 99, 30], score: -1, what: "in the middle of the other" },
    { features: [2, 99, 10], score: 0, what: "on the rim" },
    { features: [1, 99, 20], score: 1.5, what: "outside" },
  ])("is $score $what", ({ features, score }) => {
    expect(scoreKMeans(metadata, features)).toBeCloseTo(score, 12);
  });

  it("finds everything strange without clusters", () => {
    expect(scoreKMeans({ ...metadata, clusters: [] }, [0, 0, 0])).toBe(1000);
  });

  it("refuses what does not fit together", () => {
    expect(() => scoreKMeans(metadata, [1, 2])).toThrow("Feature 2 is asked for; there are 2.");
    expect(() => scoreKMeans({ ...metadata, mean: [1] }, [1, 2, 3])).toThrow("2 axes, but 1 means");
    expect(() => scoreKMeans({ ...metadata, clusters: [{ center: [1], maxError: 0 }] }, [1, 2, 3])).toThrow(
      "A cluster has 1 coordinates for 2 axes.",
    );
  });
});
