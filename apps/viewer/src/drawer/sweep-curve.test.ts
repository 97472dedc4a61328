import { expect, it } from "vitest";

import { sweepPath, sweepPoints } from "./sweep-curve.ts";

const tally = { windows: 10, comparable: 8, matching: 6, uncertain: 1, anomalies: 0 };

it("makes shares of counts, matches of what can be compared and uncertain of all", () => {
  const sweep = [
    { minimumConfidence: 0, matching: 8, uncertain: 0, comparable: 8 },
    { minimumConfidence: 1, matching: 2, uncertain: 5, comparable: 8 },
  ];
  const points = sweepPoints({ sweep, tally });

  expect(points).toEqual([
    { minimumConfidence: 0, matching: 1, uncertain: 0 },
    { minimumConfidence: 1, matching: 0.25, uncertain: 0.5 },
  ]);
  expect(sweepPath(points, "matching", 200, 100)).toBe("M0.0 0.0L200.0 75.0");
  expect(sweepPath(points, "uncertain", 200, 100)).toBe("M0.0 100.0L200.0 50.0");
});

it("makes nothing of windows without a known label", () => {
  const sweep = [{ minimumConfidence: 0.5, matching: 0, uncertain: 0, comparable: 0 }];

  expect(sweepPoints({ sweep, tally: { ...tally, windows: 0 } })[0]).toMatchObject({ matching: 0, uncertain: 0 });
});
