import { beforeEach, describe, expect, it } from "vitest";

import { smallImpulse, smallRecording } from "../small-impulse.ts";
import { addRecording, createTestApi } from "../test-studio.ts";

let api: ReturnType<typeof createTestApi>;

beforeEach(() => {
  api = createTestApi();
});

const input = {
  id: 1,
  type: "time-series",
  name: "Time series",
  title: "Time series data",
  windowSizeMs: 1000,
  windowIncreaseMs: 500,
  frequencyHz: 10,
};
const dsp = {
  id: 2,
  type: "spectral-analysis",
  name: "Spectral features",
  title: "Spectral Analysis",
  axes: ["accX", "accY"],
  implementationVersion: 2,
};
const keras = { id: 3, type: "keras", name: "Classifier", title: "Classification", dsp: [2] };
const anomaly = { id: 4, type: "anomaly", name: "Anomaly", title: "Anomaly detection", dsp: [2] };
const blocks = { inputBlocks: [input], dspBlocks: [dsp], learnBlocks: [keras, anomaly] };

describe("POST .../impulse", () => {
  it("makes the default impulse of a project that has none, ready to be trained", async () => {
    api = createTestApi("none");
    const { id } = await api.call("createImpulse", {}, blocks);

    const { impulse } = await api.call("getImpulse");
    const { impulses } = await api.call("getAllDetailedImpulses");

    expect(impulse).toMatchObject({
      id,
      name: "Spectral features, Classifier, Anomaly",
      inputBlocks: [{ windowSizeMs: 1000, frequencyHz: 10, padZeros: false }],
      dspBlocks: [{ axes: ["accX", "accY"], implementationVersion: 2 }],
      learnBlocks: [{ id: 3 }, { id: 4 }],
    });
    expect(impulses).toMatchObject([{ complete: false, isStale: false }]);
    expect((await api.call("getKerasMetadata", { learnId: 3 })).error).toContain("has not been trained yet");
  });

  it("takes the frequency of the longest training sample when it is not said", async () => {
    api = createTestApi("none");
    await addRecording(api.studio, smallRecording(3), { projectId: api.projectId, category: "training" });

    await api.call("createImpulse", {}, { ...blocks, inputBlocks: [{ ...input, frequencyHz: undefined }] });

    expect((await api.call("getImpulse")).impulse?.inputBlocks).toMatchObject([{ frequencyHz: 10 }]);
  });

  it("keeps what blocks have learnt from the same features, and the settings that a request does not carry", async () => {
    const { id } = await api.call("createImpulse", {}, { ...blocks, learnBlocks: [keras] });

    const stored = api.studio.impulses.get(id);

    expect(stored?.design.blocks).toMatchObject([{ parameters: { fftLength: 8 } }]);
    expect(stored?.impulse).toMatchObject({ classifier: { minimumConfidence: 0.6 } });
    expect(stored?.impulse?.anomaly).toBeUndefined();
    expect((await api.call("getAnomalyMetadata", { learnId: 4 })).error).toBe("No learning block found with ID 4");
  });

  it("takes a step for classifying alone, and a rule for windows of several labels", async () => {
    const said = {
      classificationWindowIncreaseMs: 200,
      labelingMethodMultiLabel: { type: "anywhere-in-window-min-percentage", labels: ["moving"], minPercentage: 20 },
    };
    await api.call("createImpulse", {}, { ...blocks, inputBlocks: [{ ...input, ...said }] });

    expect((await api.call("getImpulse")).impulse?.inputBlocks).toMatchObject([said]);
  });

  it("lets every block forget when windows change", async () => {
    const { id } = await api.call("createImpulse", {}, { ...blocks, inputBlocks: [{ ...input, windowSizeMs: 2000 }] });

    expect(api.studio.impulses.get(id)?.impulse).toBeUndefined();
  });

  it.each([
    {
      change: { learnBlocks: [{ ...keras, type: "keras-object-detection" }] },
      says: "a block of type keras-object-det",
    },
    { change: { learnBlocks: [{ ...keras, id: 7 }] }, says: "a keras block with the id 7" },
    { change: { learnBlocks: [keras, keras] }, says: "2 such learn blocks" },
    { change: { learnBlocks: [] }, says: "0 such learn blocks" },
    { change: { dspBlocks: [{ ...dsp, type: "mfcc" }] }, says: "a block of type mfcc" },
    { change: { dspBlocks: [] }, says: "0 dsp blocks" },
    { change: { dspBlocks: [{ ...dsp, implementationVersion: 4 }] }, says: "versions 2 and 3; this one is 4" },
    { change: { dspBlocks: [{ ...dsp, axes: [] }] }, says: '"axes" have to be 1 to 1000 different names' },
    { change: { inputBlocks: [{ ...input, type: "image" }] }, says: "a block of type image" },
    { change: { inputBlocks: [{ ...input, windowSizeMs: 0 }] }, says: '"windowSizeMs" has to be a positive number' },
    { change: { inputBlocks: [{ ...input, windowSizeMs: 1e9 }] }, says: "too large" },
    {
      change: { inputBlocks: [{ ...input, classificationWindowIncreaseMs: -9 }] },
      says: '"classificationWindowIncreaseMs" has to be a positive number',
    },
    {
      change: { inputBlocks: [{ ...input, labelingMethodMultiLabel: { type: "anywhere-in-window", labels: [] } }] },
      says: "with labels to look for",
    },
    {
      change: { inputBlocks: [{ ...input, labelingMethodMultiLabel: { type: "start-of-window" } }] },
      says: "must be one of end-of-window",
    },
    { change: { type: "BYOM" }, says: "an impulse of type BYOM" },
  ])("refuses $says", async ({ change, says }) => {
    const before = api.studio.impulses.list(api.projectId);

    expect(await api.call("createImpulse", {}, { ...blocks, ...change })).toMatchObject({
      success: false,
      error: expect.stringContaining(says) as string,
    });
    expect(api.studio.impulses.list(api.projectId)).toEqual(before);
  });

  it("is refused while a job works with the impulse", async () => {
    const { id } = await api.call("startRetrainJob");

    expect((await api.call("createImpulse", {}, blocks)).error).toBe(
      `Job ${id} works with this impulse. Wait for its end or cancel it.`,
    );
    expect((await api.call("deleteImpulse")).error).toContain(`Job ${id} works`);
    await api.studio.close();
  });
});

describe("DELETE .../impulse", () => {
  it("deletes the default impulse, whose place the newest other one takes", async () => {
    const { id } = api.studio.impulses.add(api.projectId, { ...smallImpulse, name: "second" });

    await api.call("deleteImpulse");
    const { impulse } = await api.call("getImpulse");
    await api.call("deleteImpulse", { impulseId: id });

    expect(impulse).toMatchObject({ id, name: "second" });
    expect(await api.call("getImpulse")).toEqual({ success: true });
    expect((await api.call("deleteImpulse")).error).toBe("This project has no impulse yet.");
  });
});

describe("GET .../impulses-detailed", () => {
  it("answers what each block is designed with and what it knows", async () => {
    const { impulses } = await api.call("getAllDetailedImpulses");

    expect(impulses).toMatchObject([
      {
        complete: true,
        isStale: false,
        dspBlockConfigs: [{ blockId: 2, config: { fftLength: 8 } }],
        learnBlockKerasConfigs: [{ blockId: 3, metadata: { classNames: ["still", "moving"] } }],
        learnBlockAnomalyConfigs: [{ blockId: 4, config: { selectedAxes: [0] } }],
      },
    ]);
    await addRecording(api.studio, smallRecording(3), { projectId: api.projectId, category: "training" });
    expect((await api.call("getAllDetailedImpulses")).impulses).toMatchObject([{ isStale: true }]);
  });
});

describe("POST .../impulse/{impulseId}/set-thresholds", () => {
  let impulseId: number;

  beforeEach(() => {
    impulseId = api.studio.impulses.list(api.projectId)[0]?.id ?? 0;
  });

  const set = (thresholds: object[], allowCreatingRegenerateModelTestingJobs = false) =>
    api.call("setImpulseThresholds", { impulseId }, { thresholds, allowCreatingRegenerateModelTestingJobs });
  const minScore = (value: number) => ({ blockId: 3, key: "min_score", value });
  const minAnomalyScore = (value: number) => ({ blockId: 4, key: "min_anomaly_score", value });

  it("has nothing to make anew without results", async () => {
    const answer = await set([minScore(0.7), minAnomalyScore(1.5)]);

    expect(answer).toEqual({
      success: true,
      hadModelTestingResults: false,
      regenerateModelTestingStatus: "not_regenerated",
    });
    expect(api.studio.impulses.get(impulseId)?.impulse).toMatchObject({
      classifier: { minimumConfidence: 0.7 },
      anomaly: { threshold: 1.5 },
    });
  });

  it("leaves making results anew to the caller, or starts the job, and the verdicts follow the thresholds", async () => {
    await addRecording(api.studio, smallRecording(3, 3), { projectId: api.projectId });
    await api.call("startEvaluateJob");
    await api.jobsDone();

    const first = await set([minAnomalyScore(-1000)]);
    const between = await api.call("getClassifyJobResult");
    const job = await api.call("regenerateModelTestingSummary", { impulseId });
    const busy = await set([minAnomalyScore(0)]);
    await api.jobsDone();
    const after = await api.call("getClassifyJobResult");
    const second = await set([minAnomalyScore(1000)], true);
    await api.jobsDone();

    expect(first).toMatchObject({ hadModelTestingResults: true, regenerateModelTestingStatus: "requires_job" });
    expect(between).toMatchObject({ noResultsBecauseThresholdsChanged: "should_rerun_full_job", predictions: [] });
    expect(busy.error).toBe(`Job ${job.id} works with this impulse. Wait for its end or cancel it.`);
    expect(after.accuracy.confusionMatrixValues).toEqual({ moving: { anomaly: 5 } });
    expect(second).toMatchObject({
      regenerateModelTestingStatus: "started_job",
      regenerateModelTestingResultsJobId: job.id + 1,
    });
    expect((await api.call("getClassifyJobResult")).accuracy.confusionMatrixValues).toEqual({ moving: { moving: 5 } });
  });

  it.each([
    {
      threshold: { blockId: 3, key: "min_anomaly_score", value: 1 },
      says: 'no threshold "min_anomaly_score"; it has min',
    },
    { threshold: { blockId: 9, key: "min_score", value: 1 }, says: "No learning block found with ID 9" },
    {
      threshold: { blockId: 3, key: "min_score", value: "high" },
      says: '"min_score" has to be a number, and is "high"',
    },
    { threshold: { blockId: 3, key: "min_score", value: 1.1 }, says: "between 0 and 1, and is 1.1" },
  ])("refuses all of it when one is wrong: $says", async ({ threshold, says }) => {
    expect((await set([minScore(0.9), threshold])).error).toContain(says);
    expect(api.studio.impulses.get(impulseId)?.design.minimumConfidence).toBe(0.6);
  });

  it("has no summary to make anew before the test set was classified", async () => {
    expect((await api.call("regenerateModelTestingSummary", { impulseId })).error).toBe(
      "No model testing results found, run 'startClassifyJob' first",
    );
  });
});
