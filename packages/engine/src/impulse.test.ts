import { readFileSync } from "node:fs";
import path from "node:path";

import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { toImpulseDocument } from "./impulse-document.ts";
import type { Impulse, KMeansBlock } from "./impulse.ts";
import { DocumentError } from "./json-reader.ts";
import { parseImpulse } from "./parse-impulse.ts";
import { CODES, writeTflite } from "./networks/write-tflite.ts";
import { availableVariants, WindowClassifier } from "./window-classifier.ts";

const SPECTRUM = {
  type: "spectral-analysis",
  version: 2,
  scaleAxes: 1,
  filterType: "none",
  filterCutoffHz: 0,
  filterOrder: 0,
  fftLength: 8,
  doLog: true,
  doFftOverlap: true,
} as const;

const AVERAGE = {
  type: "flatten",
  version: 1,
  scaleAxes: 1,
  average: true,
  minimum: false,
  maximum: false,
  rms: false,
  stdev: false,
  skewness: false,
  kurtosis: false,
} as const;

/** Two axes, 8-point transform: 2 x (3 statistics + 4 bins) = 14 features, two classes. */
const impulse: Impulse = {
  name: "two axes",
  input: { axes: ["x", "y"], frequencyHz: 50, windowSizeMs: 400, windowIncreaseMs: 100, padZeros: true },
  blocks: [
    {
      parameters: SPECTRUM,
    },
  ],
  classifier: {
    labels: ["still", "moving"],
    minimumConfidence: 0.6,
    float32: {
      layers: [
        {
          inputs: 14,
          outputs: 2,
          activation: "none",
          weights: Float32Array.from({ length: 28 }, (_, i) => Math.fround(0.1 * i - 1.4)),
          bias: Float32Array.of(0.25, -0.5),
        },
      ],
    },
    int8: {
      input: { scale: 0.1, zeroPoint: -3 },
      layers: [
        {
          inputs: 14,
          outputs: 2,
          activation: "none",
          weights: Int8Array.from({ length: 28 }, (_, i) => i * 9 - 128),
          weightScales: [0.01, 0.02],
          bias: Int32Array.of(-70_000, 12),
          output: { scale: 0.3, zeroPoint: 4 },
        },
      ],
    },
  },
  anomaly: {
    axes: [0, 7],
    mean: [1, 2],
    scale: [0.5, 0.25],
    clusters: [{ center: [0, 0], maxError: 1.5 }],
    threshold: 0.3,
  },
};

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

describe("WindowClassifier", () => {
  it("runs float32 unless told otherwise, and int8 where that is all there is", () => {
    const readings = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i));
    const scoresOf = (...[of, variant]: ConstructorParameters<typeof WindowClassifier>) => {
      const classifier = new WindowClassifier(of, variant);
      classifier.classify(readings, 0);
      return [...classifier.scores];
    };
    const int8Only: Impulse = { ...impulse, classifier: { ...impulse.classifier!, float32: undefined } };

    expect(scoresOf(impulse)).toEqual(scoresOf(impulse, "float32"));
    expect(scoresOf(impulse)).not.toEqual(scoresOf(impulse, "int8"));
    expect(scoresOf(int8Only)).toEqual(scoresOf(impulse, "int8"));
    expect(availableVariants(int8Only)).toEqual(["int8"]);
    expect(() => new WindowClassifier(int8Only, "float32")).toThrow("has no float32 model; it has int8");
  });

  it("refuses weights that do not fit the features", () => {
    const wider: Impulse = { ...impulse, blocks: [{ parameters: { ...SPECTRUM, fftLength: 16 } }] };

    expect(() => new WindowClassifier(wider)).toThrow("takes 14 features, but the impulse makes 22");
  });

  it.each([
    { what: "more blocks than anybody needs", count: 101, windowSizeMs: 400, message: "has 101 processing blocks" },
    { what: "blocks that together fill the memory", count: 5, windowSizeMs: 10_000_000, message: "take more than" },
  ])("refuses $what", ({ count, windowSizeMs, message }) => {
    const blocks = Array.from({ length: count }, () => ({ parameters: AVERAGE }));
    const large: Impulse = { ...impulse, input: { ...impulse.input, windowSizeMs }, blocks };

    expect(() => new WindowClassifier(large)).toThrow(message);
  });

  it("refuses an anomaly block that reads features beyond the last", () => {
    const reaching: Impulse = { ...impulse, anomaly: { ...impulse.anomaly!, axes: [0, 14] } };

    expect(() => new WindowClassifier(reaching)).toThrow("reads feature 14, but there are only 14");
  });

  it("puts the features of blocks behind each other, each on its axes and normalised", () => {
    const readings = Float32Array.from({ length: 40 }, (_, i) => i);
    const raw = { type: "raw", version: 1, scaleAxes: 1 } as const;
    const several = new WindowClassifier({
      ...impulse,
      classifier: undefined,
      blocks: [
        { parameters: raw, axes: ["y"] },
        { parameters: raw, axes: ["y", "x"], normalisation: { mean: Array(40).fill(1), scale: Array(40).fill(0.5) } },
        { parameters: SPECTRUM },
      ],
    });

    several.classify(readings, 0);

    const odd = Array.from({ length: 20 }, (_, i) => 2 * i + 1);
    expect([...several.features.subarray(0, 20)]).toEqual(odd);
    expect([...several.features.subarray(20, 60)]).toEqual(odd.flatMap((y) => [(y - 1) * 0.5, (y - 2) * 0.5]));
    expect(several.features).toHaveLength(20 + 40 + 14);
    expect(several.featureNames.filter((name) => name.endsWith("RMS"))).toEqual(["x RMS", "y RMS"]);
  });

  it("refuses a reading that is no number on an axis of several, with its place in the recording", () => {
    const classifier = new WindowClassifier({
      ...impulse,
      classifier: undefined,
      blocks: [{ parameters: SPECTRUM, axes: ["y"] }],
      anomaly: { ...(impulse.anomaly as KMeansBlock), axes: [0, 1] },
    });
    const readings = new Float32Array(2 * 40);
    readings[2 * 25 + 1] = NaN;

    expect(() => classifier.classify(readings, 10)).toThrow(
      "readings[51], axis 1 of reading 25, is NaN; it has to be a finite number.",
    );
    expect(() => classifier.classify(new Float32Array(2 * 40), 30)).toThrow(
      "The window of 20 readings from 30 lies outside the 40 given.",
    );
  });

  it("refuses a recording that ends within a reading, before the first window", () => {
    const visited: number[] = [];

    expect(() => new WindowClassifier(impulse).classifyAll(new Float32Array(401), (w) => visited.push(w))).toThrow(
      "ends within reading 200: 401 numbers for 2 axes.",
    );
    expect(visited).toEqual([]);
  });

  it("runs two streams at once, each with the moving averages of its own windows", () => {
    const averaging: Impulse = {
      ...impulse,
      blocks: [
        {
          parameters: { ...AVERAGE, movingAvgNumWindows: 3 },
        },
      ],
      classifier: undefined,
      anomaly: { ...(impulse.anomaly as KMeansBlock), axes: [0, 1] },
    };
    const classifier = new WindowClassifier(averaging);
    const [left, right] = [1, 2].map((seed) => Float32Array.from({ length: 200 }, (_, i) => Math.sin(seed * i)));
    const features: number[][][] = [[], []];
    const collect = (side: number) => () => features[side]?.push([...classifier.features]);
    const alone = [left, right].map((readings) => {
      const seen: number[][] = [];
      classifier.classifyAll(readings as Float32Array, () => seen.push([...classifier.features]));
      return seen;
    });

    const streams = [classifier.stream(collect(0)), classifier.stream(collect(1))] as const;
    for (let from = 0; from < 200; from += 10) {
      streams[0].push((left as Float32Array).subarray(from, from + 10));
      streams[1].push((right as Float32Array).subarray(from, from + 10));
    }

    expect(features).toEqual(alone);
  });

  it.each([
    { change: { axes: ["z"] }, message: "Processing block 0 reads axis z; there are x, y." },
    { change: { normalisation: { mean: [1], scale: [1] } }, message: "makes 14 features; its normalisation is for 1" },
  ])("refuses a block with $change", ({ change, message }) => {
    const wrong: Impulse = { ...impulse, blocks: [{ parameters: SPECTRUM, ...change }] };

    expect(() => new WindowClassifier(wrong)).toThrow(message);
  });

  it("gives a stream the bits of the whole recording, however it is cut", () => {
    const readings = Float32Array.from({ length: 2 * 200 }, (_, i) => Math.sin(i) * (i % 13));
    const classifier = new WindowClassifier(impulse);
    const results = (run: (visit: () => void) => void) => {
      const seen: unknown[] = [];
      run(() =>
        seen.push([...classifier.features, ...classifier.scores, classifier.anomalyScore(), classifier.verdict()]),
      );
      return seen;
    };
    const whole = results((visit) => classifier.classifyAll(readings, visit));

    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 10 }), (cuts) => {
        const ends = [...cuts, 400].sort((a, b) => a - b);
        const streamed = results((visit) => {
          const stream = classifier.stream(visit);
          ends.forEach((end, i) => stream.push(readings.subarray(ends[i - 1] ?? 0, end)));
          stream.end();
        });
        expect(streamed).toEqual(whole);
      }),
    );
    expect(whole).toHaveLength(37);
  });

  it("gives the features of an axis to another place when axes change places", () => {
    const readings = Float32Array.from({ length: 40 }, (_, i) => Math.cos(i * i));
    const swapped = readings.map((_, i) => readings[i ^ 1] as number);
    const featuresOf = (given: Float32Array) => {
      const classifier = new WindowClassifier({ ...impulse, classifier: undefined });
      classifier.classify(given, 0);
      return [...classifier.features];
    };

    const features = featuresOf(readings);

    expect(featuresOf(swapped)).toEqual([...features.slice(7), ...features.slice(0, 7)]);
  });

  it("moves on by the increase for classifying where there is one", () => {
    const input = { ...impulse.input, classificationWindowIncreaseMs: 200 };

    expect(new WindowClassifier({ ...impulse, input }).plan(200).increaseReadings).toBe(10);
  });

  it("refuses a recording with a reading that is no number, with its place, before the first window", () => {
    const readings = new Float32Array(400);
    readings[301] = NaN;
    const visited: number[] = [];

    expect(() => new WindowClassifier(impulse).classifyAll(readings, (w) => visited.push(w))).toThrow(
      "readings[301], axis 1 of reading 150, is NaN",
    );
    expect(visited).toEqual([]);
  });

  it("says which axis of the sensor makes a window anomalous", () => {
    const classifier = new WindowClassifier(impulse);
    // x swings, y does not.
    classifier.classify(
      Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 9 * Math.sin(i) : 2 + (i % 4 < 2 ? 2 : -2))),
      0,
    );

    const { sensorShares, axes, score } = classifier.explain()!;

    expect(sensorShares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(sensorShares[0]).toBeGreaterThan(0.9);
    expect(axes.map(({ feature }) => feature)).toEqual([0, 7]);
    expect(score).toBe(classifier.anomalyScore());
  });

  it("runs a regression from a TensorFlow Lite file, and keeps the file in its document", () => {
    const tflite = writeTflite({
      tensors: [{ shape: [1, 2] }, { shape: [1, 2], values: [2, 3] }, { shape: [1], values: [1] }, { shape: [1, 1] }],
      operators: [{ code: CODES.FULLY_CONNECTED, inputs: [0, 1, 2], outputs: [3] }],
      inputs: [0],
      outputs: [3],
    });
    const regression: Impulse = {
      ...impulse,
      input: { axes: ["x", "y"], frequencyHz: 1, windowSizeMs: 1000, windowIncreaseMs: 1000, padZeros: false },
      blocks: [{ parameters: { type: "raw", version: 1, scaleAxes: 1 } }],
      classifier: undefined,
      regression: { float32: { tflite }, int8: undefined },
      anomaly: undefined,
    };
    const document: unknown = JSON.parse(JSON.stringify(toImpulseDocument(regression)));
    const classifier = new WindowClassifier(parseImpulse(document));

    classifier.classify(Float32Array.of(10, 100), 0);

    expect(classifier.value()).toBe(2 * 10 + 3 * 100 + 1);
    expect(classifier.verdict()).toBe("value");
    expect(classifier.scores).toHaveLength(0);
    expect(availableVariants(regression)).toEqual(["float32"]);
  });

  it("answers numbers for a window without any movement", () => {
    const classifier = new WindowClassifier(impulse);

    classifier.classify(new Float32Array(40), 0);

    expect([...classifier.features].every(Number.isFinite)).toBe(true);
    expect(classifier.anomalyScore()).toSatisfy(Number.isFinite);
  });
});
