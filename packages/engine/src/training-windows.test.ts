import { describe, expect, it } from "vitest";

import { extractTrainingWindows, selectWindows, type ImpulseDesign } from "./training-windows.ts";

/** Windows of 10 readings, 5 apart. */
const design: ImpulseDesign = {
  name: "windows",
  input: { axes: ["x"], frequencyHz: 10, windowSizeMs: 1000, windowIncreaseMs: 500, padZeros: true },
  blocks: [
    {
      parameters: {
        type: "spectral-analysis",
        version: 2,
        scaleAxes: 1,
        filterType: "none",
        filterCutoffHz: 0,
        filterOrder: 0,
        fftLength: 4,
        doLog: true,
        doFftOverlap: true,
      },
    },
  ],
  minimumConfidence: 0.6,
  anomalyThreshold: 0.3,
};

const readings = Float32Array.from({ length: 30 }, (_, i) => i % 7);

describe("extractTrainingWindows", () => {
  it("labels a window as its last reading, and knows those that have only just crossed an edge", () => {
    const spans = [
      { startIndex: 0, endIndex: 10, label: "before" },
      { startIndex: 11, endIndex: 29, label: "after" },
    ];

    const { labels, classes, starts, isClear } = extractTrainingWindows(design, [{ spans, readings }]);

    expect([...starts]).toEqual([0, 5, 10, 15, 20]);
    expect([...classes].map((c) => labels[c])).toEqual(["before", "after", "after", "after", "after"]);
    expect([...isClear]).toEqual([1, 0, 1, 1, 1]);
  });

  it("refuses more windows than training can hold", () => {
    const fine = { ...design, input: { ...design.input, windowIncreaseMs: 100 } };
    const long = { spans: [{ startIndex: 0, endIndex: 9_999_999, label: "long" }], readings: new Float32Array(1e7) };

    expect(() => extractTrainingWindows(fine, [long, long])).toThrow(
      /^19999982 windows of 5 features are more than 50000000/,
    );
  });

  it("leaves out windows that end under no label, and recordings shorter than a window", () => {
    const { recordings, starts, labels } = extractTrainingWindows(design, [
      { spans: [{ startIndex: 0, endIndex: 8, label: "short" }], readings: readings.subarray(0, 9) },
      { spans: [{ startIndex: 16, endIndex: 24, label: "part" }], readings },
    ]);

    expect(labels).toEqual(["part"]);
    expect([...recordings]).toEqual([1, 1]);
    expect([...starts]).toEqual([10, 15]);
  });

  it("makes finite features of a flat window", () => {
    const flat = { spans: [{ startIndex: 0, endIndex: 29, label: "flat" }], readings: new Float32Array(30) };

    expect(extractTrainingWindows(design, [flat]).features.every((feature) => Number.isFinite(feature))).toBe(true);
  });
});

describe("selectWindows", () => {
  it("takes the feature vectors and classes of the windows asked for", () => {
    const windows = extractTrainingWindows(design, [
      { spans: [{ startIndex: 0, endIndex: 29, label: "one" }], readings },
      { spans: [{ startIndex: 0, endIndex: 29, label: "two" }], readings: readings.map((value) => 3 * value) },
    ]);
    const { features, featureCount } = windows;

    const selected = selectWindows(windows, [7, 2]);

    expect([...selected.classes]).toEqual([1, 0]);
    expect([...selected.features]).toEqual([
      ...features.subarray(7 * featureCount, 8 * featureCount),
      ...features.subarray(2 * featureCount, 3 * featureCount),
    ]);
  });
});
