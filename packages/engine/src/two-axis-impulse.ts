/** A small impulse with every kind of block, for tests. Never part of a build. */
import type { Impulse } from "./impulse.ts";

export const SPECTRUM = {
  type: "spectral-analysis",
  version: 2,
  scaleAxes: 1,
  filterType: "none",
  filterCutoffHz: 0,
  filterOrder: 0,
  fftLength: 8,
  doLog: true,
  doFftOverlap: true,
} as const;

/** Two axes, 8-point transform: 2 x (3 statistics + 4 bins) = 14 features, two classes. */
export const impulse: Impulse = {
  name: "two axes",
  input: { axes: ["x", "y"], frequencyHz: 50, windowSizeMs: 400, windowIncreaseMs: 100, padZeros: true },
  blocks: [
    {
      parameters: SPECTRUM,
    },
  ],
  classifier: {
    labels: ["still", "moving"],
    minimumConfidence: 0.6,
    float32: {
      layers: [
        {
          inputs: 14,
          outputs: 2,
          activation: "none",
          weights: Float32Array.from({ length: 28 }, (_, i) => Math.fround(0.1 * i - 1.4)),
          bias: Float32Array.of(0.25, -0.5),
        },
      ],
    },
    int8: {
      input: { scale: 0.1, zeroPoint: -3 },
      layers: [
        {
          inputs: 14,
          outputs: 2,
          activation: "none",
          weights: Int8Array.from({ length: 28 }, (_, i) => i * 9 - 128),
          weightScales: [0.01, 0.02],
          bias: Int32Array.of(-70_000, 12),
          output: { scale: 0.3, zeroPoint: 4 },
        },
      ],
    },
  },
  anomaly: {
    axes: [0, 7],
    mean: [1, 2],
    scale: [0.5, 0.25],
    clusters: [{ center: [0, 0], maxError: 1.5 }],
    threshold: 0.3,
  },
};
