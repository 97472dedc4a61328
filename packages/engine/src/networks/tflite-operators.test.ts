import { describe, expect, it } from "vitest";

import { features, INPUT, OUTPUT, quantised, run, toInt8 } from "./operator-cases.ts";
import { readTflite } from "./read-tflite.ts";
import { CODES, type OptionField, writeTflite, type WrittenModel } from "./write-tflite.ts";

describe("operators one after another", () => {
  it("PAD puts zeros around, CONCATENATION joins, RESHAPE changes nothing", () => {
    const out = run(
      {
        tensors: [
          { shape: [4] },
          { shape: [2, 2] },
          { shape: [2, 2], type: "int32", values: [0, 1, 1, 0] },
          { shape: [3, 3] },
          { shape: [3, 1], values: [7, 8, 9] },
          { shape: [3, 4] },
        ],
        operators: [
          { code: CODES.RESHAPE, inputs: [0], outputs: [1] },
          { code: CODES.PAD, inputs: [1, 2], outputs: [3] },
          { code: CODES.CONCATENATION, inputs: [3, 4], outputs: [5], options: [[0, "int32", -1]] },
        ],
        inputs: [0],
        outputs: [5],
      },
      [1, 2, 3, 4],
    );

    expect(out).toEqual([0, 1, 2, 7, 0, 3, 4, 8, 0, 0, 0, 9]);
  });

  it("PAD puts the zero point around int8", () => {
    const out = run(
      {
        tensors: [
          quantised(INPUT, [1, 2]),
          { shape: [2, 2], type: "int32", values: [0, 1, 1, 0] },
          quantised(INPUT, [2, 3]),
        ],
        operators: [{ code: CODES.PAD, inputs: [0, 1], outputs: [2] }],
        inputs: [0],
        outputs: [2],
      },
      features([50, -60], INPUT),
    );

    const zero = INPUT.zeroPoint;
    expect(toInt8(out, INPUT)).toEqual([zero, 50, -60, zero, zero, zero]);
  });

  it("EXPAND_DIMS and SQUEEZE change nothing but the shape", () => {
    const out = run(
      {
        tensors: [{ shape: [3] }, { shape: [1, 3] }, { shape: [3] }],
        operators: [
          { code: CODES.EXPAND_DIMS, inputs: [0], outputs: [1] },
          { code: CODES.SQUEEZE, inputs: [1], outputs: [2] },
        ],
        inputs: [0],
        outputs: [2],
      },
      [1, 2, 3],
    );

    expect(out).toEqual([1, 2, 3]);
  });

  it("a recording goes through a 1-D convolution, a pool and a dense layer, as Studio builds them", () => {
    const out = run(
      {
        tensors: [
          { shape: [1, 6] },
          { shape: [1, 1, 3, 2] },
          { shape: [2, 1, 2, 2], values: [1, 0, 1, 0, 0, 1, 0, -1] },
          { shape: [2], values: [0, 100] },
          { shape: [1, 1, 3, 2] },
          { shape: [1, 1, 1, 2] },
          { shape: [1, 2] },
          { shape: [1, 2], values: [1, 1] },
          { shape: [1, 1] },
        ],
        operators: [
          { code: CODES.RESHAPE, inputs: [0], outputs: [1] },
          {
            code: CODES.CONV_2D,
            inputs: [1, 2, 3],
            outputs: [4],
            options: [
              [0, "int8", 0],
              [1, "int32", 1],
              [2, "int32", 1],
              [3, "int8", 1],
            ],
          },
          {
            code: CODES.MAX_POOL_2D,
            inputs: [4],
            outputs: [5],
            options: [
              [0, "int8", 1],
              [1, "int32", 3],
              [2, "int32", 1],
              [3, "int32", 3],
              [4, "int32", 1],
            ],
          },
          { code: CODES.RESHAPE, inputs: [5], outputs: [6] },
          { code: CODES.FULLY_CONNECTED, inputs: [6, 7, -1], outputs: [8] },
        ],
        inputs: [0],
        outputs: [8],
      },
      [1, 10, 2, 20, 3, 30],
    );

    // Sums of neighbours in the first axis: 3, 5, 3. 100 less the second axis's step up: 90, 90, 130.
    expect(out).toEqual([5 + 130]);
  });
});

describe("operators refuse what does not fit", () => {
  const pool = (options: readonly OptionField[], shapeOut: readonly number[]): WrittenModel => ({
    tensors: [{ shape: [1, 4, 4, 1] }, { shape: shapeOut }],
    operators: [{ code: CODES.MAX_POOL_2D, inputs: [0], outputs: [1], options }],
    inputs: [0],
    outputs: [1],
  });
  const strides: OptionField[] = [
    [0, "int8", 1],
    [1, "int32", 1],
    [2, "int32", 1],
  ];

  it.each<[string, WrittenModel, string]>([
    ["a stride of 0", pool([[0, "int8", 1]], [1, 4, 4, 1]), "MAX_POOL_2D (operator 0) has the kernel height 0."],
    [
      "a kernel larger than the picture",
      pool([...strides, [3, "int32", 9], [4, "int32", 9]], [1, 4, 4, 1]),
      "has a kernel of 9 for a length of 4",
    ],
    [
      "an output of another shape",
      pool([...strides, [3, "int32", 2], [4, "int32", 2]], [1, 4, 4, 1]),
      "makes the shape [1, 3, 3, 1], and tensor 1 (t) has [1, 4, 4, 1]",
    ],
    [
      "an activation that is not known",
      pool([...strides, [3, "int32", 2], [4, "int32", 2], [5, "int8", 5]], [1, 3, 3, 1]),
      "has the activation 5, which is not known",
    ],
    [
      "dense weights with a scale for each input",
      {
        tensors: [
          quantised(INPUT, [1, 2]),
          { shape: [2, 2], type: "int8", scales: [0.1, 0.2], channelDimension: 1, values: [1, 2, 3, 4] },
          quantised(OUTPUT, [1, 2]),
        ],
        operators: [{ code: CODES.FULLY_CONNECTED, inputs: [0, 1], outputs: [2] }],
        inputs: [0],
        outputs: [2],
      },
      "FULLY_CONNECTED (operator 0) has scales along dimension 1",
    ],
    [
      "a dense layer whose outputs do not lie together",
      {
        tensors: [{ shape: [1, 3] }, { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] }, { shape: [2, 1] }],
        operators: [{ code: CODES.FULLY_CONNECTED, inputs: [0, 1], outputs: [2] }],
        inputs: [0],
        outputs: [2],
      },
      "makes 2 outputs, and tensor 2 (t) has the shape [2, 1]",
    ],
    [
      "an int8 softmax of another scale",
      {
        tensors: [quantised(INPUT, [1, 4]), quantised(OUTPUT, [1, 4])],
        operators: [{ code: CODES.SOFTMAX, inputs: [0], outputs: [1] }],
        inputs: [0],
        outputs: [1],
      },
      "needs scale 1/256 and zero point -128",
    ],
  ])("%s", (_, model, message) => {
    expect(() => readTflite(writeTflite(model))).toThrow(message);
  });

  it("a network that would take minutes for a window", () => {
    const side = 1500;
    const model: WrittenModel = {
      tensors: [{ shape: [1, side, side, 1] }, { shape: [1, side, side, 1] }],
      operators: [
        {
          code: CODES.AVERAGE_POOL_2D,
          inputs: [0],
          outputs: [1],
          options: [
            [0, "int8", 0],
            [1, "int32", 1],
            [2, "int32", 1],
            [3, "int32", side],
            [4, "int32", side],
          ],
        },
      ],
      inputs: [0],
      outputs: [1],
    };

    expect(() => readTflite(writeTflite(model))).toThrow("multiplies more than 1073741824 times for a window");
  });
});
