import { describe, expect, it } from "vitest";

import { createSeededRandom } from "../seeded-random.ts";
import { Float32Classifier, type Float32Network } from "./dense-float32.ts";
import { Int8Classifier } from "./dense-int8.ts";
import { quantizeNetwork } from "./quantize.ts";

const random = createSeededRandom(1);

function layer(inputs: number, outputs: number, activation: "relu" | "none") {
  return {
    inputs,
    outputs,
    activation,
    weights: Float32Array.from({ length: inputs * outputs }, () => random.normal()),
    bias: Float32Array.from({ length: outputs }, () => random.normal()),
  };
}

function scoresOf(network: Float32Classifier | Int8Classifier, features: Float64Array): number[] {
  const scores = new Float32Array(network.outputCount);
  network.run(features, scores);
  return [...scores];
}

describe("quantizeNetwork", () => {
  it("makes scores near those in float32", () => {
    const network: Float32Network = { layers: [layer(6, 8, "relu"), layer(8, 3, "none")] };
    const examples = Float64Array.from({ length: 6 * 200 }, () => 3 * random.normal());
    const [float32, int8] = [new Float32Classifier(network), new Int8Classifier(quantizeNetwork(network, examples))];

    for (let from = 0; from < examples.length; from += 6) {
      const features = examples.subarray(from, from + 6);
      const exact = scoresOf(float32, features);
      scoresOf(int8, features).forEach((score, i) => expect(Math.abs(score - (exact[i] as number))).toBeLessThan(0.15));
    }
  });

  it("keeps a bias that is far larger than the weights of its output", () => {
    const network: Float32Network = {
      layers: [
        { inputs: 1, outputs: 2, activation: "none", weights: Float32Array.of(1e-12, 1), bias: Float32Array.of(3, 0) },
      ],
    };
    const int8 = quantizeNetwork(network, Float64Array.of(-1, 1));

    const [scores, exact] = [new Int8Classifier(int8), new Float32Classifier(network)].map((each) =>
      scoresOf(each, Float64Array.of(0)),
    );

    expect(scores?.[0]).toBeCloseTo(exact?.[0] as number, 1);
  });

  it("gives scales that a document may have to weights and features next to 0", () => {
    const tiny = { weights: Float32Array.of(1e-42, 0), bias: Float32Array.of(0, 0) };
    const network: Float32Network = { layers: [{ inputs: 1, outputs: 2, activation: "none", ...tiny }] };

    const { input, layers } = quantizeNetwork(network, Float64Array.of(1e-42));

    const scales = [input.scale, ...(layers[0]?.weightScales ?? []), layers[0]?.output.scale];
    expect(scales).toEqual([1, 1, 1, 1]);
  });

  it.each([NaN, Infinity])("refuses an example that is %s", (value) => {
    const network: Float32Network = { layers: [layer(2, 2, "none")] };

    expect(() => quantizeNetwork(network, Float64Array.of(1, value))).toThrow(`Feature 1 of example 0 is ${value}`);
  });
});
