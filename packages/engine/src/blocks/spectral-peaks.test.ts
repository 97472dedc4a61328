import { describe, expect, it } from "vitest";

import { SpectralPeaks, type SpectralPeaksParameters } from "./spectral-peaks.ts";

const parameters: SpectralPeaksParameters = {
  type: "spectral-analysis",
  version: 1,
  scaleAxes: 1,
  filterType: "none",
  filterCutoffHz: 0,
  filterOrder: 0,
  fftLength: 64,
  spectralPeaksCount: 3,
  spectralPeaksThreshold: 0.5,
  spectralPowerEdges: [0.1, 10, 16, 32],
};
const shape = { axisCount: 1, windowReadings: 64, frequencyHz: 64 };

/** Sines at 12 and 20 Hz, which are bins 12 and 20, and a weak one at 5 Hz. */
const chord = Float32Array.from({ length: 64 }, (_, i) => {
  const turn = (2 * Math.PI * i) / 64;
  return Math.sin(12 * turn) + 3 * Math.sin(20 * turn) + 0.2 * Math.sin(5 * turn);
});

describe("SpectralPeaks", () => {
  it("finds the highest peaks, and the power between edges", () => {
    const block = new SpectralPeaks(parameters, shape);
    const out = new Float64Array(block.featureCount);

    block.extract(chord, 0, out);

    const features = Object.fromEntries(block.featureNames.map((name, i) => [name, out[i] as number]));
    // Bin i stands at element i of 32 frequencies from 0 to 32 Hz.
    expect(features).toEqual({
      RMS: expect.closeTo(Math.sqrt((1 + 9 + 0.04) / 2), 5) as number,
      "Peak 1 Freq": expect.closeTo((20 * 32) / 31, 5) as number,
      "Peak 1 Height": expect.closeTo(3, 5) as number,
      "Peak 2 Freq": expect.closeTo((12 * 32) / 31, 5) as number,
      "Peak 2 Height": expect.closeTo(1, 5) as number,
      "Peak 3 Freq": 0,
      "Peak 3 Height": 0,
      // A sine of amplitude a has the power a^2 / 2 in one bin of 1 Hz; shared by all bins between the edges, over 10.
      "Spectral Power 0.1 - 10.0 Hz": expect.closeTo(0.02 / 9 / 10, 6) as number,
      "Spectral Power 10.0 - 16.0 Hz": expect.closeTo(0.5 / 6 / 10, 6) as number,
      "Spectral Power 16.0 - 32.0 Hz": expect.closeTo(4.5 / 16 / 10, 6) as number,
    });
  });

  it("fills up with zeros when more peaks are wanted than the spectrum has bins", () => {
    const block = new SpectralPeaks({ ...parameters, spectralPeaksCount: 40 }, shape);
    const out = new Float64Array(block.featureCount).fill(NaN);

    block.extract(chord, 0, out);

    expect(block.featureCount).toBe(1 + 2 * 40 + 3);
    expect(out[1]).toBeCloseTo((20 * 32) / 31, 5);
    expect(out.subarray(5, 81).every((value) => value === 0)).toBe(true);
  });

  it.each([
    { overrides: { fftLength: 48 }, message: "fftLength is 48" },
    { overrides: { spectralPeaksCount: -1 }, message: "spectralPeaksCount is -1" },
    { overrides: { spectralPeaksThreshold: NaN }, message: "spectralPeaksThreshold is NaN" },
    {
      overrides: { spectralPowerEdges: [1] },
      message: "spectralPowerEdges is 1; it has to be two or more ascending Hz",
    },
    { overrides: { spectralPowerEdges: [1, 5, 2] }, message: "spectralPowerEdges is 1, 5, 2" },
    { overrides: { filterType: "low", filterCutoffHz: 40, filterOrder: 2 }, message: "filterCutoffHz is 40" },
  ] as const)("refuses $overrides", ({ overrides, message }) => {
    expect(() => new SpectralPeaks({ ...parameters, ...overrides }, shape)).toThrow(message);
  });
});
