import { describe, expect, it } from "vitest";

import { readClassification } from "./classification.ts";
import { anomalies, answer, block, windowsOf } from "./fake-classification.ts";

describe("readClassification", () => {
  it("gives every window its time, scores and verdict", () => {
    const { classes, thresholds, windows } = readClassification(answer());

    expect(classes).toEqual(["idle", "wave"]);
    expect(thresholds).toEqual({ minimumConfidence: 0.6, anomaly: 0.3 });
    expect([...windows()]).toEqual([
      {
        index: 0,
        startMs: 0,
        endMs: 200,
        scores: [0.9, 0.1],
        anomaly: -1,
        expected: "idle",
        verdict: "idle",
        reason: "idle 0.900 reaches 0.6",
      },
      {
        index: 1,
        startMs: 100,
        endMs: 300,
        scores: [0.9, 0.1],
        anomaly: 0,
        expected: "idle",
        verdict: "idle",
        reason: "idle 0.900 reaches 0.6",
      },
      {
        index: 2,
        startMs: 200,
        endMs: 400,
        scores: [0.1, 0.9],
        anomaly: 0.29,
        expected: "idle",
        verdict: "wave",
        reason: "wave 0.900 reaches 0.6",
      },
      {
        index: 3,
        startMs: 300,
        endMs: 500,
        scores: [0.1, 0.9],
        anomaly: 0.3,
        expected: "idle",
        verdict: "anomaly",
        reason: "anomaly score 0.300 reaches 0.3",
      },
    ]);
  });

  it("calls a window uncertain when its best class is below the minimum confidence, and certain when equal", () => {
    const result = [
      { idle: 0.59, wave: 0.41 },
      { idle: 0.6, wave: 0.4 },
    ];

    const { windows } = readClassification(answer({ classifications: [block("keras", result)] }));

    expect([...windows()].map(({ verdict }) => verdict)).toEqual(["uncertain", "idle"]);
  });

  it("prefers the newer list of thresholds to the older field", () => {
    const thresholds = [{ key: "min_score", description: "", helpText: "", value: 0.95 }];

    const read = readClassification(answer({ classifications: [block("keras", windowsOf("idle"), { thresholds })] }));

    expect([...read.windows()].map(({ verdict }) => verdict)).toEqual(["uncertain"]);
  });

  it("reads an anomaly score that is merged into the classifier's map, and never takes it for a class", () => {
    const merged = block("keras", [{ idle: 0.9, wave: 0.1, anomaly: 0.95 }]);

    const { classes, windows } = readClassification(answer({ classifications: [merged] }));

    expect(classes).toEqual(["idle", "wave"]);
    expect([...windows()]).toMatchObject([{ scores: [0.9, 0.1], anomaly: 0.95, verdict: "idle" }]);
  });

  it("has only anomaly and no anomaly as verdicts without a classifier", () => {
    const { windows } = readClassification(answer({ classifications: [block("anomaly", anomalies(-1, 2))] }));

    expect([...windows()].map(({ verdict }) => verdict)).toEqual(["no anomaly", "anomaly"]);
  });

  it("counts windows in readings, so that a step that is no whole number of readings does not drift", () => {
    const result = windowsOf("idle", "idle", "idle");
    const odd = answer({ classifications: [block("keras", result)], windowSizeMs: 200, windowIncreaseMs: 100 });
    odd.sample.payload.intervalMs = 33;

    const starts = [...readClassification(odd).windows()].map(({ startMs, endMs }) => [startMs, endMs]);

    expect(starts).toEqual([
      [0, 198],
      [99, 297],
      [198, 396],
    ]);
  });

  it("counts windows in the readings that were windowed, also where those in the answer are thinned out", () => {
    const thinned = answer({
      classifications: [block("keras", windowsOf("idle", "idle", "idle"), { intervalMs: 16 })],
      windowSizeMs: 2000,
      windowIncreaseMs: 80,
    });
    thinned.sample.payload.intervalMs = 32;
    thinned.sample.totalPayloadLength = 10;

    const read = readClassification(thinned);

    expect([...read.windows()].map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 2000],
      [80, 2080],
      [160, 2160],
    ]);
    expect(read.signal.intervalMs).toBe(32);
  });

  it.each([
    { what: "newer answers, by their own interval", overrides: { intervalMs: 50 }, endMs: 250 },
    { what: "older answers, in readings", overrides: {}, endMs: 500 },
    {
      what: "older answers, in windows when there is one index for each",
      overrides: { expectedLabels: [{ startIndex: 0, endIndex: 3, label: "idle" }] },
      endMs: 400,
    },
  ])("places expected labels of $what", ({ overrides, endMs }) => {
    const keras = block("keras", windowsOf("idle", "idle", "idle", "idle"), overrides);

    expect(readClassification(answer({ classifications: [keras] })).expected).toEqual([
      { startMs: 0, endMs, label: "idle" },
    ]);
  });

  it("passes Studio's warning on, and says when a second classifier is not shown", () => {
    const two = [block("keras", windowsOf("idle")), block("keras", windowsOf("idle"))];

    expect(readClassification(answer({ warning: "Careful." })).warning).toBe("Careful.");
    expect(readClassification(answer({ classifications: two })).warning).toBe(
      'The block "keras" is left out: it is the second of its kind.',
    );
    expect(readClassification(answer()).warning).toBeUndefined();
  });

  it("reads an answer without any window", () => {
    const none = readClassification(answer({ classifications: [block("keras", []), block("anomaly", [])] }));

    expect(none).toMatchObject({ windowCount: 0, classes: [] });
    expect([...none.windows()]).toEqual([]);
  });

  it("leaves out a block of a kind that it does not know, and says so", () => {
    const unknown = block("keras-from-the-future", windowsOf("idle"));
    const { windows, warning } = readClassification(
      answer({ classifications: [...answer().classifications, unknown] }),
    );

    expect(warning).toBe(
      'The block "keras-from-the-future" is of the unknown kind keras-from-the-future and is left out.',
    );
    expect([...windows()]).toHaveLength(4);
    expect(() => readClassification(answer({ classifications: [unknown] }))).toThrow("of the unknown kind");
  });

  it("reads an object detector: the objects that reach the limit, the surest first", () => {
    const found = { mAP: 0, f1: 0, precision: 0, recall: 0 };
    const structuredResult = [
      {
        ...found,
        boxes: [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
          [9, 9, 9, 9],
        ],
        labels: ["cup", "hand", "cup"],
        scores: [0.6, 0.9, 0.2],
      },
      { ...found, boxes: [], scores: [] },
    ];
    const detector = block("keras-object-detection", [], { structuredResult, minimumConfidenceRating: 0.5 });
    const { kinds, windows } = readClassification(answer({ classifications: [detector] }));

    expect(kinds).toEqual(["objects"]);
    expect([...windows()]).toMatchObject([
      {
        index: 0,
        verdict: "hand",
        reason: "2 found, hand 0.900 the surest",
        boxes: [
          { label: "hand", score: 0.9, x: 5, y: 6, width: 7, height: 8 },
          { label: "cup", score: 0.6, x: 1, y: 2, width: 3, height: 4 },
        ],
      },
      { index: 1, verdict: "no object", reason: "nothing reaches 0.5", boxes: [] },
    ]);
  });

  it("reads visual anomaly detection: the grid of scores and the places that reach the limit", () => {
    const place = { label: "anomaly", score: 7, x: 0.1, y: 0.2, width: 0.1, height: 0.1 };
    const anomalyResult = [{ boxes: [place], scores: [[1, 7]], meanScore: 4, maxScore: 7 }];
    const visual = block("keras-visual-anomaly", [], { anomalyResult, minimumConfidenceRating: 5 });
    const { thresholds, windows } = readClassification(answer({ classifications: [visual] }));

    expect(thresholds).toEqual({ anomaly: 5 });
    expect([...windows()]).toMatchObject([
      { anomaly: 7, verdict: "anomaly", reason: "anomaly score 7.000 reaches 5", boxes: [place], grid: [[1, 7]] },
    ]);
  });

  it("lets a classifier speak before visual anomaly detection, in whatever order they come", () => {
    const anomalyResult = [{ boxes: [], scores: [[1]], meanScore: 1, maxScore: 1 }];
    const visual = block("keras-visual-anomaly", [], { anomalyResult, minimumConfidenceRating: 5 });
    const { windows } = readClassification(answer({ classifications: [visual, block("keras", windowsOf("wave"))] }));

    expect([...windows()]).toMatchObject([{ verdict: "wave", anomaly: 1 }]);
  });

  it("reads a regression and a model that writes", () => {
    const regression = readClassification(
      answer({ classifications: [block("keras-regression", [{ value: 12.5 }], { minimumConfidenceRating: 1 })] }),
    );
    const writer = readClassification(
      answer({ classifications: [block("vlm", [], { labelMapResult: [{ scene: "kitchen", lights: "on" }] })] }),
    );

    expect([...regression.windows()]).toMatchObject([{ value: 12.5, verdict: "12.5", scores: [] }]);
    expect([...writer.windows()]).toMatchObject([
      { texts: { scene: "kitchen", lights: "on" }, verdict: "kitchen, on" },
    ]);
  });

  it.each([
    { pointer: "/sample/sample", changes: { sample: {} } },
    { pointer: "/sample/payload/values", changes: { sample: { sample: { intervalMs: 1 }, payload: {} } } },
    { pointer: "/windowSizeMs", changes: { windowSizeMs: 0 } },
    { pointer: "/classifications", changes: { classifications: "none" } },
    { pointer: "/classifications/0/learnBlock/type", changes: { classifications: [{}] } },
    { pointer: "/classifications/0/result", changes: { classifications: [{ learnBlock: { type: "keras" } }] } },
  ])("says where an answer is wrong: $pointer", ({ pointer, changes }) => {
    const wrong = { ...answer(), ...changes } as ReturnType<typeof answer>;

    expect(() => readClassification(wrong)).toThrow(
      expect.objectContaining({ name: "StudioAnswerError", pointer }) as Error,
    );
  });

  it("refuses blocks that disagree about the number of windows", () => {
    const torn = answer({ classifications: [block("keras", windowsOf("idle")), block("anomaly", anomalies(0, 0))] });

    expect(() => readClassification(torn)).toThrow("its blocks have 1 and 2 windows");
  });
});
