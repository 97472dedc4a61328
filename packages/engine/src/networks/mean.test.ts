import { describe, expect, it } from "vitest";

import { features, INPUT, numbers, OUTPUT, quantised, rescale, run, toInt8 } from "./operator-cases.ts";
import { CODES, type WrittenTensor } from "./write-tflite.ts";

describe("MEAN", () => {
  const shape = [1, 2, 3, 2];
  const values = numbers(12, 5, -100, 100);
  const channel = (c: number) => values.filter((_, i) => i % 2 === c);
  const total = (c: number) => channel(c).reduce((sum, value) => sum + value, 0);

  function mean(tensors: readonly [WrittenTensor, WrittenTensor], isKept: boolean, given: readonly number[]) {
    return run(
      {
        tensors: [tensors[0], { shape: [2], type: "int32", values: [1, -2] }, tensors[1]],
        operators: [{ code: CODES.MEAN, inputs: [0, 1], outputs: [2], options: [[0, "int8", isKept ? 1 : 0]] }],
        inputs: [0],
        outputs: [2],
      },
      given,
    );
  }

  it("takes the mean along axes, counted from either end, in float32", () => {
    expect(mean([{ shape }, { shape: [1, 2] }], false, values)).toEqual([0, 1].map((c) => Math.fround(total(c) / 6)));
  });

  it("rounds int8 pictures after scaling when rows and columns are kept", () => {
    const out = mean([quantised(INPUT, shape), quantised(OUTPUT, [1, 1, 1, 2])], true, features(values, INPUT));

    const expected = [0, 1].map((c) => {
      const scaled = rescale(total(c) - 6 * INPUT.zeroPoint, INPUT.scale / OUTPUT.scale);
      return Math.trunc((scaled > 0 ? scaled + 3 : scaled - 3) / 6) + OUTPUT.zeroPoint;
    });
    expect(toInt8(out, OUTPUT)).toEqual(expected);
  });

  it("cuts int8 means of one scale towards zero when dimensions are dropped", () => {
    const out = mean([quantised(INPUT, shape), quantised(INPUT, [1, 2])], false, features(values, INPUT));

    expect(toInt8(out, INPUT)).toEqual([0, 1].map((c) => Math.trunc(total(c) / 6)));
  });

  it("rounds int8 means of another scale when dimensions are dropped", () => {
    const out = mean([quantised(INPUT, shape), quantised(OUTPUT, [1, 2])], false, features(values, INPUT));

    const expected = [0, 1].map(
      (c) => Math.round((total(c) / 6 - INPUT.zeroPoint) * (INPUT.scale / OUTPUT.scale)) + OUTPUT.zeroPoint,
    );
    expect(toInt8(out, OUTPUT)).toEqual(expected);
  });
});
