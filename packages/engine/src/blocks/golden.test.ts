import { readFileSync } from "node:fs";

import { decode } from "cbor-x";
import { describe, expect, it } from "vitest";

import { readGoldenLines, referencePath } from "../reference-data.ts";
import { createFeatureBlock, type BlockParameters } from "./create-feature-block.ts";

interface GoldenCase {
  readonly file: string;
  readonly start: number;
  readonly features: readonly number[];
  readonly rc?: number;
  readonly block?: "raw" | "flatten";
  readonly params: {
    readonly window: number;
    readonly version?: 1 | 2 | 3 | 4;
    readonly scale?: number;
    readonly fft?: number;
    readonly filter?: "none" | "low" | "high";
    readonly cutoff?: number;
    readonly order?: number;
    readonly log?: 0 | 1;
    readonly overlap?: 0 | 1;
    readonly decimation?: number;
    readonly extralow?: 0 | 1;
    readonly analysis?: "Wavelet";
    readonly wlevel?: number;
    readonly wavelet?: string;
  };
}

/** What the SDK's tool that made the cases used where a case says nothing. */
const SDK_PEAKS = { spectralPeaksCount: 3, spectralPeaksThreshold: 0.1, spectralPowerEdges: [0.1, 0.5, 1, 2, 5] };

function toParameters({ block, params }: GoldenCase): BlockParameters {
  const { version = 1, scale = 1, fft = 16, filter = "none", cutoff = 0, order = 0, log = 1, overlap = 1 } = params;
  if (block === "raw") return { type: "raw", version: 1, scaleAxes: scale };
  if (block === "flatten") {
    const [average, minimum, maximum, rms, stdev, skewness, kurtosis] = Array<true>(7).fill(true);
    const all = { average, minimum, maximum, rms, stdev, skewness, kurtosis } as const;
    return { type: "flatten", version: 1, scaleAxes: scale, ...(all as Record<keyof typeof all, boolean>) };
  }
  const signal = {
    type: "spectral-analysis",
    scaleAxes: scale,
    filterType: filter,
    filterCutoffHz: cutoff,
    filterOrder: order,
    fftLength: fft,
  } as const;
  if (params.analysis === "Wavelet") {
    const { wavelet = "", wlevel: waveletLevel = 0 } = params;
    return { ...signal, version: 4, analysisType: "Wavelet", wavelet, waveletLevel };
  }
  if (version === 1) return { ...signal, version, ...SDK_PEAKS };
  const extraLowFreq = params.extralow === 1;
  const inputDecimationRatio = params.decimation ?? 1;
  return { ...signal, version, doLog: log === 1, doFftOverlap: overlap === 1, inputDecimationRatio, extraLowFreq };
}

/** Largest difference of each quantity, so that a passing run shows how close it was, too. */
class Worst {
  readonly differences: Record<string, number> = {};

  note(quantity: string, difference: number): void {
    // NaN has to win over any number here.
    const before = this.differences[quantity] ?? 0;
    if (!(Math.abs(difference) <= before)) this.differences[quantity] = Math.abs(difference);
  }
}

const readings = new Map<string, Float32Array>();

function runCase(golden: GoldenCase, skip: Parameters<typeof readGoldenLines>[0]) {
  const file = referencePath(skip, "gestures", golden.file);
  if (!readings.has(file)) {
    const { payload } = decode(readFileSync(file)) as { payload: { values: number[][] } };
    readings.set(file, Float32Array.from(payload.values.flat()));
  }
  const block = createFeatureBlock(toParameters(golden), {
    axisCount: 3,
    windowReadings: golden.params.window,
    frequencyHz: 62.5,
  });
  const ours = new Float64Array(block.featureCount);
  block.extract(readings.get(file) as Float32Array, golden.start, ours);
  expect(ours.length, JSON.stringify(golden.params)).toBe(golden.features.length);
  expect(block.featureNames.length).toBe(ours.length);
  return { ours, names: block.featureNames };
}

describe("feature blocks against Edge Impulse's C++ SDK", () => {
  function readSpectralCases(skip: Parameters<typeof readGoldenLines>[0]): readonly GoldenCase[] {
    const cases = readGoldenLines(skip, "dsp-spectral") as GoldenCase[];
    expect(cases.every(({ rc }) => rc === 0)).toBe(true);
    return cases;
  }

  it("agree over every filter, length, overlap, decimation and extra low frequency of versions 2 to 4", ({ skip }) => {
    const cases = readSpectralCases(skip).filter(({ params }) => params.version !== 1 && !params.analysis);
    expect(cases.length).toBeGreaterThan(400);
    const worst = new Worst();

    for (const golden of cases) {
      const { ours, names } = runCase(golden, skip);
      golden.features.forEach((theirs, i) => {
        const difference = (ours[i] as number) - theirs;
        const name = (names[i] as string).replace(/ LF$/, "");
        if (!name.startsWith("Spectral Power")) worst.note(name, difference);
        else if (golden.params.log === 0) worst.note("Power, relative", difference / Math.max(theirs, 1e-4));
        // The SDK's powers below 1e-8 are noise of its float32.
        else if (theirs > -8) worst.note("Log power", difference);
      });
    }

    console.log(`worst differences over ${cases.length} cases`, worst.differences);
    for (const name of ["RMS", "Skewness", "Kurtosis"]) expect(worst.differences[name]).toBeLessThan(1e-3);
    expect(worst.differences["Spectral Skewness"]).toBeLessThan(1e-3);
    expect(worst.differences["Spectral Kurtosis"]).toBeLessThan(1e-2);
    // Their log10 is an approximation that is off by up to 4e-4.
    expect(worst.differences["Log power"]).toBeLessThan(5e-4);
    expect(worst.differences["Power, relative"]).toBeLessThan(1e-4);
  });

  it("agree over every filter and length of version 1", ({ skip }) => {
    const cases = readSpectralCases(skip).filter(({ params }) => params.version === 1);
    expect(cases.length).toBe(75);
    const worst = new Worst();

    for (const golden of cases) {
      const { ours, names } = runCase(golden, skip);
      golden.features.forEach((theirs, i) => {
        const name = (names[i] as string).replace(/\d.*\d |\d+ /, "");
        worst.note(name, ((ours[i] as number) - theirs) / Math.max(1, theirs));
      });
    }

    console.log(`worst differences over ${cases.length} cases`, worst.differences);
    for (const [name, difference] of Object.entries(worst.differences)) expect(difference, name).toBeLessThan(1e-4);
  });

  it("agree on the statistics of wavelets", ({ skip }) => {
    const cases = readSpectralCases(skip).filter(({ params }) => params.analysis === "Wavelet");
    expect(new Set(cases.map(({ params }) => params.wavelet))).toEqual(new Set(["db4", "haar", "sym4", "bior3.1"]));
    const worst = new Worst();

    for (const golden of cases) {
      const { ours, names } = runCase(golden, skip);
      golden.features.forEach((theirs, i) => {
        const name = (names[i] as string).replace(/^L\d-/, "");
        worst.note(name, (ours[i] as number) - theirs);
      });
    }

    console.log(`worst differences over ${cases.length} cases`, worst.differences);
    for (const [name, difference] of Object.entries(worst.differences)) expect(difference, name).toBeLessThan(1e-3);
  });

  it("agree on raw and flattened readings", ({ skip }) => {
    const cases = readGoldenLines(skip, "dsp-flatten-raw") as GoldenCase[];
    expect(cases.length).toBe(32);
    const worst = new Worst();

    for (const golden of cases) {
      const { ours, names } = runCase(golden, skip);
      golden.features.forEach((theirs, i) => {
        const name = golden.block === "raw" ? "Reading" : (names[i] as string);
        worst.note(name, (ours[i] as number) - theirs);
      });
    }

    console.log(`worst differences over ${cases.length} cases`, worst.differences);
    expect(worst.differences["Reading"]).toBeLessThan(1e-6);
    for (const [name, difference] of Object.entries(worst.differences)) expect(difference, name).toBeLessThan(1e-3);
  });
});
