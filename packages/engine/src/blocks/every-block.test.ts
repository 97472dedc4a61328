import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createFeatureBlock, type BlockParameters } from "./create-feature-block.ts";
import { NotFiniteReadingError } from "./feature-block.ts";

const signal = {
  type: "spectral-analysis",
  scaleAxes: 1,
  filterType: "none",
  filterCutoffHz: 0,
  filterOrder: 0,
  fftLength: 16,
} as const;
const linear = { doLog: false, doFftOverlap: true } as const;
const lowPass = { filterType: "low", filterCutoffHz: 8, filterOrder: 6 } as const;
const peaks = { spectralPeaksCount: 2, spectralPeaksThreshold: 0, spectralPowerEdges: [0.5, 5, 20] };
const statistics = {
  average: true,
  minimum: true,
  maximum: true,
  rms: true,
  stdev: true,
  skewness: true,
  kurtosis: true,
};
const frames = { frameLength: 0.32, frameStride: 0.16, fftLength: 32 };
const filters = { numFilters: 4, lowFrequency: 1, highFrequency: 0 };

const manyAxes: Readonly<Record<string, BlockParameters>> = {
  raw: { type: "raw", version: 1, scaleAxes: 1 },
  flatten: { type: "flatten", version: 1, scaleAxes: 1, ...statistics },
  "spectral analysis 1": { ...signal, version: 1, ...peaks },
  "spectral analysis 2": { ...signal, version: 2, ...linear },
  "spectral analysis 3, low-pass": { ...signal, ...lowPass, version: 3, ...linear },
  "spectral analysis 4": { ...signal, ...lowPass, version: 4, ...linear, inputDecimationRatio: 3, extraLowFreq: true },
  wavelet: { ...signal, version: 4, analysisType: "Wavelet", wavelet: "bior2.2", waveletLevel: 2 },
};
const oneAxis: Readonly<Record<string, BlockParameters>> = {
  mfe: { type: "mfe", version: 4, ...frames, ...filters },
  mfcc: { type: "mfcc", version: 4, ...frames, ...filters, numCepstral: 3, winSize: 5, preCof: 0.9, preShift: 1 },
  spectrogram: { type: "spectrogram", version: 4, ...frames },
};

const WINDOW = 256;

const manyAxisCases = Object.entries(manyAxes).map(([name, parameters]) => ({ name, parameters, axisCount: 3 }));
const everyCase = [
  ...manyAxisCases,
  ...Object.entries(oneAxis).map(([name, parameters]) => ({ name, parameters, axisCount: 1 })),
];

function create(parameters: BlockParameters, axisCount: number) {
  return createFeatureBlock(parameters, { axisCount, windowReadings: WINDOW, frequencyHz: 100 });
}

function extract(
  parameters: BlockParameters,
  axisCount: number,
  readings: Float32Array,
  firstReading = 0,
): Float64Array {
  const block = create(parameters, axisCount);
  const out = new Float64Array(block.featureCount);
  block.extract(readings, firstReading, out);
  return out;
}

/** Readings with some structure, so that spectra have peaks; of another kind for each seed. */
const recordings = (axisCount: number, readings = WINDOW) =>
  fc
    .record({ seed: fc.integer({ min: 1, max: 1e6 }), size: fc.double({ min: 0.01, max: 100, noNaN: true }) })
    .map(({ seed, size }) =>
      Float32Array.from({ length: readings * axisCount }, (_, i) => {
        const noise = (((i + 1) * seed * 2654435761) % 1009) / 1009;
        return size * (Math.sin((i * (seed % 97)) / 300) + noise);
      }),
    );

describe.each(everyCase)("the block $name", ({ parameters, axisCount }) => {
  it("has a different name for every feature", () => {
    const { featureCount, featureNames } = create(parameters, axisCount);
    const axisNames = ["x", "y", "z"].slice(0, axisCount);

    const shape = { axisCount, windowReadings: WINDOW, frequencyHz: 100, axisNames };
    const named = createFeatureBlock(parameters, shape).featureNames;

    expect(featureNames).toHaveLength(featureCount);
    expect(new Set(named).size).toBe(featureCount);
    expect(named.every((name) => /^[xyz] \S/.test(name))).toBe(true);
  });

  it("makes the same features of a window wherever it lies, and writes nowhere else", () => {
    fc.assert(
      fc.property(recordings(axisCount), fc.nat(20), fc.nat(20), (window, before, at) => {
        const longer = new Float32Array(window.length + (before + 3) * axisCount).fill(7);
        longer.set(window, before * axisCount);
        const block = create(parameters, axisCount);
        const out = new Float64Array(block.featureCount + at + 3).fill(-77);

        block.extract(longer, before, out, at);

        expect(out.subarray(at, at + block.featureCount)).toEqual(extract(parameters, axisCount, window));
        expect(out.subarray(0, at).every((value) => value === -77)).toBe(true);
        expect(out.subarray(at + block.featureCount).every((value) => value === -77)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it("keeps nothing of the windows before", () => {
    fc.assert(
      fc.property(recordings(axisCount), recordings(axisCount), (first, second) => {
        const block = create(parameters, axisCount);
        const out = new Float64Array(block.featureCount);

        block.extract(first, 0, out);
        block.extract(second, 0, out);

        expect(out).toEqual(extract(parameters, axisCount, second));
      }),
      { numRuns: 10 },
    );
  });

  it("refuses NaN and infinity, with the index", () => {
    const places = fc.nat(WINDOW * axisCount - 1);
    const values = fc.constantFrom(NaN, Infinity, -Infinity);
    fc.assert(
      fc.property(recordings(axisCount, WINDOW + 2), places, values, fc.nat(2), (readings, place, value, first) => {
        const index = first * axisCount + place;
        readings[index] = value;

        let thrown: unknown;
        try {
          extract(parameters, axisCount, readings, first);
        } catch (error) {
          thrown = error;
        }

        expect(thrown).toBeInstanceOf(NotFiniteReadingError);
        expect((thrown as NotFiniteReadingError).index).toBe(index);
        expect((thrown as NotFiniteReadingError).message).toContain(`readings[${index}]`);
      }),
      { numRuns: 10 },
    );
  });

  it("refuses windows beyond the recording, and arrays that are too short", () => {
    const readings = new Float32Array(WINDOW * axisCount);
    const block = create(parameters, axisCount);
    const out = new Float64Array(block.featureCount);

    for (const first of [1, -1, 0.5, NaN]) expect(() => block.extract(readings, first, out)).toThrow("lies outside");
    expect(() => block.extract(readings, 0, out, 1)).toThrow("do not fit into");
  });

  it.each([
    { overrides: { axisCount: 0 }, message: "axisCount is 0" },
    { overrides: { windowReadings: 2.5 }, message: "windowReadings is 2.5" },
    { overrides: { frequencyHz: Infinity }, message: "frequencyHz is Infinity" },
    { overrides: { axisNames: ["a", "b", "c", "d"] }, message: "axisNames has 4 names" },
  ])("refuses the shape $overrides", ({ overrides, message }) => {
    const shape = { axisCount, windowReadings: WINDOW, frequencyHz: 100, ...overrides };
    expect(() => createFeatureBlock(parameters, shape)).toThrow(message);
  });
});

describe.each(manyAxisCases)("the axes of the block $name", ({ parameters }) => {
  it("make the same features in another order", () => {
    fc.assert(
      fc.property(recordings(3), fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (readings, order) => {
        const axisNames = ["0", "1", "2"];
        const shape = { axisCount: 3, windowReadings: WINDOW, frequencyHz: 100 };
        const permuted = readings.map((_, i) => readings[i - (i % 3) + (order[i % 3] as number)] as number);
        const { featureNames } = createFeatureBlock(parameters, { ...shape, axisNames });
        const permutedNames = createFeatureBlock(parameters, { ...shape, axisNames: order.map(String) }).featureNames;
        const places = new Map(nameTwins(featureNames).map((feature, i) => [feature, i]));

        const features = extract(parameters, 3, readings);
        const ofPermuted = extract(parameters, 3, permuted);

        const wanted = nameTwins(permutedNames).map((feature) => features[places.get(feature) as number] as number);
        expect([...ofPermuted]).toEqual(wanted);
      }),
      { numRuns: 10 },
    );
  });

  it("scale features with the readings, and leave shapes as they are", () => {
    fc.assert(
      fc.property(recordings(3), fc.constantFrom(0.5, 2, 4), (readings, factor) => {
        const features = extract(parameters, 3, readings);
        const scaled = extract(
          parameters,
          3,
          readings.map((value) => value * factor),
        );
        const byParameter = extract({ ...parameters, scaleAxes: factor } as BlockParameters, 3, readings);

        expect(byParameter).toEqual(scaled);
        const off = create(parameters, 3).featureNames.filter((feature, i) => {
          const wanted = (features[i] as number) * factor ** powerOf(feature);
          return !(Math.abs((scaled[i] as number) - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted)));
        });
        // Which coefficients of a wavelet are so small that they count as 0 does depend on their size.
        expect(off.filter((feature) => !/entropy|cross/.test(feature))).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  /** With which power of the readings a feature grows. */
  function powerOf(feature: string): number {
    if (/Skewness|Kurtosis|Freq$|entropy|cross|skew|kurtosis/.test(feature)) return 0;
    return /Power|-var$/.test(feature) ? 2 : 1;
  }

  /** Names with a count behind those that come again. */
  function nameTwins(names: readonly string[]): string[] {
    const seen = new Map<string, number>();
    return names.map((feature) => {
      const count = (seen.get(feature) ?? 0) + 1;
      seen.set(feature, count);
      return `${feature} ${count}`;
    });
  }
});

describe("a million windows", () => {
  it.each([
    { name: "raw", parameters: manyAxes.raw },
    { name: "flatten", parameters: manyAxes.flatten },
    { name: "spectral analysis", parameters: { ...signal, version: 2, ...linear, doLog: true } as const },
  ])(
    "of $name take no memory",
    ({ parameters }) => {
      const shape = { axisCount: 1, windowReadings: 16, frequencyHz: 100 };
      const block = createFeatureBlock(parameters as BlockParameters, shape);
      const readings = Float32Array.from({ length: 1016 }, (_, i) => Math.sin(i * i));
      const out = new Float64Array(block.featureCount);
      const run = (windows: number) => {
        for (let w = 0; w < windows; w++) block.extract(readings, w % 1000, out);
      };
      run(20_000);

      const before = process.memoryUsage().heapUsed;
      run(1_000_000);
      const grown = process.memoryUsage().heapUsed - before;

      // A single number on the heap for each window would be 12 MB or more; the test runner's own doings are far less.
      expect(grown).toBeLessThan(4_000_000);
    },
    60_000,
  );
});
