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
  ])("refuses $change", ({ change, message }) => {
    const training = { hiddenNeurons: [4], learningRate: 0.01, epochs: 1, patience: 1, noise: 0, seed: 1 };
    const options = { ...training, classCount: 2, validation: undefined, ...change };

    expect(() => trainClassifier(windows(4), options).next()).toThrow(message);
  });
});
