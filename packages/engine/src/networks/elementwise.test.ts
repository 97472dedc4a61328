import { describe, expect, it } from "vitest";

import { activate, features, finish, INPUT, OUTPUT, quantised, rescale, run, toInt8 } from "./operator-cases.ts";
import { CODES, type WrittenModel, type WrittenTensor } from "./write-tflite.ts";

describe("LOGISTIC", () => {
  it("agrees with the exact function within half a step in int8, over all 256 values", () => {
    const input = { scale: Math.fround(0.06), zeroPoint: 10 };
    const values = Array.from({ length: 256 }, (_, i) => i - 128);

    const out = run(
      {
        tensors: [quantised(input, [1, 256]), quantised({ scale: 1 / 256, zeroPoint: -128 }, [1, 256])],
        operators: [{ code: CODES.LOGISTIC, inputs: [0], outputs: [1] }],
        inputs: [0],
        outputs: [1],
      },
      features(values, input),
    );

    values.forEach((value, i) => {
      const exact = Math.min(255 / 256, 1 / (1 + Math.exp(-(value - 10) * input.scale)));
      expect(Math.abs((out[i] as number) - exact)).toBeLessThan(0.51 / 256);
    });
  });

  it("is exact in float32", () => {
    const model: WrittenModel = {
      tensors: [{ shape: [3] }, { shape: [3] }],
      operators: [{ code: CODES.LOGISTIC, inputs: [0], outputs: [1] }],
      inputs: [0],
      outputs: [1],
    };

    expect(run(model, [-1000, 0, 2])).toEqual([0, 0.5, Math.fround(1 / (1 + Math.exp(-2)))]);
  });
});

describe("ADD", () => {
  it("adds in float32, repeating what has a dimension once", () => {
    const out = run(
      {
        tensors: [{ shape: [2, 3] }, { shape: [3], values: [10, 20, 30] }, { shape: [2, 3] }],
        operators: [{ code: CODES.ADD, inputs: [0, 1], outputs: [2] }],
        inputs: [0],
        outputs: [2],
      },
      [1, 2, 3, 4, 5, 6],
    );

    expect(out).toEqual([11, 22, 33, 14, 25, 36]);
  });

  it("adds in int8 as the integer formula does, for every pair of values", () => {
    const right = { scale: Math.fround(0.13), zeroPoint: -20 };
    const all = Array.from({ length: 256 }, (_, i) => i - 128);
    const steps = all.filter((value) => value % 9 === 0);

    const out = run(
      {
        tensors: [
          quantised(INPUT, [256, 1]),
          { ...quantised(right, [steps.length]), values: steps },
          quantised(OUTPUT, [256, steps.length]),
        ],
        operators: [{ code: CODES.ADD, inputs: [0, 1], outputs: [2], options: [[0, "int8", 1]] }],
        inputs: [0],
        outputs: [2],
      },
      features(all, INPUT),
    );

    const common = 2 * Math.max(INPUT.scale, right.scale);
    const expected = all.flatMap((a) =>
      steps.map((b) => {
        const sum =
          rescale((a - INPUT.zeroPoint) * 2 ** 20, INPUT.scale / common) +
          rescale((b - right.zeroPoint) * 2 ** 20, right.scale / common);
        return finish(sum, common / (2 ** 20 * OUTPUT.scale), OUTPUT, 1);
      }),
    );
    expect(toInt8(out, OUTPUT)).toEqual(expected);
  });
});

describe("other operators", () => {
  const all = Array.from({ length: 256 }, (_, i) => i - 128);

  it.each([
    { name: "RELU", code: CODES.RELU, bound: 1 },
    { name: "RELU_N1_TO_1", code: CODES.RELU_N1_TO_1, bound: 2 },
    { name: "RELU6", code: CODES.RELU6, bound: 3 },
  ])("$name bounds float32, and int8 while it changes the scale", ({ code, bound }) => {
    const one = (tensors: WrittenTensor[]): WrittenModel => ({
      tensors,
      operators: [{ code, inputs: [0], outputs: [1] }],
      inputs: [0],
      outputs: [1],
    });

    const values = [-7, -0.5, 0.5, 5, 7];
    expect(run(one([{ shape: [5] }, { shape: [5] }]), values)).toEqual(values.map((value) => activate(value, bound)));
    const out = run(one([quantised(INPUT, [256]), quantised(OUTPUT, [256])]), features(all, INPUT));
    expect(toInt8(out, OUTPUT)).toEqual(
      all.map((value) => finish(value - INPUT.zeroPoint, INPUT.scale / OUTPUT.scale, OUTPUT, bound)),
    );
  });

  it("QUANTIZE and DEQUANTIZE go from float32 to int8, to another scale and back", () => {
    const out = run(
      {
        tensors: [{ shape: [256] }, quantised(INPUT, [256]), quantised(OUTPUT, [256]), { shape: [256] }],
        operators: [
          { code: CODES.QUANTIZE, inputs: [0], outputs: [1] },
          { code: CODES.QUANTIZE, inputs: [1], outputs: [2] },
          { code: CODES.DEQUANTIZE, inputs: [2], outputs: [3] },
        ],
        inputs: [0],
        outputs: [3],
      },
      features(all, INPUT),
    );

    expect(toInt8(out, OUTPUT)).toEqual(
      all.map((value) => finish(value - INPUT.zeroPoint, INPUT.scale / OUTPUT.scale, OUTPUT, 0)),
    );
  });
});
