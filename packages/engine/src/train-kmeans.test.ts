import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { scoreKMeans } from "./kmeans.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { trainKMeans } from "./train-kmeans.ts";

const FEATURES = 3;
const training = { axes: [0, 2], clusterCount: 4, seed: 1 };

/** Windows around four places, of three features of which the middle one is far larger. */
function windows(count: number, seed: number): Float64Array {
  const random = createSeededRandom(seed);
  return Float64Array.from({ length: count * FEATURES }, (_, i) => {
    const place = Math.floor(i / FEATURES) % 4;
    return i % FEATURES === 1 ? 1e6 * random.normal() : 5 * (place >> ((i % FEATURES) / 2)) + random.normal();
  });
}

function scores(features: Float64Array, model = trainKMeans(features, FEATURES, training)): number[] {
  const count = features.length / FEATURES;
  return Array.from({ length: count }, (_, w) =>
    scoreKMeans(model, features.subarray(w * FEATURES, (w + 1) * FEATURES)),
  );
}

describe("trainKMeans", () => {
  it("puts the rim of a cluster at its farthest training window, as Studio does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (count, seed) => {
        const all = scores(windows(count, seed));

        expect(Math.max(...all)).toBeLessThanOrEqual(1e-12);
        expect(Math.max(...all)).toBeGreaterThan(-1e-12);
      }),
      { numRuns: 40 },
    );
  });

  it("gives the same scores whatever the unit of a feature", () => {
    const features = windows(200, 3);
    const [a, b] = [2 ** 10, 2 ** -20];
    const inOtherUnits = features.map((value, i) => value * [a, 1, b][i % FEATURES]!);

    expect(scores(inOtherUnits)).toEqual(scores(features));
  });

  it("finds the same clusters again for a seed", () => {
    const features = windows(200, 4);

    expect(trainKMeans(features, FEATURES, training)).toEqual(trainKMeans(features, FEATURES, training));
  });

  it("finds no more clusters than there are different windows", () => {
    const features = Float64Array.from({ length: 20 * FEATURES }, (_, i) => Math.floor(i / FEATURES) % 2);

    const { clusters } = trainKMeans(features, FEATURES, { ...training, clusterCount: 8 });

    expect(clusters).toHaveLength(2);
    expect(clusters.map(({ maxError }) => maxError)).toEqual([0, 0]);
  });

  it.each([
    { change: { axes: [] }, message: "axes is empty" },
    { change: { axes: [0, 3] }, message: "axes has 3; features are whole numbers from 0 to 2" },
    { change: { clusterCount: 0 }, message: "clusterCount is 0" },
  ])("refuses $change", ({ change, message }) => {
    expect(() => trainKMeans(windows(10, 1), FEATURES, { ...training, ...change })).toThrow(message);
  });

  it.each([NaN, -Infinity])("refuses a feature that is %s, with its place", (value) => {
    const features = windows(10, 1);
    features[3 * FEATURES + 2] = value;

    expect(() => trainKMeans(features, FEATURES, training)).toThrow(`Feature 2 of window 3 is ${value}`);
    expect(() => trainKMeans(features, FEATURES, { ...training, axes: [0] })).not.toThrow();
  });

  it("refuses no window, and a part of one", () => {
    expect(() => trainKMeans(new Float64Array(0), FEATURES, training)).toThrow("no window to learn");
    expect(() => trainKMeans(new Float64Array(4), FEATURES, training)).toThrow("4 numbers are no whole number");
  });
});
