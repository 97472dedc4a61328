import { describe, expect, it } from "vitest";

import { fitRecordings } from "./fit-recordings.ts";
import { resampleRecording } from "./resample-recording.ts";

describe("resampleRecording", () => {
  it("makes a recording fit an impulse of another frequency, with its labels where they were", () => {
    const recording = {
      axes: ["x", "y"],
      intervalMs: 5,
      readings: Float32Array.from({ length: 2 * 2000 }, (_, i) => (i % 2 === 0 ? Math.sin(i / 100) : 3)),
      spans: [
        { startIndex: 0, endIndex: 999, label: "a" },
        { startIndex: 1000, endIndex: 1000, label: "blink" },
        { startIndex: 1001, endIndex: 1999, label: "b" },
      ],
    };

    const resampled = resampleRecording(recording, 62.5);

    expect(resampled.intervalMs).toBe(16);
    expect(resampled.readings).toHaveLength(2 * 625);
    expect(resampled.spans).toEqual([
      { startIndex: 0, endIndex: 312, label: "a" },
      { startIndex: 313, endIndex: 624, label: "b" },
    ]);
    expect(resampled.readings[2 * 300]).toBeCloseTo(Math.sin((2 * 300 * 3.2) / 100), 3);
    expect(fitRecordings({ axes: ["x", "y"], frequencyHz: 62.5 }, [resampled]).misfits).toEqual([]);
  });
});
