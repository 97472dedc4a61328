import { describe, expect, it } from "vitest";

import { Int8Classifier, type Int8Network } from "./dense-int8.ts";
import { denseFactors } from "./weighted-sums.ts";

/** Both classes score the same at step -108 of the feature; each step on, the first one scores more. */
function networkOf(scale: number): Int8Network {
  return {
    input: { scale, zeroPoint: 0 },
    layers: [
      {
        inputs: 1,
        outputs: 2,
        activation: "none",
        weights: Int8Array.of(127, 0),
        weightScales: [0.1 / (127 * scale)],
        bias: Int32Array.of(0, -108 * 127),
        output: { scale: 0.1, zeroPoint: 0 },
      },
    ],
  };
}

describe("Int8Classifier", () => {
  it("takes scales for the float32 that they are in a file, however many digits a document has of them", () => {
    const [short, exact] = [0.003, Math.fround(0.003)].map((scale) => new Int8Classifier(networkOf(scale)));
    const scoresOf = (network: Int8Classifier | undefined, feature: number) => {
      const scores = new Float32Array(2);
      network?.run([feature], scores);
      return [...scores];
    };

    // Halfway between two steps, where the last bit of the scale decides.
    for (let step = -120; step < 120; step++) {
      const feature = (step + 0.5) * 0.003;
      expect(scoresOf(short, feature), `feature ${feature}`).toEqual(scoresOf(exact, feature));
    }
  });
});

describe("denseFactors", () => {
  it("multiplies in float32 for one scale of all weights, and exactly for one of each output, as the reference does", () => {
    const [input, output, first, second] = [0.3, 0.7, 0.011, 0.013].map(Math.fround) as [
      number,
      number,
      number,
      number,
    ];

    expect(denseFactors(input, [first], output)).toEqual([Math.fround(input * first) / output]);
    expect(denseFactors(input, [first, second], output)).toEqual([(input * first) / output, (input * second) / output]);
  });
});
