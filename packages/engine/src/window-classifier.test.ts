import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { toImpulseDocument } from "./impulse-document.ts";
import type { Impulse, KMeansBlock } from "./impulse.ts";
import { CODES, writeTflite } from "./networks/write-tflite.ts";
import { parseImpulse } from "./parse-impulse.ts";
import { impulse, SPECTRUM } from "./two-axis-impulse.ts";
import { availableVariants, WindowClassifier } from "./window-classifier.ts";

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
