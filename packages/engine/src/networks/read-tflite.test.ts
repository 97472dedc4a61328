import { readFileSync } from "node:fs";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { referencePath } from "../reference-data.ts";
import { TfliteError } from "./flat-table.ts";
import { readTflite } from "./read-tflite.ts";
import { CODES, writeTflite, type WrittenModel } from "./write-tflite.ts";

type Skip = Parameters<typeof referencePath>[0];

function readModel(skip: Skip, name: string): Uint8Array {
  // Copies of a Buffer's parts would share its bytes.
  return new Uint8Array(readFileSync(referencePath(skip, "models", `${name}.lite`)));
}

/** What TensorFlow Lite for Microcontrollers answers for the one row that the files were made with. */
function readGolden(skip: Skip, name: string): readonly number[] {
  const lines = readFileSync(referencePath(skip, "golden", `tflite-${name}.json`), "utf8").split("\n");
  return (JSON.parse(lines[1] as string) as { out0: number[] }).out0;
}

/** 2 sin(i / 10): the files do not say so, but with it all four agree. */
function goldenRow(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => 2 * Math.sin(Math.fround(0.1) * i));
}

function run(bytes: Uint8Array, features?: ArrayLike<number>): Float32Array {
  const network = readTflite(bytes);
  const scores = new Float32Array(network.outputCount);
  network.run(features ?? goldenRow(network.inputCount), scores);
  return scores;
}

describe("readTflite against TensorFlow Lite for Microcontrollers", () => {
  it.for(["gestures-i8", "temperature-regression.i8"])("answers the very same as it does for %s", (name, { skip }) => {
    const expected = readGolden(skip, name);

    expect([...run(readModel(skip, name))]).toEqual(expected.map(Math.fround));
  });

  it.for(["fan-v3.f32", "temperature-regression.f32"])("agrees within 1e-6 of the value for %s", (name, { skip }) => {
    const expected = readGolden(skip, name);

    const scores = [...run(readModel(skip, name))];

    const worst = Math.max(...scores.map((score, i) => Math.abs(score - (expected[i] as number)) / Math.max(1, score)));
    console.log(`${name}: worst difference ${worst}`);
    expect(worst).toBeLessThan(1e-6);
  });
});

/** Two inputs, doubled and summed by one fully connected layer. */
const small: WrittenModel = {
  tensors: [{ shape: [1, 2] }, { shape: [1, 2], values: [2, 3] }, { shape: [1], values: [1] }, { shape: [1, 1] }],
  operators: [{ code: CODES.FULLY_CONNECTED, inputs: [0, 1, 2], outputs: [3] }],
  inputs: [0],
  outputs: [3],
};

describe("readTflite", () => {
  it("makes a network of a file", () => {
    const network = readTflite(writeTflite(small));
    const out = new Float32Array(1);

    network.run([10, 100], out);

    expect([network.inputCount, network.outputCount, ...out]).toEqual([2, 1, 321]);
  });

  it("refuses features and scores of another length", () => {
    const network = readTflite(writeTflite(small));

    expect(() => network.run([1], new Float32Array(1))).toThrow("The network takes 2 features, and features has 1.");
    expect(() => network.run([1, 2], new Float32Array(0))).toThrow("gives 1 scores, and out has room for 0");
  });

  it.for<[string, (model: WrittenModel) => WrittenModel, string]>([
    [
      "an operator that it does not know",
      (m) => ({ ...m, operators: [{ ...first(m), code: 39 }] }),
      "needs TRANSPOSE; known are ADD,",
    ],
    [
      "a custom operator",
      (m) => ({ ...m, operators: [{ ...first(m), code: 32, customName: "TreeEnsemble" }] }),
      "needs custom operator TreeEnsemble;",
    ],
    [
      "an operator newer than it",
      (m) => ({ ...m, operators: [{ ...first(m), code: 999 }] }),
      "needs operator code 999;",
    ],
    [
      "weights of another size",
      (m) => withTensor(m, 1, { shape: [1, 2], values: [2, 3, 4] }),
      "tensor 1 (t) holds 12 bytes, and needs 8.",
    ],
    [
      "weights that do not fit the input",
      (m) => withTensor(m, 1, { shape: [1, 3], values: [2, 3, 4] }),
      "FULLY_CONNECTED (operator 0) cannot make 1 values of 2",
    ],
    [
      "weights that are no numbers",
      (m) => withTensor(m, 1, { shape: [1, 2], values: [2, NaN] }),
      "holds a value that is no number",
    ],
    [
      "weights that are not there",
      (m) => withTensor(m, 1, { shape: [1, 2] }),
      "tensor 1 (t) is read before it is written.",
    ],
    [
      "a bias of another size",
      (m) => withTensor(m, 2, { shape: [2], values: [1, 2] }),
      "has a bias of 2 values for 1 outputs",
    ],
    [
      "a type that it does not know",
      (m) => withTensor(m, 0, { shape: [1, 2], type: "uint8" }),
      "tensor 0 (t) is uint8",
    ],
    [
      "float32 and int8 together",
      (m) => withTensor(m, 1, { shape: [1, 2], type: "int8", scales: [1], values: [1, 2] }),
      "mixes float32, int8, float32",
    ],
    [
      "int8 without a scale",
      (m) => withTensor(m, 0, { shape: [1, 2], type: "int8" }),
      "tensor 0 (t) is int8 without a scale.",
    ],
    [
      "a scale of 0",
      (m) => withTensor(m, 0, { shape: [1, 2], type: "int8", scales: [0] }),
      "has a scale that is no positive number",
    ],
    [
      "a zero point beyond int8",
      (m) => withTensor(m, 0, { shape: [1, 2], type: "int8", scales: [1], zeroPoints: [200] }),
      "has a zero point outside -128 to 127",
    ],
    ["a shape that is open", (m) => withTensor(m, 0, { shape: [-1, 2] }), "tensor 0 (t) has the shape [-1, 2]."],
    [
      "a tensor that would fill the memory",
      (m) => withTensor(m, 0, { shape: [2 ** 15, 2 ** 15] }),
      "has more than 16777216 values",
    ],
    ["two inputs", (m) => ({ ...m, inputs: [0, 1] }), "The network has 2 inputs; networks with one are known."],
    ["an input that is a constant", (m) => ({ ...m, inputs: [1] }), "tensor 1 (t) is a constant, and is written to."],
    ["an output that nothing writes", (m) => ({ ...m, operators: [] }), "tensor 3 (t) is read before it is written."],
    ["a tensor that is not there", (m) => ({ ...m, outputs: [7] }), "There is no tensor 7; there are 4."],
  ])("refuses %s", ([, change, message]) => {
    const bytes = writeTflite(change(small));

    expect(() => readTflite(bytes)).toThrow(TfliteError);
    expect(() => readTflite(bytes)).toThrow(message);
  });

  it("refuses a small file that lists the same numbers again and again", () => {
    const inputs = Array.from({ length: 10_000 }, () => 0);
    const operators = Array.from({ length: 200 }, () => ({ code: CODES.ADD, inputs, outputs: [3] }));

    expect(() => readTflite(writeTflite({ ...small, operators }))).toThrow("lists more than 1048576 numbers");
  });

  it("refuses a file whose operators would fill the memory with places", () => {
    const axes: WrittenModel["tensors"][number] = { shape: [1], type: "int32", values: [0] };
    const file = writeTflite({
      tensors: [{ shape: [2 ** 22] }, axes, ...Array.from({ length: 4 }, () => ({ shape: [1] }))],
      operators: [2, 3, 4, 5].map((output) => ({
        code: CODES.MEAN,
        inputs: [0, 1],
        outputs: [output],
        options: [[0, "int8", 1]],
      })),
      inputs: [0],
      outputs: [5],
    });

    expect(() => readTflite(file)).toThrow("has more than 16777216 values");
  });

  it("refuses what is no model", () => {
    expect(() => readTflite(new Uint8Array())).toThrow("The file is no TensorFlow Lite model");
    expect(() => readTflite(new TextEncoder().encode("<!doctype html>"))).toThrow("does not carry the letters TFL3");
  });

  it("refuses a file cut off anywhere, or runs what is left of it", () => {
    const bytes = writeTflite(small);

    const outcomes = Array.from(bytes, (_, length) => readOrRefuse(bytes.subarray(0, length)));

    expect(outcomes).toContain("refused");
  });

  it("refuses damaged files with its own error, or runs them", ({ skip }) => {
    const files = [
      writeTflite(small),
      ...["fan-v3.f32", "temperature-regression.i8"].map((name) => readModel(skip, name)),
    ];
    // Without bias: edges of a range would nearly always hit the file's first bytes.
    const [place, byte] = [fc.noBias(fc.nat(1e6)), fc.noBias(fc.nat(255))];
    const changes = fc.array(fc.tuple(place, byte), { minLength: 1, maxLength: 8 });

    const outcomes = { ran: 0, refused: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...files), changes, (file, bytes) => {
        const damaged = file.slice();
        for (const [at, value] of bytes) damaged[at % damaged.length] = value;
        outcomes[readOrRefuse(damaged)]++;
      }),
      { numRuns: 1500 },
    );
    expect(outcomes.ran).toBeGreaterThan(100);
    expect(outcomes.refused).toBeGreaterThan(100);
  });

  it("refuses bytes at random", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 300 }), (bytes) => {
        bytes.set([84, 70, 76, 51], 4);
        readOrRefuse(bytes);
      }),
      { numRuns: 1500 },
    );
  });
});

/** Whatever comes back runs; whatever does not is refused by the one error that callers expect. */
function readOrRefuse(bytes: Uint8Array): "ran" | "refused" {
  try {
    run(bytes);
    return "ran";
  } catch (error) {
    expect(error).toBeInstanceOf(TfliteError);
    return "refused";
  }
}

function first({ operators }: WrittenModel): WrittenModel["operators"][number] {
  return operators[0] as WrittenModel["operators"][number];
}

function withTensor(model: WrittenModel, index: number, tensor: WrittenModel["tensors"][number]): WrittenModel {
  return { ...model, tensors: model.tensors.with(index, tensor) };
}
