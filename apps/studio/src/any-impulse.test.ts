import { readFileSync } from "node:fs";

import { toImpulseDocument, type BlockParameters, type Impulse } from "@windowscope/engine";
import { readReferenceImpulse, referencePath } from "@windowscope/engine/reference-data";
import { describe, expect, it } from "vitest";

import { impulseRoutes } from "./own-api/impulses.ts";
import { smallImpulse, smallRecording } from "./small-impulse.ts";
import { addRecording, createTestApi } from "./test-studio.ts";

const filter = { scaleAxes: 1, filterType: "none", filterCutoffHz: 0, filterOrder: 0 } as const;
const statistics = {
  average: true,
  minimum: true,
  maximum: true,
  rms: true,
  stdev: true,
  skewness: true,
  kurtosis: true,
};
const frames = { frameLength: 0.4, frameStride: 0.4, fftLength: 8 };
const mel = { ...frames, numFilters: 4, lowFrequency: 0, highFrequency: 0 };

const blocks: readonly BlockParameters[] = [
  { type: "raw", version: 1, scaleAxes: 1 },
  { type: "flatten", version: 1, scaleAxes: 1, ...statistics, movingAvgNumWindows: 2 },
  {
    ...{ type: "spectral-analysis", version: 1, ...filter, fftLength: 8 },
    ...{ spectralPeaksCount: 1, spectralPeaksThreshold: 0.1, spectralPowerEdges: [0.1, 1, 3] },
  },
  { type: "spectral-analysis", version: 3, ...filter, fftLength: 8, doLog: true, doFftOverlap: true },
  {
    ...{ type: "spectral-analysis", version: 4, ...filter, fftLength: 8, doLog: true, doFftOverlap: true },
    ...{ inputDecimationRatio: 1, extraLowFreq: false },
  },
  { type: "spectral-analysis", version: 4, ...filter, analysisType: "Wavelet", wavelet: "haar", waveletLevel: 1 },
  { type: "mfe", version: 4, ...mel, noiseFloorDb: -52 },
  { type: "mfcc", version: 4, ...mel, numCepstral: 3, winSize: 11, preCof: 0.98, preShift: 1 },
  { type: "spectrogram", version: 4, ...frames, noiseFloorDb: -52 },
] as readonly BlockParameters[];

/** Blocks of sound read one axis. */
const isSound = ({ type }: BlockParameters) => type === "mfe" || type === "mfcc" || type === "spectrogram";

const gmm = { axes: [0, 1], mean: [0, 0], scale: [1, 1], means: [[0, 0]], weights: [1], threshold: 5 };
const covariances = [
  [
    [1, 0],
    [0, 1],
  ],
];

/** The API of a Studio with this impulse, as it comes in through its document. */
async function createApi(impulse: Impulse) {
  const api = createTestApi("none");
  const response = await impulseRoutes(api.studio).request("/impulses", {
    method: "POST",
    headers: { "x-api-key": "ei_test" },
    body: JSON.stringify(toImpulseDocument(impulse)),
  });
  expect(await response.json()).toMatchObject({ success: true, name: impulse.name });
  return api;
}

async function classify(api: ReturnType<typeof createTestApi>, sampleId: number) {
  await api.call("classifySampleV2", { sampleId });
  await api.jobsDone();
  const answer = await api.call("classifySampleV2", { sampleId });
  if ("classifications" in answer) return answer;
  const { stdout } = await api.call("getJobsLogs", { jobId: answer.id - 1 });
  throw new Error(stdout.map(({ data }) => data).join(""));
}

/** One of the real recordings. */
function addFile(api: ReturnType<typeof createTestApi>, skip: Parameters<typeof referencePath>[0], name: string) {
  const file = readFileSync(referencePath(skip, "gestures", "testing", `${name}.cbor`));
  const about = { category: "testing", filename: `${name}.cbor`, label: name.split(".")[0] ?? "" } as const;
  return api.studio.intake.addRecording(file, { ...about, projectId: api.projectId, contentType: "application/cbor" });
}

describe("a local Studio with an impulse of any kind", () => {
  it.each(blocks.map((parameters) => ({ parameters, what: `${parameters.type} ${parameters.version}` })))(
    "shows and runs the block $what",
    async ({ parameters }) => {
      // Wavelets take 64 readings.
      const windowSizeMs = "wavelet" in parameters ? 6400 : 1000;
      const api = await createApi({
        ...smallImpulse,
        input: { ...smallImpulse.input, windowSizeMs },
        blocks: [{ parameters, ...(isSound(parameters) && { axes: ["accX"] }) }],
        classifier: undefined,
      });
      const recording = smallRecording(windowSizeMs / 1000 + 2, 3);
      const sample = await addRecording(api.studio, recording, { projectId: api.projectId });

      const { classifications } = await classify(api, sample.id);
      const { impulse } = await api.call("getImpulse");
      const { labels } = await api.call("getDspFeatureLabels", { dspId: 2 });
      const { data } = await api.call("dspGetFeaturesForSample", { dspId: 2, sampleId: sample.id });
      const { axes } = await api.call("getAnomaly", { learnId: 4 });
      const { impulses } = await api.call("getAllDetailedImpulses");

      expect(classifications).toMatchObject([{ learnBlock: { id: 4, type: "anomaly" }, resultCount: 5 }]);
      for (const window of classifications[0]?.result ?? []) expect(window.anomaly).toEqual(expect.any(Number));
      expect(impulse?.dspBlocks).toMatchObject([
        { id: 2, type: parameters.type, implementationVersion: parameters.version },
      ]);
      expect(impulse?.dspBlocks[0]?.axes).toEqual(isSound(parameters) ? ["accX"] : ["accX", "accY"]);
      expect(labels.length).toBeGreaterThan(1);
      expect(data.map(({ X }) => X.length)).toEqual(Array.from({ length: 5 }, () => labels.length));
      expect(axes.map(({ label }) => label)).toEqual(labels);
      expect(impulses).toMatchObject([{ dspBlockConfigs: [{ blockId: 2, config: parameters }] }]);
    },
  );

  it("serves several processing blocks one by one, whose features stand behind each other", async () => {
    const [raw, flatten] = blocks as [BlockParameters, BlockParameters];
    const api = await createApi({
      ...smallImpulse,
      blocks: [
        { parameters: flatten, normalisation: { mean: Array<number>(16).fill(1), scale: Array<number>(16).fill(2) } },
        { parameters: raw, axes: ["accY"] },
      ],
      classifier: undefined,
      anomaly: { axes: [16], mean: [0], scale: [1], clusters: [{ center: [0], maxError: 0 }], threshold: 0.3 },
    });
    const sample = await addRecording(api.studio, smallRecording(3, 3), { projectId: api.projectId });

    const { classifications } = await classify(api, sample.id);
    const second = await api.call("dspGetFeaturesForSample", { dspId: 5, sampleId: sample.id });
    const { impulse } = await api.call("getImpulse");

    expect(impulse?.dspBlocks.map(({ id, type, axes }) => [id, type, axes])).toEqual([
      [2, "flatten", ["accX", "accY"]],
      [5, "raw", ["accY"]],
    ]);
    expect(impulse?.learnBlocks).toMatchObject([{ dsp: [2, 5] }]);
    expect((await api.call("getDspFeatureLabels", { dspId: 5 })).labels).toHaveLength(10);
    expect((await api.call("getDspFeatureLabels", { dspId: 6 })).error).toBe("No DSP block found with ID 6");
    second.data.forEach(({ X }, w) => {
      expect(X).toHaveLength(10);
      expect(classifications[0]?.result[w]?.anomaly).toBeCloseTo(Math.abs(X[0] as number), 5);
    });
  });

  it("scores with a Gaussian mixture, and answers its metadata", async () => {
    const api = await createApi({ ...smallImpulse, classifier: undefined, anomaly: { ...gmm, covariances } });
    const sample = await addRecording(api.studio, smallRecording(3, 3), { projectId: api.projectId });

    const { classifications } = await classify(api, sample.id);

    expect(classifications).toMatchObject([
      { learnBlock: { id: 4, type: "anomaly-gmm" }, resultCount: 5, minimumConfidenceRating: 5 },
    ]);
    expect(await api.call("getGmmMetadata", { learnId: 4 })).toMatchObject({
      means: [[0, 0]],
      covariances,
      weights: [1],
    });
    expect(await api.call("getAnomalyMetadata", { learnId: 4 })).toMatchObject({ axes: [0, 1], clusters: [] });
    expect(await api.call("getAnomaly", { learnId: 4 })).toMatchObject({ selectedAxes: [0, 1], clusterCount: 1 });
    expect((await api.call("startRetrainJob")).error).toContain("runs a Gaussian mixture as it was imported");
    const one = await api.call("classifySampleByLearnBlock", { blockId: 4, sampleId: sample.id });
    expect(one.classifications).toHaveLength(1);
  });

  it("runs a regression, and judges its values by their errors", async ({ skip }) => {
    const tflite = readFileSync(referencePath(skip, "models", "temperature-regression.f32.lite"));
    const eight = { type: "raw", version: 1, scaleAxes: 1 } as const;
    const api = await createApi({
      ...smallImpulse,
      input: { ...smallImpulse.input, axes: ["accX"], windowSizeMs: 800 },
      blocks: [{ parameters: eight }],
      classifier: undefined,
      regression: { float32: { tflite }, int8: undefined },
      anomaly: undefined,
    });
    const sample = await addRecording(api.studio, smallRecording(3, 3, ["accX"]), { projectId: api.projectId });
    const { classifications } = await classify(api, sample.id);
    const value = classifications[0]?.result[0]?.value as number;

    await api.call("editLabel", { sampleId: sample.id }, { label: String(value + 0.5) });
    await api.call("startClassifyJob", {}, {});
    await api.jobsDone();
    const { predictions, accuracy } = await api.call("getClassifyJobResult");

    expect(classifications).toMatchObject([{ learnBlock: { id: 3, type: "keras-regression" }, resultCount: 5 }]);
    expect(predictions[0]).toMatchObject({ prediction: String(value), predictionCorrect: true });
    expect(accuracy.totalSummary.good + accuracy.totalSummary.bad).toBe(5);
    expect(accuracy.mseScore).toBeGreaterThan(0);
    expect(await api.call("getKerasMetadata", { learnId: 3 })).toMatchObject({
      mode: "regression",
      classNames: [],
      thresholds: [{ key: "max_error", value: 1 }],
    });
    expect((await api.call("startRetrainJob")).error).toContain("runs a regression as it was imported");
  });

  it("classifies with the step for classifying, and learns with the other", async () => {
    const api = await createApi({
      ...smallImpulse,
      input: {
        ...smallImpulse.input,
        classificationWindowIncreaseMs: 200,
        labelling: { type: "anywhere-in-window", labels: ["moving"] },
      },
    });
    const structuredLabels = [
      { startIndex: 0, endIndex: 4, label: "moving" },
      { startIndex: 5, endIndex: 29, label: "still" },
    ];
    const about = { projectId: api.projectId, category: "training", structuredLabels } as const;
    const sample = await addRecording(api.studio, smallRecording(3, 3), about);

    const answer = await classify(api, sample.id);
    const { data } = await api.call("dspGetFeaturesForSample", { dspId: 2, sampleId: sample.id });
    const { impulse } = await api.call("getImpulse");
    const file = await api.request("downloadDspData", { dspId: 2, category: "training" });

    expect(answer).toMatchObject({ windowSizeMs: 1000, windowIncreaseMs: 200 });
    expect(answer.classifications[0]?.resultCount).toBe(11);
    expect(data.map((window) => window.sample?.startMs)).toEqual(Array.from({ length: 11 }, (_, w) => w * 200));
    expect(data.map(({ yLabel }) => yLabel)).toEqual(
      [..."mmm"].map(() => "moving").concat([..."ssssssss"].map(() => "still")),
    );
    expect(await file.text()).toContain("'shape': (5, 14)");
    expect(impulse?.inputBlocks).toMatchObject([
      {
        classificationWindowIncreaseMs: 200,
        labelingMethodMultiLabel: { type: "anywhere-in-window", labels: ["moving"] },
      },
    ]);
  });

  it("runs networks from TensorFlow Lite files", async ({ skip }) => {
    const tflite = readFileSync(referencePath(skip, "models", "gestures-i8.lite"));
    const api = await createApi({
      ...smallImpulse,
      input: {
        axes: ["accX", "accY", "accZ"],
        frequencyHz: 62.5,
        windowSizeMs: 2000,
        windowIncreaseMs: 80,
        padZeros: false,
      },
      blocks: [{ parameters: { type: "raw", version: 1, scaleAxes: 1 } }],
      classifier: {
        labels: ["idle", "snake", "updown", "wave"],
        minimumConfidence: 0.6,
        float32: undefined,
        int8: { tflite },
      },
      anomaly: undefined,
    });
    const sample = await addFile(api, skip, "wave.0");

    const { classifications } = await classify(api, sample.id);

    expect(classifications).toMatchObject([{ learnBlock: { type: "keras" } }]);
    expect(Object.keys(classifications[0]?.result[0] ?? {})).toEqual(["idle", "snake", "updown", "wave"]);
  });

  it("runs Edge Impulse's impulse of version 4 as it was deployed", async ({ skip }) => {
    const api = await createApi(readReferenceImpulse(skip, "v4fft64"));
    const top = (scores: Readonly<Record<string, number>>) =>
      Object.entries(scores).reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
    for (const [name, label] of [
      ["wave.0", "wave"],
      ["idle.1", "idle"],
      ["snake.1", "snake"],
      ["updown.2", "updown"],
    ] as const) {
      const sample = await addFile(api, skip, name);

      const { classifications } = await classify(api, sample.id);

      const tops = classifications[0]?.result.map(top) ?? [];
      expect(tops.length).toBeGreaterThan(30);
      expect(tops.filter((each) => each === label).length, name).toBeGreaterThan(0.95 * tops.length);
    }
    const shake = await classify(api, (await addFile(api, skip, "shake.0")).id);
    // The lowest of a movement that it was not trained on; known ones stay below 0.4.
    for (const { anomaly } of shake.classifications[1]?.result ?? []) expect(anomaly).toBeGreaterThan(1);
    expect((await api.call("getDspFeatureLabels", { dspId: 2 })).labels[0]).toBe("accX RMS");
  });

  it("hands the same document out again, out of its database", async () => {
    const impulse: Impulse = {
      ...smallImpulse,
      blocks: [{ parameters: blocks[4] as BlockParameters }],
      classifier: undefined,
      anomaly: { ...gmm, covariances },
    };
    const api = await createApi(impulse);

    const response = await impulseRoutes(api.studio).request("/impulses", { headers: { "x-api-key": "ei_test" } });

    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(toImpulseDocument(impulse))));
  });

  it("refuses an impulse whose blocks do not fit together, also one without a network", async () => {
    const api = createTestApi("none");
    const anomaly = { ...gmm, covariances, axes: [0, 99] };

    const response = await impulseRoutes(api.studio).request("/impulses", {
      method: "POST",
      headers: { "x-api-key": "ei_test" },
      body: JSON.stringify(toImpulseDocument({ ...smallImpulse, classifier: undefined, anomaly })),
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain("The anomaly block reads feature 99, but there are only 14.");
  });
});
