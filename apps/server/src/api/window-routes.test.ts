import { StudioRefusedError } from "@windowscope/sdk";
import { beforeEach, describe, expect, it } from "vitest";

import { classifyAnswer } from "../fakes.ts";
import { createTestApp, type TestApp } from "../test-app.ts";

const dspBlocks = [
  { id: 2, name: "Spectral features" },
  { id: 6, name: "Flatten" },
];
const learnBlocks = [
  { id: 3, type: "keras", name: "Classifier", dsp: [2] },
  // In the other order than the impulse has its blocks.
  { id: 4, type: "anomaly", name: "K-means", dsp: [6, 2] },
];

let app: TestApp;
let runId: string;

beforeEach(async () => {
  app = await createTestApp();
  const { studio } = app;
  studio.answer("getImpulse", () => ({ impulse: { id: 1, dspBlocks, learnBlocks } }));
  studio.answer("dspGetFeaturesForSample", ({ dspId }) => ({
    // Twice as dense as the windows of the classification.
    data: Array.from({ length: 6 }, (_, i) => ({
      X: dspId === 2 ? [99, i, 10 + i] : [99, 100 + i],
      y: 1,
      yLabel: "idle",
      sample: { id: 7, name: "idle.7", startMs: i * 250, endMs: i * 250 + 1000 },
    })),
    totalSampleCount: 6,
    skipFirstFeatures: 1,
  }));
  studio.answer("getDspFeatureLabels", ({ dspId }) => ({ labels: dspId === 2 ? ["RMS", "Skewness"] : ["Average"] }));
  studio.answer("getAnomalyMetadata", () => ({
    axes: [0, 1],
    mean: [100, 0],
    scale: [1, 1],
    clusters: [{ center: [0, 0], maxError: 1 }],
  }));
  runId = await app.finishedRun();
});

function ask(path: string) {
  return app.request("GET", `/api/v1/runs/${runId}/windows/${path}`);
}

describe("GET /api/v1/runs/{runId}/windows/{index}/raw", () => {
  it("answers the readings that the window was cut from", async () => {
    const { status, body } = await ask("2/raw");

    expect(status).toBe(200);
    expect(body).toEqual({
      intervalMs: 250,
      startMs: 1000,
      axes: [{ name: "accX", units: "m/s2" }],
      values: [[4], [5], [6], [7]],
    });
  });

  it("finds a window that lies across entries of a long signal", async () => {
    const answer = classifyAnswer(20_000);
    app.studio.answer("classifySampleV2", () => answer);
    runId = await app.finishedRun({ projectId: 1, sampleId: 8 });

    // An entry of one axis has 16,384 readings.
    expect((await ask("8191/raw")).body.values).toEqual([[16_382], [16_383], [16_384], [16_385]]);
    expect((await ask("19999/raw")).body.values).toEqual([[39_998], [39_999], [40_000], [40_001]]);
  });

  it("has null for a reading that is no number", async () => {
    const answer = classifyAnswer(1);
    answer.sample.payload.values[1] = [NaN];
    app.studio.answer("classifySampleV2", () => answer);
    runId = await app.finishedRun({ projectId: 1, sampleId: 8 });

    expect((await ask("0/raw")).body.values).toEqual([[0], [null], [2], [3]]);
  });

  it("answers 404 for a window that is not there, and for a run that is not there", async () => {
    expect(await ask("3/raw")).toMatchObject({
      status: 404,
      body: { type: "urn:windowscope:problem:no-such-window", detail: `The run ${runId} has no window 3; it has 3.` },
    });
    runId = "run-0";
    expect(await ask("0/raw")).toMatchObject({ status: 404, body: { type: "urn:windowscope:problem:no-such-run" } });
  });

  it.each(["-1", "1.5", "x", "1e300"])("answers 400 to the window %s", async (index) => {
    expect(await ask(`${index}/raw`)).toMatchObject({ status: 400 });
  });
});

describe("GET /api/v1/runs/{runId}/windows/{index}/features", () => {
  it("answers the features of the window that begins at the same time, block by block", async () => {
    const { status, body } = await ask("1/features");

    expect(status).toBe(200);
    expect(body).toEqual({
      blocks: [
        { dspId: 2, name: "Spectral features", names: ["RMS", "Skewness"], values: [2, 12] },
        { dspId: 6, name: "Flatten", names: ["Average"], values: [102] },
      ],
    });
  });

  it("asks Studio once for all windows of a sample", async () => {
    for (const index of [0, 1, 2]) await ask(`${index}/features`);

    expect(app.studio.calls.filter((operation) => operation === "dspGetFeaturesForSample")).toHaveLength(2);
  });

  it("leaves names out that Studio does not tell, or that are of other features", async () => {
    app.studio.answer("getDspFeatureLabels", ({ dspId }) => {
      if (dspId === 2) throw new StudioRefusedError("Unknown");
      return { labels: ["one", "two"] };
    });

    const { blocks } = (await ask("0/features")).body as { blocks: object[] };

    for (const block of blocks) expect(block).not.toHaveProperty("names");
  });

  it("answers 404 with Studio's words when it has none", async () => {
    const studioText = "Features have not been generated yet.";
    app.studio.answer("dspGetFeaturesForSample", () => Promise.reject(new StudioRefusedError("no", { studioText })));

    expect(await ask("0/features")).toMatchObject({ status: 404, body: { detail: studioText } });
  });

  it("answers 404 for a window that Studio cuts elsewhere", async () => {
    app.studio.answer("dspGetFeaturesForSample", () => ({ data: [], totalSampleCount: 0, skipFirstFeatures: 0 }));

    expect(await ask("1/features")).toMatchObject({
      status: 404,
      body: { detail: "Studio has no features of a window at 500 ms of sample 7." },
    });
  });
});

describe("GET /api/v1/runs/{runId}/windows/{index}/anomaly", () => {
  it("answers the nearest cluster and the share of each feature, in the order that the block reads them", async () => {
    const { status, body } = await ask("2/anomaly");

    expect(status).toBe(200);
    expect(body).toEqual({
      blockId: 4,
      name: "K-means",
      score: Math.sqrt(32) - 1,
      cluster: { index: 0, distance: Math.sqrt(32), maxError: 1 },
      axes: [
        { feature: 0, name: "Average", value: 104, center: 100, offset: 4, share: 0.5 },
        { feature: 1, name: "RMS", value: 4, center: 0, offset: 4, share: 0.5 },
      ],
    });
  });

  it("answers 404 for an impulse, or a single block, that looks for no anomalies", async () => {
    runId = await app.finishedRun({ projectId: 1, sampleId: 7, impulseId: 5 });
    app.studio.answer("getImpulse", () => ({ impulse: { id: 5, dspBlocks, learnBlocks: learnBlocks.slice(0, 1) } }));

    expect(await ask("0/anomaly")).toMatchObject({
      status: 404,
      body: { type: "urn:windowscope:problem:no-anomaly-block" },
    });
  });

  it("answers 409 for an anomaly block of another kind, and says which", async () => {
    const gmm = { id: 4, type: "anomaly-gmm", name: "GMM", dsp: [2] };
    app.studio.answer("getImpulse", () => ({ impulse: { id: 1, dspBlocks, learnBlocks: [gmm] } }));

    expect(await ask("0/anomaly")).toMatchObject({
      status: 409,
      body: {
        type: "urn:windowscope:problem:not-explained",
        detail: "The block GMM is of the type anomaly-gmm; only scores of K-means can be explained.",
      },
    });
  });

  it("answers 409 when the block was trained on other features", async () => {
    app.studio.answer("getAnomalyMetadata", () => ({ axes: [9], mean: [0], scale: [1], clusters: [] }));

    expect(await ask("0/anomaly")).toMatchObject({
      status: 409,
      body: { type: "urn:windowscope:problem:trained-since" },
    });
  });

  it("answers 404 with Studio's words when the block has learnt nothing", async () => {
    const studioText = "The learning block 4 has not been trained yet.";
    app.studio.answer("getAnomalyMetadata", () => Promise.reject(new StudioRefusedError("no", { studioText })));

    expect(await ask("0/anomaly")).toMatchObject({ status: 404, body: { detail: studioText } });
  });
});
