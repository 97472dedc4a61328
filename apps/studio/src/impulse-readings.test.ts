import { describe, expect, it } from "vitest";

import { UNSIGNED } from "./formats/recording.ts";
import { readAs, resampleFor, timingFor } from "./impulse-readings.ts";

const input = { axes: ["x"], frequencyHz: 100, windowSizeMs: 1000, windowIncreaseMs: 100, padZeros: false };

describe("timingFor", () => {
  it.each([
    { what: "at the impulse's frequency", intervalMs: 10 },
    { what: "of a board whose clock is a little slow", intervalMs: 10.04 },
  ])("leaves a sample $what as it is", ({ intervalMs }) => {
    expect(timingFor(input, { readingCount: 500, intervalMs })).toEqual({ readingCount: 500, intervalMs });
  });

  it("leaves a single reading, which has no frequency", () => {
    expect(timingFor(input, { readingCount: 1, intervalMs: 1 })).toEqual({ readingCount: 1, intervalMs: 1 });
  });

  it("resamples at a frequency a little off where a window would have another number of readings", () => {
    const long = { ...input, windowSizeMs: 20_000 };

    expect(timingFor(long, { readingCount: 5000, intervalMs: 10.04 })).toEqual({ readingCount: 5020, intervalMs: 10 });
  });

  it.each([
    { intervalMs: 2000, wanted: { readingCount: 2000, intervalMs: 10 } },
    { intervalMs: 0.05, wanted: { readingCount: 1, intervalMs: 10 } },
  ])("resamples up to 200 times as many readings, or as few: one every $intervalMs ms", ({ intervalMs, wanted }) => {
    expect(timingFor(input, { readingCount: 10, intervalMs })).toEqual(wanted);
  });

  it("refuses what cannot be meant, and says what to do", () => {
    expect(() => timingFor({ ...input, frequencyHz: 16_000 }, { readingCount: 10, intervalMs: 1000 })).toThrow(
      "It was made at 1 Hz and the impulse reads 16000 Hz, 16000 times as many readings; up to 200 times are " +
        "resampled. Record it at 16000 Hz, or use an impulse for 1 Hz.",
    );
  });
});

describe("readAs", () => {
  const recording = { axes: ["y", "x"], intervalMs: 20, spans: [{ startIndex: 0, endIndex: 99, label: "a" }] };

  it("picks the impulse's axes and moves the labels with the readings", () => {
    const readings = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 1 : 5));

    const read = readAs(input, { ...recording, readings });

    expect(read.readings).toHaveLength(200);
    expect(read.readings[100]).toBeCloseTo(5, 2);
    expect(read.spans).toEqual([{ startIndex: 0, endIndex: 199, label: "a" }]);
  });

  it("names a reading that is no number by its place in the recording", () => {
    const readings = new Float32Array(200);
    readings[2 * 70 + 1] = NaN;

    expect(() => readAs(input, { ...recording, readings })).toThrow("Its reading 70 holds NaN");
  });

  it("refuses a recording that would have too many readings", () => {
    // 400,000 readings of one axis every 2 s, at 100 Hz.
    const readings = new Float32Array(400_000);

    expect(() => readAs(input, { ...recording, axes: ["x"], intervalMs: 2000, readings })).toThrow(
      "At 100 Hz it has 80000000 readings on 1 axes, more than 60000000 numbers. Crop the sample.",
    );
  });
});

describe("resampleFor", () => {
  const recording = {
    deviceName: undefined,
    deviceType: "TEST",
    sensors: [
      { name: "x", units: "g" },
      { name: "y", units: "g" },
    ],
    signature: UNSIGNED,
  };

  it("resamples all axes, also those that the impulse does not read", () => {
    const values = Float64Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : 2));

    const resampled = resampleFor(input, { ...recording, intervalMs: 5, values });

    expect(resampled).toMatchObject({ intervalMs: 10, sensors: [{ name: "x" }, { name: "y" }] });
    expect(resampled.values).toHaveLength(200);
    expect(resampled.values[100]).toBeCloseTo(1, 2);
    expect(resampled.values[101]).toBeCloseTo(2, 2);
  });

  it("hands back a recording at the impulse's frequency untouched", () => {
    const whole = { ...recording, intervalMs: 10, values: new Float64Array(20) };

    expect(resampleFor(input, whole)).toBe(whole);
  });
});
