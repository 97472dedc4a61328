import { describe, expect, it } from "vitest";

import { availableVariants, WindowClassifier } from "./window-classifier.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { trainImpulse, type TrainingRecording } from "./train-impulse.ts";
import type { Impulse } from "./impulse.ts";

const design: Parameters<typeof trainImpulse>[0] = {
  name: "two tempos",
  input: { axes: ["x", "y"], frequencyHz: 50, windowSizeMs: 1000, windowIncreaseMs: 100, padZeros: false },
  features: {
    type: "spectral-analysis",
    version: 2,
    scaleAxes: 1,
    filterType: "none",
    filterCutoffHz: 0,
    filterOrder: 0,
    fftLength: 16,
    doLog: true,
    doFftOverlap: true,
  },
  minimumConfidence: 0.6,
  anomalyThreshold: 0.3,
};

/** Ten seconds of a sine on two axes, with noise. */
function record(label: string, frequencyHz: number, amplitude: number, seed: number): TrainingRecording {
  const random = createSeededRandom(seed);
  const readings = Float32Array.from({ length: 1000 }, (_, i) => {
    const phase = (2 * Math.PI * frequencyHz * (i >> 1)) / 50 + (i % 2);
    return amplitude * Math.sin(phase) + 0.05 * random.normal();
  });
  return { label, readings };
}

function train(seed: number): { impulse: Impulse; losses: readonly number[] } {
  const recordings = [1, 2, 3].flatMap((n) => [record("slow", 1, 1, n), record("fast", 6, 2, 10 + n)]);
  const training = trainImpulse(design, recordings, seed);
  const losses: number[] = [];
  for (;;) {
    const { done, value } = training.next();
    if (done) return { impulse: value, losses };
    losses.push(value.loss);
  }
}

const { impulse, losses } = train(1);

describe("trainImpulse", () => {
  it("tells the movements of recordings it has not seen apart, in both variants", () => {
    for (const variant of availableVariants(impulse)) {
      const classifier = new WindowClassifier(impulse, variant);
      for (const { label, readings } of [record("slow", 1, 1, 77), record("fast", 6, 2, 78)]) {
        for (let start = 0; start <= 450; start += 5) {
          classifier.classify(readings, start);
          const score = classifier.scores[impulse.classifier!.labels.indexOf(label)];
          expect(score, `${label} at ${start}, ${variant}`).toBeGreaterThan(0.9);
        }
      }
    }
    expect(availableVariants(impulse)).toEqual(["float32", "int8"]);
  });

  it("scores training windows at most 0 and an unknown movement above the threshold", () => {
    const classifier = new WindowClassifier(impulse);

    classifier.classify(record("slow", 1, 1, 1).readings, 0);
    expect(classifier.anomalyScore()).toBeLessThanOrEqual(1e-9);
    classifier.classify(record("violent", 3, 20, 5).readings, 0);
    expect(classifier.anomalyScore()).toBeGreaterThan(1);
  });

  it("gives the same impulse again for the same seed, and another for another", () => {
    expect(train(1).impulse).toEqual(impulse);
    expect(train(2).impulse).not.toEqual(impulse);
  });

  it("reports a falling loss after every epoch", () => {
    expect(losses).toHaveLength(30);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 10);
  });

  it("refuses recordings without a single full window", () => {
    const training = trainImpulse(design, [{ label: "blink", readings: new Float32Array(10) }], 1);

    expect(() => training.next()).toThrow("no window to learn");
  });
});
