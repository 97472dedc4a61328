import { describe, expect, it } from "vitest";

import { quantizeNetwork } from "./networks/quantize.ts";
import { CODES, writeTflite } from "./networks/write-tflite.ts";
import type { Float32Network } from "./networks/dense-float32.ts";
import type { GmmBlock, Impulse, KMeansBlock } from "./impulse.ts";
import { WindowClassifier } from "./window-classifier.ts";

const BATCHES = 51;
const BATCH_WINDOWS = 20_000;
/** What V8 takes for a single number that is no small integer is 12 bytes or more. */
const LEAST_PER_WINDOW = 12;

const input = { axes: ["x"], frequencyHz: 10, windowSizeMs: 200, windowIncreaseMs: 100, padZeros: false };

/** Two features, three hidden neurons, two classes. */
const float32: Float32Network = {
  layers: [
    {
      inputs: 2,
      outputs: 3,
      activation: "relu",
      weights: Float32Array.of(0.5, -0.25, 1, 0.75, -0.5, 0.25),
      bias: Float32Array.of(0.1, -0.2, 0.3),
    },
    {
      inputs: 3,
      outputs: 2,
      activation: "none",
      weights: Float32Array.of(1, -1, 0.5, -0.5, 0.25, 1),
      bias: Float32Array.of(0.1, 0.2),
    },
  ],
};
const int8 = quantizeNetwork(float32, Float64Array.of(-1, -1, 1, 1, 0.5, -0.5));
const standardised = { axes: [0, 1], mean: [0.1, -0.1], scale: [0.7, 0.6], threshold: 0.3 };
const kmeans: KMeansBlock = {
  ...standardised,
  clusters: [
    { center: [0, 0], maxError: 0.5 },
    { center: [1, -1], maxError: 0.25 },
  ],
};
const gmm: GmmBlock = {
  ...standardised,
  means: [
    [0, 0],
    [1, -1],
  ],
  covariances: [
    [
      [1, 0.5],
      [0.5, 2],
    ],
    [
      [0.5, -0.1],
      [-0.1, 0.5],
    ],
  ],
  weights: [0.6, 0.4],
};

const weighted = { code: CODES.FULLY_CONNECTED, inputs: [0, 1, 2], outputs: [3] };
const floatFile = writeTflite({
  tensors: [{ shape: [1, 2] }, { shape: [1, 2], values: [2, 3] }, { shape: [1], values: [1] }, { shape: [1, 1] }],
  operators: [weighted],
  inputs: [0],
  outputs: [3],
});
const int8File = writeTflite({
  tensors: [
    { shape: [1, 2], type: "int8", scales: [0.01], zeroPoints: [3] },
    { shape: [1, 2], type: "int8", scales: [0.02], zeroPoints: [0], values: [20, -30] },
    { shape: [1], type: "int32", scales: [0.0002], zeroPoints: [0], values: [10] },
    { shape: [1, 1], type: "int8", scales: [0.03], zeroPoints: [-5] },
  ],
  operators: [weighted],
  inputs: [0],
  outputs: [3],
});

function impulseOf(blocks: Partial<Impulse>): Impulse {
  return {
    name: "small",
    input,
    blocks: [{ parameters: { type: "raw", version: 1, scaleAxes: 1 } }],
    classifier: undefined,
    anomaly: undefined,
    ...blocks,
  };
}

const classifier = { labels: ["a", "b"], minimumConfidence: 0.6, float32, int8 };

/**
 * The least that a batch leaves on the heap. The first ones run before V8 has compiled them; one with a collection in it
 * leaves less than nothing, and does not count.
 */
function bytesPerWindow(run: (windows: number) => void): number {
  const grown = Array.from({ length: BATCHES }, () => {
    const before = process.memoryUsage().heapUsed;
    run(BATCH_WINDOWS);
    return (process.memoryUsage().heapUsed - before) / BATCH_WINDOWS;
  });
  return Math.min(...grown.filter((bytes) => bytes >= 0));
}

describe("a million windows of an impulse", () => {
  it.each([
    { name: "a dense float32 network", impulse: impulseOf({ classifier }), variant: "float32" },
    { name: "a dense int8 network", impulse: impulseOf({ classifier }), variant: "int8" },
    {
      name: "a float32 file",
      impulse: impulseOf({ regression: { float32: { tflite: floatFile }, int8: undefined } }),
      variant: "float32",
    },
    {
      name: "an int8 file",
      impulse: impulseOf({ regression: { float32: undefined, int8: { tflite: int8File } } }),
      variant: "int8",
    },
    { name: "K-means", impulse: impulseOf({ anomaly: kmeans }), variant: undefined },
    { name: "a Gaussian mixture", impulse: impulseOf({ anomaly: gmm }), variant: undefined },
    { name: "a network and K-means", impulse: impulseOf({ classifier, anomaly: kmeans }), variant: "int8" },
  ] as const)(
    "with $name take no memory",
    ({ impulse, variant }) => {
      const windows = new WindowClassifier(impulse, variant);
      const readings = Float32Array.from({ length: 1001 }, (_, i) => Math.sin(i * i));
      let anomalies = 0;
      const run = (count: number) => {
        for (let w = 0; w < count; w++) {
          windows.classify(readings, w % 1000);
          if (windows.verdict() === "anomaly") anomalies++;
        }
      };
      run(BATCH_WINDOWS);

      expect(bytesPerWindow(run)).toBeLessThan(LEAST_PER_WINDOW);
      expect(anomalies > 0).toBe(impulse.anomaly !== undefined);
    },
    120_000,
  );
});
