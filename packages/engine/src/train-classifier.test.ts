import { createHash } from "node:crypto";

import { describe, expect, it } from "vitest";

import { Float32Classifier } from "./networks/dense-float32.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { trainClassifier } from "./train-classifier.ts";

const random = createSeededRandom(3);

/** Windows of two features that overlap a little; class 0 lies to the left. */
function windows(count: number) {
  const classes = Uint16Array.from({ length: count }, (_, w) => w % 2);
  const features = Float64Array.from({ length: 2 * count }, (_, i) => {
    return (classes[i >> 1] === 0 ? -2 : 2) + random.normal();
  });
  return { features, classes };
}

const small = { hiddenNeurons: [4], learningRate: 0.01, epochs: 1, patience: 1, noise: 0, seed: 1 };

/** Runs a training to its end. */
function finish<R>(training: Generator<unknown, R>): R {
  for (;;) {
    const { done, value } = training.next();
    if (done) return value;
  }
}

describe("trainClassifier", () => {
  it("learns on although a part of the validation is labelled wrong", () => {
    const validation = windows(500);
    // Far on the wrong side, and more so the surer the network becomes.
    for (let w = 0; w < 50; w++) validation.features.fill(validation.classes[w] === 0 ? 30 : -30, 2 * w, 2 * w + 2);
    const training = { hiddenNeurons: [20, 10], learningRate: 0.0002, epochs: 40, patience: 8, noise: 0, seed: 1 };

    const learning = trainClassifier(windows(1_000), { ...training, classCount: 2, validation });
    let step = learning.next();
    while (!step.done) step = learning.next();

    const { network, epoch } = step.value;
    const scores = new Float32Array(2);
    new Float32Classifier(network).run(Float64Array.of(-2, -2), scores);
    expect(epoch).toBeGreaterThan(5);
    expect(scores[0]).toBeGreaterThan(0.95);
  });

  it("arrives at the very same bits on every machine", () => {
    const training = { hiddenNeurons: [8, 4], learningRate: 0.01, epochs: 5, patience: 5, noise: 0.2, seed: 7 };
    const numbers = createSeededRandom(11);
    const classes = Uint16Array.from({ length: 300 }, (_, w) => w % 3);
    const features = Float64Array.from(
      { length: 900 },
      (_, i) => numbers.uniform() + (classes[Math.floor(i / 3)] as number),
    );

    const learning = trainClassifier({ features, classes }, { ...training, classCount: 3, validation: undefined });
    let step = learning.next();
    while (!step.done) step = learning.next();

    const hash = createHash("sha256");
    for (const { weights, bias } of step.value.network.layers) hash.update(weights).update(bias);
    expect(hash.digest("hex")).toBe("b8107542be806d1164b25f8d9e19aa268215001b84e6651ab6aedd805d7b68a5");
  });

  it.each([
    { change: { epochs: 0 }, message: "epochs is 0" },
    { change: { learningRate: NaN }, message: "learningRate is NaN" },
    { change: { hiddenNeurons: [10, 0.5] }, message: "hiddenNeurons has 0.5" },
    { change: { noise: -1 }, message: "noise is -1" },
    { change: { patience: 0 }, message: "patience is 0" },
    { change: { classCount: 1 }, message: "class of window 1 is 1; classes are numbered from 0 to 0" },
    {
      change: { validation: { features: new Float64Array(0), classes: new Uint16Array(0) } },
      message: "no window to measure by",
    },
    {
      change: { validation: { features: Float64Array.of(1, 2, 3), classes: Uint16Array.of(0) } },
      message: "validation has 3 numbers for 1 windows of 2 features",
    },
    { change: { learningRate: 1e39 }, message: "learningRate is 1e+39; with it the weights grew beyond all numbers" },
  ])("refuses $change", ({ change, message }) => {
    const options = { ...small, classCount: 2, validation: undefined, ...change };

    expect(() => finish(trainClassifier(windows(4), options))).toThrow(message);
  });

  it.each([NaN, Infinity])("refuses features of which one is %s, with its place", (value) => {
    const given = windows(4);
    given.features[5] = value;
    const options = { ...small, classCount: 2, validation: undefined };

    expect(() => trainClassifier(given, options).next()).toThrow(`Feature 1 of window 2 is ${value}`);
    expect(() => trainClassifier(windows(4), { ...options, validation: given }).next()).toThrow(
      `Feature 1 of validation window 2 is ${value}`,
    );
  });

  it("refuses features that are no whole number of windows", () => {
    const given = { features: new Float64Array(5), classes: new Uint16Array(2) };

    expect(() => trainClassifier(given, { ...small, classCount: 2, validation: undefined }).next()).toThrow(
      "5 numbers are no whole number of features for 2 windows",
    );
  });
});
