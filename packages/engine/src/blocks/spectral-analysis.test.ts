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

  it("names its features as Studio does", () => {
    const names = (overrides: Partial<SpectralAnalysisParameters>) =>
      new SpectralAnalysis({ ...parameters, fftLength: 4, ...overrides }, { ...input, frequencyHz: 31.25 })
        .featureNames;

    const spectrum = ["Spectral Power 3.91 - 11.72 Hz", "Spectral Power 11.72 - 19.53 Hz"];
    const low = ["Spectral Power 0.39 - 1.17 Hz LF", "Spectral Power 1.17 - 1.95 Hz LF"];
    const shapes = ["RMS", "Skewness", "Kurtosis", "Spectral Skewness", "Spectral Kurtosis"];
    expect(names({ version: 3 })).toEqual([...shapes.slice(0, 3), ...spectrum]);
    expect(names({ version: 4, extraLowFreq: true })).toEqual([
      ...shapes,
      ...spectrum,
      ...shapes.map((name) => `${name} LF`),
      ...low,
    ]);
  });

  it("prints frequencies as Python does: whole ones with a decimal, halves to the even hundredth", () => {
    const block = new SpectralAnalysis(parameters, { ...input, frequencyHz: 4 });

    expect(block.featureNames.slice(3, 5)).toEqual(["Spectral Power 0.12 - 0.38 Hz", "Spectral Power 0.38 - 0.62 Hz"]);
    expect(new SpectralAnalysis(parameters, input).featureNames[3]).toBe("Spectral Power 1.0 - 3.0 Hz");
  });

  it("finds a slow sine in the extra low frequencies that the spectrum takes for its lowest bin", () => {
    const slow = { version: 4, extraLowFreq: true, fftLength: 8 } as const;
    const block = new SpectralAnalysis({ ...parameters, ...slow }, { ...input, windowReadings: 320 });
    const out = new Float64Array(block.featureCount);

    block.extract(
      Float32Array.from({ length: 320 }, (_, i) => Math.sin((2 * Math.PI * 0.8 * i) / 32)),
      0,
      out,
    );

    const lowPowers = [...out].slice(9 + 5);
    expect(lowPowers.indexOf(Math.max(...lowPowers))).toBe(1);
    expect(block.featureNames[9 + 5 + 1]).toBe("Spectral Power 0.6 - 1.0 Hz LF");
  });

  it.each([
    { overrides: { version: 5 as 4 }, message: "version is 5; it has to be 2, 3 or 4" },
    { overrides: { scaleAxes: Infinity }, message: "scaleAxes is Infinity" },
    { overrides: { filterType: "band" as "low" }, message: "filterType is band; it has to be none, low or high" },
    { overrides: { inputDecimationRatio: 3 }, message: "inputDecimationRatio is 3; in version 2 it has to be 1" },
    { overrides: { extraLowFreq: true }, message: "extraLowFreq is true; in version 2 it has to be false" },
    { overrides: { version: 4, inputDecimationRatio: 5 }, message: "inputDecimationRatio is 5; it has to be one of" },
    { overrides: { version: 4, extraLowFreq: true }, message: "fftLength 16 that takes about 71 readings" },
    {
      overrides: { version: 4, inputDecimationRatio: 3, filterType: "low", filterCutoffHz: 4.9, filterOrder: 2 },
      message: "filterCutoffHz is 4.9; with inputDecimationRatio 3 it has to be at most 4.8",
    },
    { overrides: { fftLength: 12 }, message: "fftLength is 12" },
    { overrides: { filterType: "low", filterCutoffHz: 4, filterOrder: 3 }, message: "filterOrder is 3" },
    { overrides: { filterType: "low", filterCutoffHz: 16, filterOrder: 2 }, message: "between 0 and 16 Hz" },
    { overrides: { filterType: "low", filterCutoffHz: 0.5, filterOrder: 0 }, message: "leaves no bin" },
  ] as const)("refuses $overrides", ({ overrides, message }) => {
    expect(() => new SpectralAnalysis({ ...parameters, ...overrides }, input)).toThrow(message);
  });
});
