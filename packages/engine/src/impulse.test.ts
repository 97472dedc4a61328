import { describe, expect, it } from "vitest";

import { toImpulseDocument } from "./impulse-document.ts";
import type { Impulse } from "./impulse.ts";
import { parseImpulse } from "./parse-impulse.ts";
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

  it("refuses an anomaly block that reads features beyond the last", () => {
    const reaching: Impulse = { ...impulse, anomaly: { ...impulse.anomaly!, axes: [0, 14] } };

    expect(() => new WindowClassifier(reaching)).toThrow("reads feature 14, but there are only 14");
  });

  it("answers numbers for a window without any movement", () => {
    const classifier = new WindowClassifier(impulse);

    classifier.classify(new Float32Array(40), 0);

    expect([...classifier.features].every(Number.isFinite)).toBe(true);
    expect(classifier.anomalyScore()).toSatisfy(Number.isFinite);
  });
});
