import { describe, expect, it } from "vitest";

import { learnNormal } from "./train-anomaly-block.ts";
import type { ImpulseDesign, TrainingWindows } from "./training-windows.ts";

const DESIGN: ImpulseDesign = {
  name: "one axis",
  input: { axes: ["x"], frequencyHz: 100, windowSizeMs: 100, windowIncreaseMs: 10, padZeros: false },
  blocks: [
    {
      parameters: {
        type: "spectral-analysis",
        version: 2,
        scaleAxes: 1,
        filterType: "none",
        filterCutoffHz: 0,
        filterOrder: 0,
        fftLength: 4,
        doLog: false,
        doFftOverlap: true,
      },
    },
  ],
  minimumConfidence: 0.6,
  anomalyThreshold: 0.3,
};

describe("learnNormal", () => {
  it("learns from more windows of a recording than a call takes arguments", { timeout: 20_000 }, () => {
    const perRecording = 130_000;
    const count = 2 * perRecording;
    const windows: TrainingWindows = {
      features: Float64Array.from({ length: count }, (_, w) => w % 2),
      featureCount: 1,
      featureNames: ["x RMS"],
      labels: ["still"],
      classes: new Uint16Array(count),
      recordings: Uint32Array.from({ length: count }, (_, w) => (w < perRecording ? 0 : 1)),
      starts: Uint32Array.from({ length: count }, (_, w) => w % perRecording),
      isClear: new Uint8Array(count).fill(1),
      windowReadings: 10,
    };

    const training = learnNormal(DESIGN, windows, { seed: 1, clusterCount: 2 });
    let step = training.next();
    while (!step.done) step = training.next();

    expect(step.value.clusters).toHaveLength(2);
  });
});
