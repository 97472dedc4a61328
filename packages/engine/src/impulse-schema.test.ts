import { readFileSync } from "node:fs";
import path from "node:path";

import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";

import { BLOCK_SETTINGS } from "./block-parameters.ts";
import type { BlockParameters } from "./blocks/create-feature-block.ts";
import { toImpulseDocument } from "./impulse-document.ts";
import type { Impulse } from "./impulse.ts";
import { parseImpulse } from "./parse-impulse.ts";
import { readReferenceImpulse } from "./reference-data.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { WindowClassifier } from "./window-classifier.ts";

const schema = JSON.parse(readFileSync(path.resolve(import.meta.dirname, "../impulse.schema.json"), "utf8")) as Schema;
const validate = new Ajv({ allErrors: true }).compile(schema);

interface Schema {
  readonly definitions: {
    readonly processingBlock: {
      readonly properties: { readonly parameters: { readonly oneOf: readonly BlockSchema[] } };
    };
  };
}

interface BlockSchema {
  readonly properties: Readonly<Record<string, unknown>> & {
    readonly type: { readonly const: string };
    readonly version: { readonly enum: readonly number[] };
    readonly analysisType?: { readonly enum: readonly string[] };
  };
  readonly required: readonly string[];
}

const filter = { scaleAxes: 1, filterType: "low", filterCutoffHz: 20, filterOrder: 4 } as const;
const fft = { ...filter, filterCutoffHz: 800, fftLength: 16, doLog: true, doFftOverlap: false };
const frames = { frameLength: 0.02, frameStride: 0.01, fftLength: 64 };
const mel = { ...frames, numFilters: 20, lowFrequency: 80, highFrequency: 0 };
const wavelet = { ...filter, analysisType: "Wavelet", wavelet: "db4", waveletLevel: 2 } as const;
const type = "spectral-analysis";
const statistics = {
  average: true,
  minimum: true,
  maximum: true,
  rms: true,
  stdev: true,
  skewness: true,
  kurtosis: true,
};

/** One of every kind. */
const kinds: readonly BlockParameters[] = [
  { type: "raw", version: 1, scaleAxes: 0.5 },
  { type: "flatten", version: 1, scaleAxes: 1, ...statistics, movingAvgNumWindows: 3 },
  {
    type,
    version: 1,
    ...filter,
    fftLength: 128,
    spectralPeaksCount: 3,
    spectralPeaksThreshold: 0.1,
    spectralPowerEdges: [0.1, 0.5, 1, 2],
  },
  { type, version: 2, ...fft },
  { type, version: 3, ...fft, analysisType: "FFT" },
  { type, version: 3, ...wavelet },
  { type, version: 4, ...fft, filterType: "none", inputDecimationRatio: 3, extraLowFreq: true },
  { type, version: 4, ...wavelet, inputDecimationRatio: 1 },
  { type: "mfe", version: 4, ...mel, noiseFloorDb: -52 },
  { type: "mfe", version: 2, ...mel, winSize: 11 },
  { type: "mfcc", version: 4, ...mel, numCepstral: 13, winSize: 11, preCof: 0.98, preShift: 1 },
  { type: "spectrogram", version: 3, ...frames, noiseFloorDb: -52 },
];

/** One axis at 4 kHz, windows of a quarter second; an anomaly block on the first feature. */
function impulseWith(parameters: BlockParameters): Impulse {
  return {
    name: parameters.type,
    input: { axes: ["audio"], frequencyHz: 4000, windowSizeMs: 250, windowIncreaseMs: 125, padZeros: false },
    blocks: [{ parameters }],
    classifier: undefined,
    anomaly: { axes: [0], mean: [0], scale: [1], clusters: [{ center: [0], maxError: 1 }], threshold: 0.3 },
  };
}

function written(impulse: Impulse): Record<string, unknown> {
  return JSON.parse(JSON.stringify(toImpulseDocument(impulse))) as Record<string, unknown>;
}

describe("impulse.schema.json", () => {
  it.each(kinds)("takes $type $version $analysisType, which the engine reads and runs", (parameters) => {
    const impulse = impulseWith(parameters);
    const document = written(impulse);
    const random = createSeededRandom(1);
    const readings = Float32Array.from({ length: 1000 }, () => Math.round(1000 * random.normal()));

    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(parseImpulse(document)).toEqual(impulse);
    const windows = new WindowClassifier(impulse);
    windows.classify(readings, 0);
    expect(windows.features.every(Number.isFinite)).toBe(true);
    expect(windows.featureNames).toHaveLength(windows.features.length);
  });

  it("takes a real impulse", ({ skip }) => {
    const document = written(readReferenceImpulse(skip));

    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each(kinds)("refuses $type $version $analysisType without or with a setting, as the engine does", (parameters) => {
    const schemaAndEngineRefuse = (changed: object) => {
      const document = { ...written(impulseWith(parameters)), blocks: [{ parameters: changed }] };
      expect(validate(document), JSON.stringify(changed)).toBe(false);
      expect(() => parseImpulse(document), JSON.stringify(changed)).toThrow(/^\/blocks\/0\/parameters/);
    };
    const { analysisType, inputDecimationRatio, extraLowFreq, movingAvgNumWindows, noiseFloorDb, ...needed } =
      parameters as unknown as Record<string, unknown>;
    void [analysisType, inputDecimationRatio, extraLowFreq, movingAvgNumWindows, noiseFloorDb];

    schemaAndEngineRefuse({ ...parameters, misspelt: 1 });
    for (const name of Object.keys(needed)) {
      if (parameters.type === "mfe" && name === "winSize") continue;
      schemaAndEngineRefuse({ ...parameters, [name]: undefined });
      schemaAndEngineRefuse({ ...parameters, [name]: null });
    }
  });

  it("knows the settings that the engine knows, no more and no fewer", () => {
    const ofSchema = schema.definitions.processingBlock.properties.parameters.oneOf.flatMap((block) => {
      const { type, version, ...others } = block.properties;
      const names = Object.keys(others).map((name) => (block.required.includes(name) ? name : `${name}?`));
      const analysis = block.properties.analysisType?.enum[0] === "Wavelet" ? "Wavelet" : "usual";
      return version.enum.map((each) => [`${type.const} ${each} ${analysis}`, names.sort()] as const);
    });
    const ofEngine = Object.entries(BLOCK_SETTINGS).flatMap(([type, versions]) =>
      Object.entries(versions).flatMap(([version, analyses]) =>
        Object.entries(analyses).map(
          ([analysis, settings]) => [`${type} ${version} ${analysis}`, Object.keys(settings as object).sort()] as const,
        ),
      ),
    );

    expect(Object.fromEntries(ofSchema)).toEqual(Object.fromEntries(ofEngine));
  });
});
