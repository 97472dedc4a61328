import { describe, expect, it } from "vitest";

import { toOlderShape } from "./older-shape.ts";

describe("toOlderShape", () => {
  it("leaves out of a classification what came after 2024, and nothing else", () => {
    const learnBlock = { id: 3, type: "keras", name: "Classifier", title: "Classifier", dsp: [2] };
    const result = [{ idle: 0.9, moving: 0.1 }];
    const newer = { thresholds: [], isMultiLabel: false, resultCount: 1, intervalMs: 10, frequencyHz: 100 };
    const answer = {
      success: true,
      classifications: [{ learnBlock: { ...learnBlock, trainingProcessor: "cpu" }, result, ...newer }],
      windowSizeMs: 1000,
    };
    const before = structuredClone(answer);

    expect(toOlderShape("classifySampleV2", answer)).toEqual({
      success: true,
      classifications: [{ learnBlock, result }],
      windowSizeMs: 1000,
    });
    expect(answer).toEqual(before);
  });

  it("leaves the interval of a sample, and takes that of its payload", () => {
    const sensor = { name: "accX", units: "m/s2" };
    const sample = { id: 1, intervalMs: 10, sensors: [sensor] };
    const payload = { device_type: "TEST", values: [[1]], sensors: [sensor] };

    expect(
      toOlderShape("getSample", {
        success: true,
        sample: { ...sample, sensors: [{ index: 0, ...sensor }], datastreams: [] },
        payload: { ...payload, sensors: [{ index: 0, ...sensor }], intervalMs: 10, frequencyHz: 100 },
        totalPayloadLength: 1,
        datastreamPayloads: [],
      }),
    ).toEqual({ success: true, sample, payload, totalPayloadLength: 1 });
  });

  it("leaves out the count of a page of test results, but not that of a page of samples", () => {
    const page = { success: true, totalCount: 3 };

    expect(toOlderShape("getClassifyJobResultPage", page)).toEqual({ success: true });
    expect(toOlderShape("listSamples", page)).toEqual(page);
  });

  it("leaves a job that is answered instead of a result, and whatever has not changed", () => {
    expect(toOlderShape("classifySampleV2", { success: true, id: 7 })).toEqual({ success: true, id: 7 });
    expect(toOlderShape("getModelVariants", { success: true, modelVariants: [] })).toEqual({
      success: true,
      modelVariants: [],
    });
  });
});
