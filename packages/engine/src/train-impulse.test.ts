import { describe, expect, it } from "vitest";

import { availableVariants, WindowClassifier } from "./window-classifier.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { trainAnomalyBlock } from "./train-anomaly-block.ts";
import { trainClassifierBlock } from "./train-classifier-block.ts";
import { trainImpulse, type TrainingProgress } from "./train-impulse.ts";
import type { TrainingRecording } from "./fit-recordings.ts";
import type { Impulse } from "./impulse.ts";
import { labelWhole } from "./label-spans.ts";
import type { ImpulseDesign } from "./training-windows.ts";

const design: ImpulseDesign = {
  name: "two tempos",
  input: { axes: ["x", "y"], frequencyHz: 50, windowSizeMs: 1000, windowIncreaseMs: 100, padZeros: false },
  blocks: [
    {
      parameters: {
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
    },
  ],
  minimumConfidence: 0.6,
  anomalyThreshold: 0.3,
};

/** Ten seconds of a sine on two axes, with noise. */
function record(label: string, frequencyHz: number, amplitude: number, seed: number) {
  const random = createSeededRandom(seed);
  const readings = Float32Array.from({ length: 1000 }, (_, i) => {
    const phase = (2 * Math.PI * frequencyHz * (i >> 1)) / 50 + (i % 2);
    return amplitude * Math.sin(phase) + 0.05 * random.normal();
  });
  return { label, spans: labelWhole(label, 500), readings };
}

/** Runs a training to its end. */
function finish<P, R>(training: Generator<P, R>): { result: R; progress: readonly P[] } {
  const progress: P[] = [];
  for (;;) {
    const { done, value } = training.next();
    if (done) return { result: value, progress };
    progress.push(value);
  }
}

const recordings = [1, 2, 3, 4].flatMap((n) => [record("slow", 1, 1, n), record("fast", 6, 2, 10 + n)]);
const { result: impulse, progress } = finish<TrainingProgress, Impulse>(trainImpulse(design, recordings, 1));

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
    expect(finish(trainImpulse(design, recordings, 1)).result).toEqual(impulse);
    expect(finish(trainImpulse(design, recordings, 2)).result).not.toEqual(impulse);
  });

  it("reports a falling loss and recordings kept out of training after every epoch, then the folds", () => {
    const epochs = progress.filter((event) => event.block === "classifier");
    const folds = progress.filter((event) => event.block === "anomaly");

    expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, e) => e + 1));
    expect(epochs.at(-1)?.loss).toBeLessThan((epochs[0]?.loss ?? NaN) / 10);
    expect(epochs.at(-1)?.validationAccuracy).toBe(1);
    expect(folds.map(({ fold, folds: all }) => [fold, all])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
  });

  it("leaves the classifier out when there is nothing to tell apart", () => {
    const { result } = finish(
      trainImpulse(
        design,
        recordings.filter(({ label }) => label === "slow"),
        1,
      ),
    );

    expect(result.classifier).toBeUndefined();
    expect(result.anomaly).toMatchObject({ clusters: [{}, {}, {}, {}, {}, {}, {}, {}] });
  });

  it("learns the labels of the spans of one long recording", () => {
    const long: TrainingRecording = {
      readings: Float32Array.from(recordings.flatMap(({ readings }) => [...readings])),
      spans: recordings.map(({ label }, i) => ({ startIndex: 500 * i, endIndex: 500 * i + 499, label })),
    };

    const { result } = finish(trainImpulse(design, [long], 1));

    const classifier = new WindowClassifier(result);
    for (const { label, readings } of [record("slow", 1, 1, 77), record("fast", 6, 2, 78)]) {
      classifier.classify(readings, 100);
      expect(classifier.scores[result.classifier?.labels.indexOf(label) ?? -1], label).toBeGreaterThan(0.9);
    }
  });

  it.each([
    {
      what: "recordings without a single full window",
      given: [{ spans: labelWhole("blink", 5), readings: new Float32Array(10) }],
      message: "no window to learn",
    },
    {
      what: "recordings without labels",
      given: [{ spans: [], readings: new Float32Array(1000) }],
      message: "no window to learn",
    },
    {
      what: "readings that are no numbers",
      given: [{ spans: labelWhole("broken", 500), readings: new Float32Array(1000).fill(NaN) }],
      message:
        "There are no features of the window from reading 0 of recording 0: readings[0], axis 0 of reading 0, is NaN",
    },
    {
      what: "the label that is the anomaly score's name",
      given: [...recordings, record("anomaly", 3, 1, 5)],
      message: 'No label may be "anomaly"',
    },
  ])("refuses $what", ({ given, message }) => {
    expect(() => trainImpulse(design, given, 1).next()).toThrow(message);
  });
});

describe("trainAnomalyBlock", () => {
  it("lifts the threshold to where recordings kept out of training stay below it", () => {
    // Each recording is as strong as none before it, so that every one lies outside the clusters of the others.
    const different = [1, 2, 4, 8, 16].map((amplitude) => record("grows", 2, amplitude, amplitude));

    const { result, progress: folds } = finish(trainAnomalyBlock(design, different, { seed: 1 }));

    expect(folds.some(({ falseAlarms }) => falseAlarms > 0.9)).toBe(true);
    expect(result.threshold).toBeGreaterThan(1);
  });

  it("keeps the design's threshold where recordings are alike, and a cautious one where they are few", () => {
    const alike = [1, 2, 3, 4, 5].map((seed) => record("slow", 1, 1, seed));

    expect(finish(trainAnomalyBlock(design, alike, { seed: 1, clusterCount: 1 })).result.threshold).toBeLessThan(1);
    expect(finish(trainAnomalyBlock(design, alike.slice(3), { seed: 1 })).result.threshold).toBeGreaterThanOrEqual(1);
  });
});

describe("trainClassifierBlock", () => {
  it("counts every label the same however many windows it has", () => {
    const many = Array.from({ length: 12 }, (_, n) => record("slow", 1, 1, 40 + n));
    const few = [record("fast", 6, 2, 60), record("fast", 6, 2, 61)];

    const { result, progress: epochs } = finish(
      trainClassifierBlock(design, [...many, ...few], { seed: 1, epochs: 12 }),
    );

    expect(result.labels).toEqual(["fast", "slow"]);
    expect(epochs[0]).toMatchObject({ epoch: 1, epochs: 12 });
    const classifier = new WindowClassifier({ ...impulse, classifier: result });
    classifier.classify(record("fast", 6, 2, 79).readings, 0);
    expect(classifier.scores[0]).toBeGreaterThan(0.9);
  });

  it("learns a label that is only ever short and within one recording of another", () => {
    const [slow, fast] = [record("slow", 1, 1, 70), record("fast", 6, 2, 71)];
    const spans = [
      { startIndex: 0, endIndex: 479, label: "slow" },
      { startIndex: 480, endIndex: 499, label: "fast" },
    ];
    const crossing = {
      spans,
      readings: Float32Array.from([...slow.readings.subarray(0, 960), ...fast.readings.subarray(0, 40)]),
    };

    const { result } = finish(trainClassifierBlock(design, [crossing, slow, record("slow", 1, 1, 72)], { seed: 1 }));

    const classifier = new WindowClassifier({ ...impulse, classifier: result });
    classifier.classify(crossing.readings, 450);
    expect(classifier.scores[result.labels.indexOf("fast")]).toBeGreaterThan(0.6);
  });

  it("refuses a single label", () => {
    const slow = recordings.filter(({ label }) => label === "slow");

    expect(() => trainClassifierBlock(design, slow, { seed: 1 }).next()).toThrow('all windows are labelled "slow"');
  });
});
