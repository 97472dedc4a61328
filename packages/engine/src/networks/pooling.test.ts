import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { activate, activateInt8, features, INPUT, numbers, quantised, run, toInt8 } from "./operator-cases.ts";
import { activations, fits, kernels, pieces, sizes } from "./picture-cases.ts";
import { CODES } from "./write-tflite.ts";

describe.each([
  { name: "MAX_POOL_2D", code: CODES.MAX_POOL_2D },
  { name: "AVERAGE_POOL_2D", code: CODES.AVERAGE_POOL_2D },
])("$name", ({ code }) => {
  const isMean = code === CODES.AVERAGE_POOL_2D;

  function roundedMean(values: readonly number[]): number {
    const sum = BigInt(values.reduce((total, value) => total + value, 0));
    const count = BigInt(values.length);
    return Number((sum > 0n ? sum + count / 2n : sum - count / 2n) / count);
  }

  it.each(["float32", "int8"] as const)("makes in %s what nested loops make, leaving out what lies outside", (type) => {
    fc.assert(
      fc.property(sizes, kernels, activations, ({ height, width, channels, seed }, drawn, activation) => {
        const kernel = { ...drawn, dilationY: 1, dilationX: 1 };
        fc.pre(fits({ height, width }, kernel));
        const isFloat = type === "float32";
        const picture = {
          height,
          width,
          channels,
          values: numbers(height * width * channels, seed, isFloat ? -9 : -128, isFloat ? 9 : 127),
        };
        const perChannel = Array.from({ length: channels }, (_, c) => pieces(picture, kernel, c));
        const grid = perChannel[0] as (number | undefined)[][][];
        const shapeIn = [1, height, width, channels];
        const shapeOut = [1, grid.length, (grid[0] as unknown[]).length, channels];

        const out = run(
          {
            tensors: isFloat
              ? [{ shape: shapeIn }, { shape: shapeOut }]
              : [quantised(INPUT, shapeIn), quantised(INPUT, shapeOut)],
            operators: [
              {
                code,
                inputs: [0],
                outputs: [1],
                options: [
                  [0, "int8", kernel.padding === "same" ? 0 : 1],
                  [1, "int32", kernel.strideX],
                  [2, "int32", kernel.strideY],
                  [3, "int32", kernel.width],
                  [4, "int32", kernel.height],
                  [5, "int8", activation],
                ],
              },
            ],
            inputs: [0],
            outputs: [1],
          },
          isFloat ? picture.values : features(picture.values, INPUT),
        );

        const expected = grid.flatMap((row, y) =>
          row.flatMap((_, x) =>
            perChannel.map((piecesOfChannel) => {
              const values = ((piecesOfChannel[y] as (number | undefined)[][])[x] as (number | undefined)[]).filter(
                (v) => v !== undefined,
              );
              if (!isMean) {
                const highest = Math.max(...values);
                return isFloat ? activate(highest, activation) : activateInt8(highest, INPUT, activation);
              }
              if (!isFloat) return activateInt8(roundedMean(values), INPUT, activation);
              return Math.fround(activate(values.reduce((sum, v) => sum + v, 0) / values.length, activation));
            }),
          ),
        );
        expect(isFloat ? out : toInt8(out, INPUT)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});
