import { describe, expect, it } from "vitest";

import { features, finish, INPUT, numbers, OUTPUT, quantised, run, toInt8 } from "./operator-cases.ts";
import { CODES } from "./write-tflite.ts";

describe("FULLY_CONNECTED", () => {
  it.each([1, 2, 3, 4, 5, 7, 8])("makes %i outputs in int8 as the integer formula does", (outputs) => {
    const columns = 11;
    const values = numbers(2 * columns, outputs, -128, 127);
    const weights = numbers(outputs * columns, outputs + 1, -127, 127);
    const bias = numbers(outputs, outputs + 2, -2000, 2000);
    const scale = Math.fround(0.007);

    const out = run(
      {
        tensors: [
          quantised(INPUT, [2, columns]),
          { shape: [outputs, columns], type: "int8", scales: [scale], values: weights },
          { shape: [outputs], type: "int32", values: bias },
          quantised(OUTPUT, [2, outputs]),
        ],
        operators: [{ code: CODES.FULLY_CONNECTED, inputs: [0, 1, 2], outputs: [3], options: [[0, "int8", 1]] }],
        inputs: [0],
        outputs: [3],
      },
      features(values, INPUT),
    );

    const expected = [0, 1].flatMap((row) =>
      bias.map((start, o) => {
        let sum = start;
        for (let i = 0; i < columns; i++) {
          sum += ((values[row * columns + i] as number) - INPUT.zeroPoint) * (weights[o * columns + i] as number);
        }
        return finish(sum, Math.fround(INPUT.scale * scale) / OUTPUT.scale, OUTPUT, 1);
      }),
    );
    expect(toInt8(out, OUTPUT)).toEqual(expected);
  });
});
