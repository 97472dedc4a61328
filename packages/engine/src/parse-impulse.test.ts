import { readFileSync } from "node:fs";
import path from "node:path";

import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";

import { toImpulseDocument } from "./impulse-document.ts";
import type { Impulse } from "./impulse.ts";
import { DocumentError } from "./json-reader.ts";
import { parseImpulse } from "./parse-impulse.ts";
import { impulse, SPECTRUM } from "./two-axis-impulse.ts";
import { WindowClassifier } from "./window-classifier.ts";

const GMM = {
  axes: [0, 7],
  mean: [1, 2],
  scale: [0.5, 0.25],
  threshold: 5,
  weights: [1],
  means: [[0, 0]],
  covariances: [
    [
      [1, 0],
      [0, 1],
    ],
  ],
};

const schema = JSON.parse(readFileSync(path.resolve(import.meta.dirname, "../impulse.schema.json"), "utf8")) as object;
const isValid = new Ajv().compile(schema);

/** The document as it looks after a trip over the wire, with one value changed or, for `undefined`, left out. */
function documentWith(pointer: string, value: unknown): unknown {
  const document = JSON.parse(JSON.stringify(toImpulseDocument(impulse))) as Record<string, unknown>;
  const keys = pointer.split("/").slice(1);
  const parent = keys.slice(0, -1).reduce((object, key) => object[key] as Record<string, unknown>, document);
  parent[keys.at(-1) as string] = value;
  return document;
}

describe("parseImpulse", () => {
  it("gives back exactly the impulse that toImpulseDocument wrote", () => {
    const document: unknown = JSON.parse(JSON.stringify(toImpulseDocument(impulse)));

    expect(parseImpulse(document)).toEqual(impulse);
  });

  it.each([
    { at: "/format", value: "tflite", message: '/format has to be "windowscope-impulse".' },
    { at: "/name", value: undefined, message: "/name is missing." },
    { at: "/input/axes", value: [], message: "/input/axes has to be an array with at least one axis name." },
    { at: "/input/frequencyHz", value: -1, message: "/input/frequencyHz has to be a number above 0." },
    {
      at: "/blocks/0/parameters/fftLength",
      value: 17,
      message: "/blocks/0/parameters/fftLength has to be one of 4, 8, 16",
    },
    { at: "/blocks/0/parameters/doLog", value: 1, message: "/blocks/0/parameters/doLog has to be true or false." },
    {
      at: "/classifier/labels",
      value: ["a"],
      message: "/classifier/float32/layers/0/outputs has to be 1, as the labels",
    },
    { at: "/classifier/float32/layers/0/weights", value: "AAAA", message: "28 numbers of 4 bytes each in base64" },
    { at: "/classifier/int8/layers/0/bias", value: "%", message: "/classifier/int8/layers/0/bias has to be base64." },
    { at: "/classifier/int8/layers/0/weightScales", value: [1, 2, 3], message: "an array of 1 or 2 scales" },
    {
      at: "/anomaly/mean",
      value: [1],
      message: "/anomaly/mean has to be an array of 2 numbers, one for each of axes.",
    },
    { at: "/anomaly/clusters/0/center/1", value: null, message: "/anomaly/clusters/0/center/1 has to be a finite" },
    { at: "/anomaly/scale", value: [0, 1], message: "/anomaly/scale/0 has to be a number above 0." },
  ])("names $at when its value is $value", ({ at, value, message }) => {
    expect(() => parseImpulse(documentWith(at, value))).toThrow(message);
  });

  it.each([
    { at: "/format", value: "tflite" },
    { at: "/version", value: 3 },
    { at: "/blocks", value: [] },
    { at: "/blocks/0/axes", value: [] },
    { at: "/blocks/0/parameters/type", value: "mystery" },
    { at: "/blocks/0/parameters/version", value: 9 },
    { at: "/input/labelling", value: { type: "anywhere-in-window" } },
    { at: "/input/classificationWindowIncreaseMs", value: 0 },
    { at: "/classifier/labels", value: ["anomaly", "b"] },
    { at: "/classifier/labels", value: ["a", "a"] },
    { at: "/classifier/int8/input/zeroPoint", value: 128 },
    { at: "/classifier/int8/input/scale", value: 1e-60 },
    { at: "/classifier/int8/layers/0/output/scale", value: 1e60 },
    { at: "/classifier/int8/layers/0/weightScales/0", value: 1e-60 },
    { at: "/regression", value: { int8: { tflite: "AAAA" } } },
    { at: "/surprise", value: 1 },
    { at: "/anomaly/axes", value: [] },
  ])("refuses $value at $at, and so does the published schema", ({ at, value }) => {
    const document = documentWith(at, value);

    expect(isValid(document)).toBe(false);
    expect(() => parseImpulse(document)).toThrow(DocumentError);
  });

  it.each([
    { name: "weights", count: 28 },
    { name: "bias", count: 2 },
  ])("names $name that hold an infinite number", ({ name, count }) => {
    const numbers = new Float32Array(count);
    numbers[1] = Infinity;
    const document = documentWith(
      `/classifier/float32/layers/0/${name}`,
      Buffer.from(numbers.buffer).toString("base64"),
    );

    expect(() => parseImpulse(document)).toThrow(
      `/classifier/float32/layers/0/${name} has to be finite numbers, and number 1 is Infinity.`,
    );
  });

  it("names a member with a slash in its name by a JSON pointer", () => {
    const document = { ...(documentWith("/name", "x") as object), "a/b~": 1 };

    expect(() => parseImpulse(document)).toThrow("/a~1b~0 is not known");
  });

  it("reads documents of version 1, which had one block, and whatever else stands in them", () => {
    const { blocks, ...document } = documentWith("/version", 1) as { blocks: [{ parameters: object }] };
    const features = { ...blocks[0].parameters, remark: "hand-made" };

    expect(parseImpulse({ ...document, features, remark: "old" })).toEqual(impulse);
  });

  it("reads several blocks, on some axes and normalised, and gives them back", () => {
    const several: Impulse = {
      ...impulse,
      input: {
        ...impulse.input,
        classificationWindowIncreaseMs: 200,
        labelling: { type: "anywhere-in-window-min-percentage", labels: ["fall"], minPercentage: 20 },
      },
      blocks: [
        {
          parameters: SPECTRUM,
          axes: ["y"],
          normalisation: { mean: [1, 2, 3, 4, 5, 6, 7], scale: [1, 1, 1, 1, 1, 1, 2] },
        },
        { parameters: { type: "raw", version: 1, scaleAxes: 2 } },
      ],
    };

    expect(parseImpulse(JSON.parse(JSON.stringify(toImpulseDocument(several))))).toEqual(several);
  });

  it("reads a Gaussian mixture, and gives it back", () => {
    const gmm: Impulse = { ...impulse, anomaly: GMM };
    const document: unknown = JSON.parse(JSON.stringify(toImpulseDocument(gmm)));

    expect(isValid(document)).toBe(true);
    expect(parseImpulse(document)).toEqual(gmm);
    const classifier = new WindowClassifier(gmm);
    classifier.classify(new Float32Array(40), 0);
    // Both features are 0: two deviations below the middle, and eight.
    expect(classifier.anomalyScore()).toBeCloseTo((2 ** 2 + 8 ** 2) / 2 + Math.log(2 * Math.PI));
    expect(classifier.explain()).toBeUndefined();
  });

  it.each([null, 3, "text", []])("refuses %j as a document", (document) => {
    expect(() => parseImpulse(document)).toThrow("The document has to be an object.");
  });

  it("refuses an impulse that has neither a classifier nor an anomaly block", () => {
    const document = { ...(documentWith("/anomaly", undefined) as object), classifier: undefined };

    expect(() => parseImpulse(document)).toThrow("a classifier, an anomaly block or both");
  });
});
