import { StudioRefusedError } from "@windowscope/sdk";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { classifyAnswer } from "../fakes.ts";
import { createTestApp, deleteOnceFound, type TestApp } from "../test-app.ts";

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

/** Windows of a second, 750 ms apart, cut from four readings a second, of which the answer has every second one. */
function thinnedAnswer(windows: number) {
  const answer = classifyAnswer(windows);
  const { sample } = answer;
  const readings = 4 + (windows - 1) * 3;
  sample.payload.values = Array.from({ length: Math.ceil(readings / 2) }, (_, i) => [2 * i]);
  sample.payload.intervalMs = 500;
  sample.totalPayloadLength = readings;
  sample.sample.valuesCount = readings;
  answer.windowIncreaseMs = 750;
  return answer;
}

async function classifyThinned(windows: number): Promise<void> {
  app.studio.answer("classifySampleV2", () => thinnedAnswer(windows));
  runId = await app.finishedRun({ projectId: 1, sampleId: 7 });
}

/** Features of windows so far apart; the only one of a window is when it begins. */
function answerFeaturesEvery(stepMs: number, count: number): void {
  app.studio.answer("dspGetFeaturesForSample", () => ({
    data: Array.from({ length: count }, (_, i) => ({
      X: [i * stepMs],
      y: 1,
      yLabel: "idle",
      sample: { id: 7, name: "idle.7", startMs: i * stepMs, endMs: i * stepMs + 1000 },
    })),
    totalSampleCount: count,
    skipFirstFeatures: 0,
  }));
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

  it("answers the readings within the window where a long signal is thinned out", async () => {
    await classifyThinned(6);

    expect((await ask("1/raw")).body).toMatchObject({ intervalMs: 500, startMs: 1000, values: [[4], [6]] });
    expect((await ask("2/raw")).body).toMatchObject({ intervalMs: 500, startMs: 1500, values: [[6], [8]] });
    // The last one begins at 3,750 ms and ends with the sample.
    expect((await ask("5/raw")).body).toMatchObject({ intervalMs: 500, startMs: 4000, values: [[16], [18]] });
    expect(await ask("6/raw")).toMatchObject({ status: 404 });
  });

  it("has no reading for a window that lies between two readings of a thinned signal", async () => {
    const answer = thinnedAnswer(3);
    answer.windowSizeMs = 250;
    app.studio.answer("classifySampleV2", () => answer);
    runId = await app.finishedRun({ projectId: 1, sampleId: 7 });

    expect((await ask("1/raw")).body.values).toEqual([]);
    expect((await ask("2/raw")).body.values).toEqual([[6]]);
  });

  it("has the one reading of a window that is shorter than half of one", async () => {
    const answer = classifyAnswer(3);
    answer.windowSizeMs = 100;
    app.studio.answer("classifySampleV2", () => answer);
    runId = await app.finishedRun({ projectId: 1, sampleId: 8 });

    expect((await ask("1/raw")).body.values).toEqual([[2]]);
  });

  it("counts readings whose interval is no round number without drifting", async () => {
    const answer = classifyAnswer(5000);
    answer.sample.payload.intervalMs = 1000 / 3;
    answer.windowIncreaseMs = 700;
    app.studio.answer("classifySampleV2", () => answer);
    runId = await app.finishedRun({ projectId: 1, sampleId: 8 });

    for (const index of [1, 7, 3333, 4999]) {
      const startMs = index * 2 * (1000 / 3);
      const values = [0, 1, 2].map((i) => [index * 2 + i]);
      expect((await ask(`${index}/raw`)).body).toMatchObject({ startMs, values });
    }
  });

  it("answers the windows that are there of a run that is still being written", async () => {
    const { runLog } = app;
    const append = runLog.append.bind(runLog);
    // Lets the first 512 windows through, and holds the rest back.
    let release: () => void = () => undefined;
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    vi.spyOn(runLog, "append").mockImplementation(async (appends) => {
      if (appends.some(({ meta }) => meta?.includes('"windows":1024,'))) await isReleased;
      await append(appends);
    });
    app.studio.answer("classifySampleV2", () => classifyAnswer(1200));
    const started = await app.request("POST", "/api/v1/runs", { body: { projectId: 1, sampleId: 9 } });
    runId = String(started.body.runId);
    await vi.waitFor(async () => expect(await ask("511/raw")).toMatchObject({ status: 200 }));

    expect((await ask("511/raw")).body.values).toEqual([[1022], [1023], [1024], [1025]]);
    expect(await ask("512/raw")).toMatchObject({ status: 404 });

    release();
    await vi.waitFor(async () => expect(await ask("1199/raw")).toMatchObject({ status: 200 }));
    expect((await ask("1199/raw")).body.values).toEqual([[2398], [2399], [2400], [2401]]);
  });

  it("reads a small part of a long log", async () => {
    app.studio.answer("classifySampleV2", () => classifyAnswer(20_000));
    runId = await app.finishedRun({ projectId: 1, sampleId: 8 });
    const stored = await app.runLog.stat(runId);
    const read = vi.spyOn(app.runLog, "read");

    await ask("12345/raw");

    expect(stored?.next).toBeGreaterThan(600);
    // Some ten for the window, as many for its first reading, and the readings themselves.
    expect(read.mock.calls.length).toBeLessThan(30);
    const slices = await Promise.all(read.mock.results.map(({ value }) => value as ReturnType<typeof app.runLog.read>));
    const bytes = slices.reduce((sum, slice) => sum + (slice.type === "slice" ? slice.bytes.length : 0), 0);
    expect(bytes).toBeLessThan(0.5 * (stored?.bytes ?? 0));
  });

  it("finds the windows between entries that tell of their details", async () => {
    const answer = classifyAnswer(100);
    const [block] = answer.classifications;
    if (!block) throw new Error("The answer has no block.");
    block.learnBlock.type = "keras-object-detection";
    // So large that each has an entry of its own.
    block.structuredResult = block.result.map(() => ({
      boxes: Array.from({ length: 1000 }, () => [0, 0, 1, 1]),
      labels: Array.from({ length: 1000 }, () => 1),
      scores: Array.from({ length: 1000 }, () => 0.9),
    })) as unknown as NonNullable<typeof block.structuredResult>;
    app.studio.answer("classifySampleV2", () => answer);
    runId = await app.finishedRun({ projectId: 1, sampleId: 8 });

    expect((await app.runLog.stat(runId))?.next).toBeGreaterThan(100);
    for (const index of [0, 31, 32, 50, 99]) {
      expect((await ask(`${index}/raw`)).body.values).toEqual([0, 1, 2, 3].map((i) => [index * 2 + i]));
    }
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

  it.each(["raw", "features", "anomaly"])(
    "answers 404 at %s when the run is deleted before it is read",
    async (route) => {
      deleteOnceFound(app.runLog);

      expect(await ask(`0/${route}`)).toMatchObject({
        status: 404,
        body: { type: "urn:windowscope:problem:no-such-run", detail: `There is no run ${runId}.` },
      });
    },
  );

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

  it("answers those of the window itself where a long signal is thinned out", async () => {
    answerFeaturesEvery(250, 16);
    await classifyThinned(6);

    for (const index of [0, 1, 2, 3, 5]) {
      const { blocks } = (await ask(`${index}/features`)).body;
      expect(blocks).toMatchObject([{ values: [index * 750] }, { values: [index * 750] }]);
    }
  });

  it("takes no neighbour for the window of a thinned signal that Studio cuts elsewhere", async () => {
    answerFeaturesEvery(1000, 4);
    await classifyThinned(6);

    expect(await ask("1/features")).toMatchObject({
      status: 404,
      body: { detail: "Studio has no features of a window at 750 ms of sample 7." },
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

  it("explains the window itself where a long signal is thinned out", async () => {
    answerFeaturesEvery(250, 16);
    await classifyThinned(6);

    expect((await ask("2/anomaly")).body).toMatchObject({ axes: [{ value: 1500 }, { value: 1500 }] });
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
