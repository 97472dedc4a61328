import { describe, expect, it } from "vitest";

import { createFeatureBlock, type BlockParameters } from "./create-feature-block.ts";
import type { MfccParameters } from "./mfcc.ts";
import type { MfeParameters } from "./mfe.ts";
import type { SpectrogramParameters } from "./spectrogram.ts";

/** 32.5 and 16.5 readings: version 1 takes 32 and 16, the others 33 and 17. Either way 200 readings make 10 frames. */
const frames = { frameLength: 0.0325, frameStride: 0.0165, fftLength: 32 };
const mel = { numFilters: 4, lowFrequency: 20, highFrequency: 0 };
const mfe: Omit<MfeParameters, "version"> = { type: "mfe", ...frames, ...mel, winSize: 5, noiseFloorDb: -52 };
const emphasis = { preCof: 0.9, preShift: 2 };
const mfcc: MfccParameters = { type: "mfcc", version: 4, ...frames, ...mel, ...emphasis, numCepstral: 3, winSize: 5 };
const spectrogram: Omit<SpectrogramParameters, "version"> = { type: "spectrogram", ...frames, noiseFloorDb: -52 };
const shape = { axisCount: 1, windowReadings: 200, frequencyHz: 1000 };

const sweep = Float32Array.from({ length: 200 }, (_, i) => Math.round(9000 * Math.sin((i * i) / 300)));

function extract(parameters: BlockParameters, readings = sweep): Float64Array {
  const block = createFeatureBlock(parameters, { ...shape, windowReadings: readings.length });
  const out = new Float64Array(block.featureCount);
  block.extract(readings, 0, out);
  return out;
}

/** Second row of the features, as NumPy and SciPy compute it from the same description. */
function expectSecondFrame(features: Float64Array, wanted: readonly number[], columns: number): void {
  expect(features.length).toBe(10 * columns);
  wanted.forEach((value, i) => expect(features[columns + i]).toBeCloseTo(value, 6));
}

describe("Mfe", () => {
  it.each([
    { version: 1, wanted: [1, 0.26879318, 0.43236639, 0.43450889] },
    { version: 2, wanted: [1, 0.25432213, 0.41780747, 0.42467308] },
    { version: 3, wanted: [0.5703125, 0.3828125, 0.15625, 0.0546875] },
    { version: 4, wanted: [0.5078125, 0.1484375, 0, 0] },
  ] as const)("measures the mel filters of version $version", ({ version, wanted }) => {
    expectSecondFrame(extract({ ...mfe, version }), wanted, 4);
  });

  it("gains 6.02 dB of 64 when the sound is twice as loud, in steps of 1/256", () => {
    const quiet = extract({ ...mfe, version: 4 });
    const loud = extract(
      { ...mfe, version: 4 },
      sweep.map((sample) => 2 * sample),
    );

    quiet.forEach((value, i) => {
      if (value > 0) expect(Math.abs((loud[i] as number) - value - 6.02 / 64)).toBeLessThanOrEqual(1 / 256);
    });
  });

  it.each([
    { version: 1, strideReadings: 16 },
    { version: 2, strideReadings: 17 },
  ] as const)("is all zeros in version $version for a sound of which all frames are the same", (sound) => {
    const repeating = Float32Array.from({ length: 200 }, (_, i) => (i % sound.strideReadings) ** 2);

    const features = extract({ ...mfe, version: sound.version, winSize: 51 }, repeating);

    expect(features.every((value) => value === 0)).toBe(true);
  });

  it("is all zeros for silence, in every version", () => {
    for (const version of [1, 2, 3, 4] as const) {
      expect(extract({ ...mfe, version }, new Float32Array(200)).every((value) => value === 0)).toBe(true);
    }
  });
});

describe("Mfcc", () => {
  it.each([
    { version: 1, wanted: [-0.7137668, 1.2498097, 2.4779953] },
    { version: 3, wanted: [-0.72448105, 1.4000095, 2.7363355] },
    { version: 4, wanted: [-0.72448105, 1.3865062, 1.3389913] },
  ] as const)("makes the normalised coefficients of version $version", ({ version, wanted }) => {
    expectSecondFrame(extract({ ...mfcc, version }), wanted, 3);
  });

  it("adds ln 4 to the energy, and nothing to the rest, when the sound is twice as loud", () => {
    const quiet = extract({ ...mfcc, winSize: 0 });
    const loud = extract(
      { ...mfcc, winSize: 0 },
      sweep.map((sample) => 2 * sample),
    );

    quiet.forEach((value, i) => expect(loud[i]).toBeCloseTo(i % 3 === 0 ? value + Math.log(4) : value, 9));
  });

  it("is 0 for a sound that never changes, not the rounding of its mean", () => {
    const features = extract({ ...mfcc, preCof: 0, winSize: 51 }, new Float32Array(200).fill(0.3));

    expect(features.every((value) => value === 0)).toBe(true);
  });

  it("stays finite for silence", () => {
    expect(extract(mfcc, new Float32Array(200)).every((value) => value === 0)).toBe(true);
  });
});

describe("Spectrogram", () => {
  it.each([
    { version: 1, wanted: [0.12761752, 1, 0.040850669, 0.0039391442] },
    { version: 2, wanted: [0.13597994, 1, 0.043621827, 0.0041362565] },
    { version: 3, wanted: [0.6433852, 0.77877824, 0.56623719, 0.40643053] },
    { version: 4, wanted: [2.0544633, 2.1898563, 1.9773153, 1.8175086] },
  ] as const)("measures the bins of version $version", ({ version, wanted }) => {
    expectSecondFrame(extract({ ...spectrogram, version }), wanted, 17);
  });

  it("takes a frame within -1 to 1 as it is in version 3", () => {
    const small = sweep.map((sample) => sample / 32768);

    const features = extract({ ...spectrogram, version: 3 }, small);

    extract({ ...spectrogram, version: 3 }).forEach((value, i) => expect(features[i]).toBeCloseTo(value, 9));
  });
});

describe("audio blocks", () => {
  it("name their features by frame", () => {
    const names = (parameters: BlockParameters) => createFeatureBlock(parameters, shape).featureNames;

    expect(names({ ...mfe, version: 4 })[5]).toBe("Frame 2 Filter 2");
    expect(names(mfcc)[3]).toBe("Frame 2 Coefficient 0");
    expect(names({ ...spectrogram, version: 4 })[17]).toBe("Frame 2 Bin 0");
  });

  it.each([
    { overrides: { fftLength: "32" as unknown as 32 }, message: "fftLength is 32; it has to be a power of two" },
    { overrides: { numFilters: 0 }, message: "numFilters is 0; it has to be a whole number from 2" },
    { overrides: { highFrequency: -1 }, message: "highFrequency is -1; it has to be" },
    { overrides: { fftLength: 24 }, message: "fftLength is 24; it has to be a power of two" },
    {
      overrides: { frameLength: 0.3 },
      message: "frameLength 0.3 and frameStride 0.0165 make 0 frames of 200 readings",
    },
    { overrides: { frameStride: 0 }, message: "frameStride is 0 s" },
    { overrides: { numFilters: 1, numCepstral: 1 }, message: "numFilters is 1; it has to be a whole number from 2" },
    { overrides: { highFrequency: 501 }, message: "highFrequency is 501; it has to be at most 500 Hz" },
    { overrides: { lowFrequency: 500 }, message: "lowFrequency is 500" },
    { overrides: { winSize: 4 }, message: "winSize is 4; it has to be odd, or 0" },
    { overrides: { numCepstral: 5 }, message: "numCepstral is 5; it has to be a whole number from 1 to 4" },
    { overrides: { version: 5 as 4 }, message: "version is 5; it has to be a whole number from 1 to 4" },
  ])("refuse $overrides", ({ overrides, message }) => {
    expect(() => createFeatureBlock({ ...mfcc, ...overrides }, shape)).toThrow(message);
  });

  it("refuse several axes", () => {
    expect(() => createFeatureBlock(mfcc, { ...shape, axisCount: 3 })).toThrow("axisCount is 3");
  });
});
