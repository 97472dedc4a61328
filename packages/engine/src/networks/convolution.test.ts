import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { activate, features, finish, INPUT, numbers, OUTPUT, quantised, run, toInt8 } from "./operator-cases.ts";
import { activations, fits, type Kernel, kernels, type Picture, pieces, sizes } from "./picture-cases.ts";
import { CODES, type OptionField } from "./write-tflite.ts";

function convolutionOptions(kernel: Kernel, activation: number, isDepthwise: boolean): OptionField[] {
  const paddingCode = kernel.padding === "same" ? 0 : 1;
  const shared: OptionField[] = [
    [0, "int8", paddingCode],
    [1, "int32", kernel.strideX],
    [2, "int32", kernel.strideY],
  ];
  const rest: OptionField[] = isDepthwise
    ? [
        [4, "int8", activation],
        [5, "int32", kernel.dilationX],
        [6, "int32", kernel.dilationY],
      ]
    : [
        [3, "int8", activation],
        [4, "int32", kernel.dilationX],
        [5, "int32", kernel.dilationY],
      ];
  return [...shared, ...rest];
}

describe.each([
  { name: "CONV_2D", code: CODES.CONV_2D, isDepthwise: false },
  { name: "DEPTHWISE_CONV_2D", code: CODES.DEPTHWISE_CONV_2D, isDepthwise: true },
])("$name", ({ code, isDepthwise }) => {
  /** Output, kernel by kernel, from sums of what the kernel covers. */
  function reference<T>(
    picture: Picture,
    kernel: Kernel,
    outputs: number,
    add: (values: (number | undefined)[], channel: number, output: number) => number,
    last: (sum: number, output: number) => T,
  ): T[] {
    const perChannel = Array.from({ length: picture.channels }, (_, c) => pieces(picture, kernel, c));
    const result: T[] = [];
    (perChannel[0] as (number | undefined)[][][]).forEach((row, y) =>
      row.forEach((_, x) => {
        for (let o = 0; o < outputs; o++) {
          let sum = 0;
          perChannel.forEach((piecesOfChannel, c) => {
            const counts = !isDepthwise || Math.floor(o / (outputs / picture.channels)) === c;
            if (counts) sum += add((piecesOfChannel[y] as (number | undefined)[][])[x] as (number | undefined)[], c, o);
          });
          result.push(last(sum, o));
        }
      }),
    );
    return result;
  }

  function weightAt(weights: readonly number[], kernel: Kernel, channels: number, outputs: number) {
    const places = kernel.height * kernel.width;
    return (place: number, channel: number, output: number) =>
      weights[isDepthwise ? place * outputs + output : (output * places + place) * channels + channel] as number;
  }

  function shapes(picture: Picture, kernel: Kernel, outputs: number) {
    const [rows, columns] = [pieces(picture, kernel, 0).length, (pieces(picture, kernel, 0)[0] as unknown[]).length];
    return {
      input: [1, picture.height, picture.width, picture.channels],
      weights: isDepthwise
        ? [1, kernel.height, kernel.width, outputs]
        : [outputs, kernel.height, kernel.width, picture.channels],
      output: [1, rows, columns, outputs],
    };
  }

  it("makes in float32 what nested loops make, for every stride, dilation, padding and activation", () => {
    fc.assert(
      fc.property(
        sizes,
        kernels,
        activations,
        ({ height, width, channels, outputs: most, seed }, kernel, activation) => {
          fc.pre(fits({ height, width }, kernel));
          const outputs = isDepthwise ? most * channels : most;
          const picture = { height, width, channels, values: numbers(height * width * channels, seed, -9, 9) };
          const places = kernel.height * kernel.width;
          const weights = numbers(places * outputs * (isDepthwise ? 1 : channels), seed + 1, -9, 9).map((w) => w / 8);
          const bias = numbers(outputs, seed + 2, -4, 4);
          const weight = weightAt(weights, kernel, channels, outputs);
          const shape = shapes(picture, kernel, outputs);

          const out = run(
            {
              tensors: [
                { shape: shape.input },
                { shape: shape.weights, values: weights },
                { shape: [outputs], values: bias },
                { shape: shape.output },
              ],
              operators: [
                { code, inputs: [0, 1, 2], outputs: [3], options: convolutionOptions(kernel, activation, isDepthwise) },
              ],
              inputs: [0],
              outputs: [3],
            },
            picture.values,
          );

          const expected = reference(
            picture,
            kernel,
            outputs,
            (values, c, o) => values.reduce<number>((sum, value, k) => sum + (value ?? 0) * weight(k, c, o), 0),
            (sum, o) => activate(sum + (bias[o] as number), activation),
          );
          expect(out).toEqual(expected);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("makes in int8 what the integer formula makes, with a scale for each kernel", () => {
    fc.assert(
      fc.property(
        sizes,
        kernels,
        activations,
        ({ height, width, channels, outputs: most, seed }, kernel, activation) => {
          fc.pre(fits({ height, width }, kernel));
          const outputs = isDepthwise ? most * channels : most;
          const picture = { height, width, channels, values: numbers(height * width * channels, seed, -128, 127) };
          const places = kernel.height * kernel.width;
          const weights = numbers(places * outputs * (isDepthwise ? 1 : channels), seed + 1, -127, 127);
          const bias = numbers(outputs, seed + 2, -2000, 2000);
          const scales = numbers(outputs, seed + 3, 1, 40).map((n) => Math.fround(n / 3000));
          const weight = weightAt(weights, kernel, channels, outputs);
          const shape = shapes(picture, kernel, outputs);

          const out = run(
            {
              tensors: [
                quantised(INPUT, shape.input),
                { shape: shape.weights, type: "int8", scales, channelDimension: isDepthwise ? 3 : 0, values: weights },
                { shape: [outputs], type: "int32", values: bias },
                quantised(OUTPUT, shape.output),
              ],
              operators: [
                { code, inputs: [0, 1, 2], outputs: [3], options: convolutionOptions(kernel, activation, isDepthwise) },
              ],
              inputs: [0],
              outputs: [3],
            },
            features(picture.values, INPUT),
          );

          const expected = reference(
            picture,
            kernel,
            outputs,
            (values, c, o) =>
              values.reduce<number>(
                (sum, value, k) => sum + (value === undefined ? 0 : (value - INPUT.zeroPoint) * weight(k, c, o)),
                0,
              ),
            (sum, o) =>
              finish(
                sum + (bias[o] as number),
                (INPUT.scale * (scales[o] as number)) / OUTPUT.scale,
                OUTPUT,
                activation,
              ),
          );
          expect(toInt8(out, OUTPUT)).toEqual(expected);
        },
      ),
      { numRuns: 150 },
    );
  });
});
