/** For tests: an impulse small enough to see through, and recordings that it classifies. */
import type { Impulse } from "@windowscope/engine";

/** Two axes at 10 Hz, windows of a second every half: just enough to classify with. */
export const smallImpulse: Impulse = {
  name: "two axes",
  input: { axes: ["accX", "accY"], frequencyHz: 10, windowSizeMs: 1000, windowIncreaseMs: 500, padZeros: false },
  blocks: [
    {
      parameters: {
        type: "spectral-analysis",
        version: 2,
        scaleAxes: 1,
        filterType: "none",
        filterCutoffHz: 0,
        filterOrder: 0,
        fftLength: 8,
        doLog: true,
        doFftOverlap: true,
      },
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
          // The RMS of the first axis decides.
          weights: Float32Array.from({ length: 28 }, (_, i) => (i === 0 ? -10 : i === 14 ? 10 : 0)),
          bias: Float32Array.of(5, -5),
        },
      ],
    },
    int8: undefined,
  },
  anomaly: { axes: [0], mean: [0], scale: [1], clusters: [{ center: [0], maxError: 2 }], threshold: 0.3 },
};

/** A recording on two axes: still, or swinging so wide that the test impulse calls it moving. */
export function smallRecording(seconds: number, amplitude = 0, axes: readonly string[] = ["accX", "accY"]) {
  const values = Array.from({ length: seconds * 10 }, (_, i) => axes.map(() => amplitude * Math.sin(i)));
  return {
    protected: { ver: "v1", alg: "none" },
    signature: "0".repeat(64),
    payload: { device_type: "TEST", interval_ms: 100, sensors: axes.map((name) => ({ name, units: "m/s2" })), values },
  };
}
