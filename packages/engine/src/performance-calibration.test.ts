import { describe, expect, it } from "vitest";

import { PerformanceCalibration, type CalibrationOptions } from "./performance-calibration.ts";

/** Classes noise, yes and no; averages of two slices, and half a second of silence after yes or no. */
const options: CalibrationOptions = {
  classCount: 3,
  sliceMs: 250,
  averageWindowDurationMs: 510,
  detectionThreshold: 0.8,
  suppressionMs: 500,
  suppressionFlags: 0b110,
};
const yes = [0, 1, 0];
const noise = [1, 0, 0];

function detections(change: Partial<CalibrationOptions>, slices: readonly (readonly number[])[]) {
  const calibration = new PerformanceCalibration({ ...options, ...change });
  return slices.map((scores) => calibration.push(scores));
}

describe("PerformanceCalibration", () => {
  it("averages the newest results, of which there are fewer at the start", () => {
    const calibration = new PerformanceCalibration(options);
    const averages = [yes, noise, noise].map((scores) => {
      calibration.push(scores);
      return [...calibration.scores];
    });

    expect(averages).toEqual([yes, [0.5, 0.5, 0], noise]);
  });

  it("detects a class when its average reaches the threshold", () => {
    expect(detections({ suppressionMs: 0 }, [noise, yes, yes, noise])).toEqual([undefined, undefined, 1, undefined]);
  });

  it("detects nothing for a while after a flagged class", () => {
    expect(detections({}, [yes, yes, yes, yes, yes])).toEqual([1, undefined, undefined, 1, undefined]);
  });

  it("never detects a class without a flag when others have one", () => {
    expect(detections({}, [noise, noise])).toEqual([undefined, undefined]);
  });

  it("detects every class, and suppresses nothing, without flags", () => {
    expect(detections({ suppressionFlags: 0 }, [noise, noise, yes, yes])).toEqual([0, 0, undefined, 1]);
  });

  it("averages over a single result when a slice is longer than the average", () => {
    expect(detections({ averageWindowDurationMs: 100, suppressionMs: 0 }, [noise, yes])).toEqual([undefined, 1]);
  });

  it.each([
    { change: { detectionThreshold: 1 / 3 }, message: "detectionThreshold is 0.333" },
    { change: { sliceMs: 0 }, message: "sliceMs is 0" },
    { change: { suppressionMs: -1 }, message: "suppressionMs is -1" },
    { change: { suppressionFlags: 0.5 }, message: "suppressionFlags is 0.5" },
    { change: { classCount: 0 }, message: "classCount is 0" },
  ])("refuses $change", ({ change, message }) => {
    expect(() => new PerformanceCalibration({ ...options, ...change })).toThrow(message);
  });
});
