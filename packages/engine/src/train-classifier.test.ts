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
    new Float32Classifier(network).classify(Float64Array.of(-2, -2), scores);
    expect(epoch).toBeGreaterThan(5);
    expect(scores[0]).toBeGreaterThan(0.95);
  });
});
