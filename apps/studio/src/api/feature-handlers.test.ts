import { beforeEach, describe, expect, it } from "vitest";

import { smallRecording } from "../small-impulse.ts";
import type { Sample } from "../samples.ts";
import { addRecording, createTestApi } from "../test-studio.ts";

let api: ReturnType<typeof createTestApi>;
let sample: Sample;

beforeEach(async () => {
  api = createTestApi();
  sample = await addRecording(api.studio, smallRecording(3, 3), { projectId: api.projectId, category: "training" });
});

describe("GET .../dsp/{dspId}/features/get-graph/classification/{sampleId}", () => {
  it("answers the features of each window with its times and its label", async () => {
    const { data, totalSampleCount } = await api.call("dspGetFeaturesForSample", { dspId: 2, sampleId: sample.id });

    expect(totalSampleCount).toBe(5);
    expect(data.map((window) => window.sample)).toEqual(
      [0, 500, 1000, 1500, 2000].map((startMs) => ({
        id: sample.id,
        name: sample.filename,
        startMs,
        endMs: startMs + 1000,
      })),
    );
    for (const { X, y, yLabel } of data) {
      expect(X).toHaveLength(14);
      expect({ y, yLabel }).toEqual({ y: 2, yLabel: "moving" });
    }
    // RMS of a sine that swings by 3, over whole periods or nearly so.
    expect(data[0]?.X[0]).toBeCloseTo(3 / Math.sqrt(2), 0);
  });

  it("refuses another block, and a sample that does not fit", async () => {
    const other = await addRecording(api.studio, smallRecording(3, 3, ["x"]), { projectId: api.projectId });

    expect((await api.call("dspGetFeaturesForSample", { dspId: 3, sampleId: sample.id })).error).toBe(
      "No DSP block found with ID 3",
    );
    expect((await api.call("dspGetFeaturesForSample", { dspId: 2, sampleId: other.id })).error).toContain(
      "It has the axes x and lacks accX",
    );
  });
});

describe("GET .../dsp/{dspId}/features/labels", () => {
  it("answers a name for each feature, axis after axis, and refuses another block", async () => {
    const { labels } = await api.call("getDspFeatureLabels", { dspId: 2 });
    const { data } = await api.call("dspGetFeaturesForSample", { dspId: 2, sampleId: sample.id });

    expect(labels).toHaveLength(data[0]?.X.length ?? 0);
    expect(labels.slice(0, 4)).toEqual([
      "accX RMS",
      "accX Skewness",
      "accX Kurtosis",
      "accX Spectral Power 0.62 - 1.88 Hz",
    ]);
    expect((await api.call("getDspFeatureLabels", { dspId: 3 })).error).toBe("No DSP block found with ID 3");
  });
});

describe("GET .../dsp-data/{dspId}/x/{category}", () => {
  it("answers one row of float32 for each window of each sample that fits, as a NumPy file", async () => {
    await addRecording(api.studio, smallRecording(2, 1), { projectId: api.projectId, category: "training" });
    await addRecording(api.studio, smallRecording(2, 1, ["x"]), { projectId: api.projectId, category: "training" });
    const { data } = await api.call("dspGetFeaturesForSample", { dspId: 2, sampleId: sample.id });

    const response = await api.request("downloadDspData", { dspId: 2, category: "training" });

    const file = Buffer.from(await response.arrayBuffer());
    const start = 10 + file.readUInt16LE(8);
    expect(file.subarray(0, 8)).toEqual(Buffer.from("\x93NUMPY\x01\x00", "latin1"));
    expect(file.toString("latin1", 10, start)).toMatch(
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(8, 14\), \} *\n$/,
    );
    expect(start % 64).toBe(0);
    expect(file.length - start).toBe(8 * 14 * 4);
    data.flatMap(({ X }) => X).forEach((value, i) => expect(file.readFloatLE(start + i * 4)).toBe(Math.fround(value)));
  });

  it("answers a table without rows for an empty category, and has no raw readings", async () => {
    const empty = await api.request("downloadDspData", { dspId: 2, category: "testing" });

    expect(await empty.text()).toContain("'shape': (0, 0)");
    expect(await (await api.request("downloadDspData", { dspId: 2, category: "testing", raw: true })).json()).toEqual({
      success: false,
      error: 'The local Studio has features to download; leave "raw" out.',
    });
  });
});
