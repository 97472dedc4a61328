import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { features, quantised, run, type Scale } from "./operator-cases.ts";
import { CODES, type WrittenModel } from "./write-tflite.ts";

describe("SOFTMAX", () => {
  const SCORES: Scale = { scale: 1 / 256, zeroPoint: -128 };

  it("gives scores that add up to 1 in float32, and does not overflow", () => {
    const model: WrittenModel = {
      tensors: [{ shape: [2, 3] }, { shape: [2, 3] }],
      operators: [{ code: CODES.SOFTMAX, inputs: [0], outputs: [1], options: [[0, "float32", 1]] }],
      inputs: [0],
      outputs: [1],
    };

    const out = run(model, [0, 0, 0, 1000, -1000, 999]);

    expect(out.slice(0, 3)).toEqual([1, 1, 1].map((one) => Math.fround(one / 3)));
    expect(out[3]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
    expect(out[4]).toBe(0);
  });

  it("gives int8 scores within a step of the exact ones, and 255 of 256 at most", () => {
    const scale = Math.fround(0.07);
    const input = { scale, zeroPoint: 4 };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 1, maxLength: 12 }), (values) => {
        const model: WrittenModel = {
          tensors: [quantised(input, [1, values.length]), quantised(SCORES, [1, values.length])],
          operators: [{ code: CODES.SOFTMAX, inputs: [0], outputs: [1], options: [[0, "float32", 1]] }],
          inputs: [0],
          outputs: [1],
        };

        const out = run(model, features(values, input));

        const powers = values.map((value) => Math.exp((value - Math.max(...values)) * scale));
        const total = powers.reduce((sum, power) => sum + power, 0);
        out.forEach((score, i) => {
          const exact = Math.min(255 / 256, (powers[i] as number) / total);
          expect(Math.abs(score - exact)).toBeLessThan(0.51 / 256);
        });
      }),
    );
  });
});
