import { describe, expect, it } from "vitest";

import { SpectralAnalysis, type SpectralAnalysisParameters } from "./spectral-analysis.ts";

const parameters: SpectralAnalysisParameters = {
  type: "spectral-analysis",
  version: 2,
  scaleAxes: 1,
  filterType: "none",
  filterCutoffHz: 0,
  filterOrder: 0,
  fftLength: 16,
  doLog: false,
  doFftOverlap: false,
};

/** One axis, 64 readings at 32 Hz: bin `b` of a 16-point transform is at `2 b` Hz. */
const input = { axisCount: 1, windowReadings: 64, frequencyHz: 32 };

function extract(overrides: Partial<SpectralAnalysisParameters>, signal: (seconds: number) => number): number[] {
  const block = new SpectralAnalysis({ ...parameters, ...overrides }, input);
  const features = new Float64Array(block.featureCount);
  block.extract(
    Float32Array.from({ length: 64 }, (_, i) => signal(i / 32)),
    0,
    features,
  );
  return [...features];
}

const sine = (hertz: number) => (seconds: number) => Math.sin(2 * Math.PI * hertz * seconds);

describe("SpectralAnalysis", () => {
  it("finds a sine's power in its own bin: (F/2)^2 / F, which is 4 for 16 points", () => {
    const [rms, skewness, kurtosis, ...bins] = extract({}, sine(6));

    expect(rms).toBeCloseTo(Math.SQRT1_2, 6);
    expect(skewness).toBeCloseTo(0, 6);
    expect(kurtosis).toBeCloseTo(-1.5, 5);
    expect(bins).toHaveLength(8);
    bins.forEach((power, i) => expect(power).toBeCloseTo(i + 1 === 3 ? 4 : 0, 5));
  });

  it("keeps only the bins of the pass band, also when no filter runs", () => {
    const low = { filterType: "low", filterCutoffHz: 6, filterOrder: 0 } as const;
    const high = { filterType: "high", filterCutoffHz: 6, filterOrder: 0 } as const;

    expect(extract(low, sine(6))).toHaveLength(3 + 3);
    expect(extract(high, sine(6))).toHaveLength(3 + 6);
  });

  it("takes away what a low-pass filter stops", () => {
    const overrides = { filterType: "low", filterCutoffHz: 4, filterOrder: 6 } as const;

    const [passed] = extract(overrides, sine(1));
    const [stopped] = extract(overrides, sine(12));

    expect(passed).toBeGreaterThan(0.6);
    expect(stopped).toBeLessThan(0.1);
  });

  it("answers finite numbers for silence", () => {
    expect(extract({ doLog: true }, () => 0)).toEqual([0, 0, -3, -10, -10, -10, -10, -10, -10, -10, -10]);
  });

  it.each([
    { overrides: { fftLength: 12 }, message: "fftLength is 12" },
    { overrides: { filterType: "low", filterCutoffHz: 4, filterOrder: 3 }, message: "filterOrder is 3" },
    { overrides: { filterType: "low", filterCutoffHz: 16, filterOrder: 2 }, message: "between 0 and 16 Hz" },
    { overrides: { filterType: "low", filterCutoffHz: 0.5, filterOrder: 0 }, message: "leaves no bin" },
  ] as const)("refuses $overrides", ({ overrides, message }) => {
    expect(() => new SpectralAnalysis({ ...parameters, ...overrides }, input)).toThrow(message);
  });
});
