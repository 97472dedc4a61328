import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { readTflite } from "./read-tflite.ts";
import { CODES, writeTflite, type OptionField, type WrittenModel, type WrittenTensor } from "./write-tflite.ts";

/** Runs a model of one operator on features, and gives its output. */
function run(model: WrittenModel, features: ArrayLike<number>): number[] {
  const network = readTflite(writeTflite(model));
  const out = new Float32Array(network.outputCount);
  network.run(features, out);
  return [...out];
}

/** A picture with its own place for each number, as nested loops read it. */
interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: readonly number[];
}

interface Kernel {
  readonly height: number;
  readonly width: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  readonly padding: "same" | "valid";
}

/**
 * What a kernel covers at each position, with `undefined` where it is outside, worked out by padding the picture first
 * and cutting pieces from it afterwards: another way than the one under test.
 */
function pieces(picture: Picture, kernel: Kernel, channel: number): (number | undefined)[][][] {
  const reachY = (kernel.height - 1) * kernel.dilationY + 1;
  const reachX = (kernel.width - 1) * kernel.dilationX + 1;
  const isSame = kernel.padding === "same";
  const countY = isSame
    ? Math.ceil(picture.height / kernel.strideY)
    : Math.ceil((picture.height - reachY + 1) / kernel.strideY);
  const countX = isSame
    ? Math.ceil(picture.width / kernel.strideX)
    : Math.ceil((picture.width - reachX + 1) / kernel.strideX);
  const top = isSame ? Math.max(0, (countY - 1) * kernel.strideY + reachY - picture.height) >> 1 : 0;
  const left = isSame ? Math.max(0, (countX - 1) * kernel.strideX + reachX - picture.width) >> 1 : 0;
  const at = (y: number, x: number) =>
    y < 0 || x < 0 || y >= picture.height || x >= picture.width
      ? undefined
      : picture.values[(y * picture.width + x) * picture.channels + channel];
  return Array.from({ length: countY }, (_, oy) =>
    Array.from({ length: countX }, (_, ox) =>
      Array.from({ length: kernel.height * kernel.width }, (_, k) =>
        at(
          oy * kernel.strideY - top + Math.floor(k / kernel.width) * kernel.dilationY,
          ox * kernel.strideX - left + (k % kernel.width) * kernel.dilationX,
        ),
      ),
    ),
  );
}

const kernels = fc.record({
  height: fc.integer({ min: 1, max: 4 }),
  width: fc.integer({ min: 1, max: 4 }),
  strideY: fc.integer({ min: 1, max: 3 }),
  strideX: fc.integer({ min: 1, max: 3 }),
  dilationY: fc.integer({ min: 1, max: 2 }),
  dilationX: fc.integer({ min: 1, max: 2 }),
  padding: fc.constantFrom("same" as const, "valid" as const),
});
const sizes = fc.record({
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels: fc.integer({ min: 1, max: 4 }),
  outputs: fc.integer({ min: 1, max: 6 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
const activations = fc.constantFrom(0, 1, 3);

/** Numbers that repeat with the seed; whole ones between `low` and `high`. */
function numbers(count: number, seed: number, low: number, high: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + Math.floor((state / 2 ** 32) * (high - low + 1));
  });
}

function fits(picture: { height: number; width: number }, kernel: Kernel): boolean {
  const reachY = (kernel.height - 1) * kernel.dilationY + 1;
  const reachX = (kernel.width - 1) * kernel.dilationX + 1;
  return kernel.padding === "same" || (reachY <= picture.height && reachX <= picture.width);
}

function activate(value: number, activation: number): number {
  return activation === 0 ? value : Math.max(0, activation === 3 ? Math.min(6, value) : value);
}

/** `round(value * factor)` with the two roundings of the reference, written down plainly. */
function rescale(value: number, factor: number): number {
  let shift = 0;
  let fraction = factor;
  for (; fraction >= 1; fraction /= 2) shift++;
  for (; fraction < 0.5; fraction *= 2) shift--;
  let mantissa = BigInt(Math.round(fraction * 2 ** 31));
  if (mantissa === 1n << 31n) {
    mantissa >>= 1n;
    shift++;
  }
  const product = (BigInt(value) << BigInt(Math.max(0, shift))) * mantissa;
  const high = (product + (product >= 0n ? 1n << 30n : 1n - (1n << 30n))) / (1n << 31n);
  if (shift >= 0) return Number(high);
  const divisor = 1n << BigInt(-shift);
  const magnitude = ((high < 0n ? -high : high) + divisor / 2n) / divisor;
  return Number(high < 0n ? -magnitude : magnitude);
}

interface Scale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The int8 that a sum becomes. */
function finish(sum: number, factor: number, { scale, zeroPoint }: Scale, activation: number): number {
  const value = rescale(sum, factor) + zeroPoint;
  const lowest = activation === 0 ? -128 : Math.max(-128, zeroPoint);
  const highest = activation === 3 ? Math.min(127, zeroPoint + Math.round(6 / scale)) : 127;
  return Math.max(lowest, Math.min(highest, value));
}

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

const INPUT: Scale = { scale: Math.fround(0.05), zeroPoint: -3 };
const OUTPUT: Scale = { scale: Math.fround(0.11), zeroPoint: 7 };

function quantised({ scale, zeroPoint }: Scale, shape: readonly number[]): WrittenTensor {
  return { shape, type: "int8", scales: [scale], zeroPoints: [zeroPoint] };
}

/** What features have to be, to arrive as these int8 values. */
function features(values: readonly number[], { scale, zeroPoint }: Scale): number[] {
  return values.map((value) => Math.fround((value - zeroPoint) * scale));
}

function toInt8(out: readonly number[], { scale, zeroPoint }: Scale): number[] {
  return out.map((value) => Math.round(value / scale) + zeroPoint);
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
                return isFloat ? activate(highest, activation) : clampInt8(highest, activation);
              }
              if (!isFloat) return clampInt8(roundedMean(values), activation);
              return Math.fround(activate(values.reduce((sum, v) => sum + v, 0) / values.length, activation));
            }),
          ),
        );
        expect(isFloat ? out : toInt8(out, INPUT)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  function clampInt8(value: number, activation: number): number {
    const lowest = activation === 0 ? -128 : INPUT.zeroPoint;
    const highest = activation === 3 ? Math.min(127, INPUT.zeroPoint + Math.round(6 / INPUT.scale)) : 127;
    return Math.max(lowest, Math.min(highest, value));
  }
});

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
    { name: "RELU6", code: CODES.RELU6, bound: 3 },
  ])("$name bounds float32, and int8 while it changes the scale", ({ code, bound }) => {
    const one = (tensors: WrittenTensor[]): WrittenModel => ({
      tensors,
      operators: [{ code, inputs: [0], outputs: [1] }],
      inputs: [0],
      outputs: [1],
    });

    expect(run(one([{ shape: [3] }, { shape: [3] }]), [-1, 5, 7])).toEqual([0, 5, bound === 3 ? 6 : 7]);
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
