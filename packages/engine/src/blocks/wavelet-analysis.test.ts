import { describe, expect, it } from "vitest";

import { WaveletAnalysis, type WaveletAnalysisParameters } from "./wavelet-analysis.ts";

const parameters: WaveletAnalysisParameters = {
  type: "spectral-analysis",
  version: 4,
  analysisType: "Wavelet",
  scaleAxes: 1,
  filterType: "none",
  filterCutoffHz: 0,
  filterOrder: 0,
  waveletLevel: 1,
  wavelet: "haar",
};
const shape = { axisCount: 1, windowReadings: 64, frequencyHz: 64 };

function extract(readings: Float32Array): Record<string, number> {
  const block = new WaveletAnalysis(parameters, shape);
  const out = new Float64Array(block.featureCount);
  block.extract(readings, 0, out);
  return Object.fromEntries(block.featureNames.map((name, i) => [name, out[i] as number]));
}

describe("WaveletAnalysis", () => {
  it("puts what changes from one reading to the next into the details, and the rest into the approximation", () => {
    // Halves of the window at -3 and 3, and every other reading 1 above them.
    const features = extract(Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? -3 : 3) + (i % 2)));

    expect(features).toMatchObject({
      "L0-entropy": expect.closeTo(Math.LN2, 6) as number,
      "L0-zcross": 1 / 32,
      "L0-mcross": 1 / 32,
      "L0-n5": expect.closeTo(-3 * Math.SQRT2, 5) as number,
      "L0-n75": expect.closeTo(3 * Math.SQRT2, 5) as number,
      "L0-mean": expect.closeTo(0, 6) as number,
      "L0-std": expect.closeTo(3 * Math.SQRT2, 5) as number,
      "L0-var": expect.closeTo((18 * 32) / 31, 4) as number,
      "L0-kurtosis": expect.closeTo(-2, 5) as number,
      "L1-entropy": 0,
      "L1-zcross": 0,
      "L1-median": expect.closeTo(-Math.SQRT1_2, 5) as number,
      "L1-rms": expect.closeTo(Math.SQRT1_2, 5) as number,
    });
  });

  it("halves a signal as often as it has readings for", () => {
    const block = new WaveletAnalysis({ ...parameters, waveletLevel: 8 }, { ...shape, windowReadings: 32 * 2 ** 8 });

    expect(block.featureCount).toBe(9 * 14);
    expect(block.featureNames.at(-1)).toBe("L8-kurtosis");
  });

  it("answers finite numbers for silence", () => {
    const features = extract(new Float32Array(64));

    expect(features["L0-kurtosis"]).toBe(-3);
    expect(Object.values(features).every(Number.isFinite)).toBe(true);
  });

  it.each([
    { overrides: { version: 2 as 3 }, message: "version is 2; it has to be 3 or 4" },
    { overrides: { version: 3, inputDecimationRatio: 3 }, message: "inputDecimationRatio is 3; in version 3" },
    { overrides: { waveletLevel: 0 }, message: "waveletLevel is 0; it has to be a whole number from 1 to 16" },
    { overrides: { waveletLevel: 2 }, message: "waveletLevel is 2, which takes 128 readings" },
    { overrides: { wavelet: "morlet" }, message: "wavelet is morlet" },
  ] as const)("refuses $overrides", ({ overrides, message }) => {
    expect(() => new WaveletAnalysis({ ...parameters, ...overrides }, shape)).toThrow(message);
  });
});
