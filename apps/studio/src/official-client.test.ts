import { toImpulseDocument } from "@windowscope/engine";
import { EdgeImpulseApi } from "edge-impulse-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { writeWav } from "./formats/wav.ts";
import { smallImpulse, smallRecording } from "./small-impulse.ts";
import { startStudio, type RunningStudio } from "./start.ts";

const KEY = "ei_official_client";

/** Longer than the client sleeps before it looks at a job for the first time, which is 5 s. */
const JOB_TIMEOUT_MS = 30_000;

describe("the official Node client, edge-impulse-api 1.95.13, unmodified", () => {
  let studio: RunningStudio;
  let api: EdgeImpulseApi;

  beforeAll(async () => {
    studio = await startStudio({ apiKey: KEY, project: "empty", ports: { studio: 0, devices: 0, ingestion: 0 } });
    await fetch(`${studio.url}/windowscope/impulses`, {
      method: "POST",
      headers: { "x-api-key": KEY },
      body: JSON.stringify(toImpulseDocument(smallImpulse)),
    });
    const form = new FormData();
    form.append("data", new Blob([JSON.stringify(smallRecording(3, 3))]), "moving.1.json");
    await fetch(`${studio.ingestionUrl}/api/testing/files`, {
      method: "POST",
      headers: { "x-api-key": KEY },
      body: form,
    });

    api = new EdgeImpulseApi({ endpoint: studio.url });
    await api.authenticate({ method: "apiKey", apiKey: KEY });
  });

  afterAll(() => studio.close());

  it(
    "lists projects, gets the impulse, lists samples, classifies, waits for the job, and reads the windows",
    async () => {
      const { projects } = await api.projects.listProjects();
      const projectId = projects[0]?.id ?? 0;
      const { impulse } = await api.impulse.getImpulse(projectId);
      const { samples, totalCount } = await api.rawData.listSamples(projectId, { category: "testing" });
      const sampleId = samples[0]?.id ?? 0;

      const started = await api.classify.classifySampleV2(projectId, sampleId, { impulseId: impulse?.id });
      if (!("id" in started)) throw new Error("the first answer is not a job");
      const lines: string[] = [];
      await api.runJobUntilCompletion({ type: "project", projectId, jobId: started.id }, (line) => lines.push(line));
      const answer = await api.classify.classifySampleV2(projectId, sampleId, { impulseId: impulse?.id });
      if (!("classifications" in answer)) throw new Error("the second answer is not a result");

      expect(projects).toMatchObject([{ id: studio.projectId, name: "Local project" }]);
      expect(impulse?.inputBlocks).toMatchObject([{ windowSizeMs: 1000, frequencyHz: 10 }]);
      expect(totalCount).toBe(1);
      expect(samples[0]?.added).toBeInstanceOf(Date);
      expect(lines.join("")).toContain("Job completed");
      const [classifier, anomaly] = answer.classifications;
      expect(classifier?.result).toHaveLength(5);
      for (const window of classifier?.result ?? []) expect(window.moving).toBeGreaterThan(0.99);
      expect(anomaly?.result).toHaveLength(5);
      expect(answer.sample.payload.values).toHaveLength(30);
    },
    JOB_TIMEOUT_MS,
  );

  it(
    "classifies by learn block, tests the whole set, and reads the anomaly metadata",
    async () => {
      const { projectId } = studio;
      const { samples } = await api.rawData.listSamples(projectId, { category: "testing" });
      const sampleId = samples[0]?.id ?? 0;

      const v1 = await api.classify.classifySampleByLearnBlock(projectId, sampleId, 4);
      const v2 = await api.classify.classifySampleByLearnBlockV2(projectId, sampleId, 3);
      const { id } = await api.jobs.startClassifyJob(projectId, {});
      await api.runJobUntilCompletion({ type: "project", projectId, jobId: id });
      const whole = await api.classify.getClassifyJobResult(projectId);
      const page = await api.classify.getClassifyJobResultPage(projectId, { limit: 1, offset: 0 });
      const metadata = await api.learn.getAnomalyMetadata(projectId, 4);

      expect(v1.classifications).toMatchObject([{ learnBlock: { type: "anomaly" } }]);
      expect(v2).toMatchObject({ classifications: [{ learnBlock: { type: "keras" } }] });
      expect(whole.accuracy).toMatchObject({ totalSummary: { good: 5, bad: 0 }, accuracyScore: 1 });
      expect(page).toMatchObject({ totalCount: 1, result: [{ sampleId }] });
      expect(metadata).toMatchObject({ axes: [0], clusters: [{ maxError: 2 }] });
    },
    JOB_TIMEOUT_MS,
  );

  it("reads a file, a slice, devices, jobs and the key for signatures", async () => {
    const { projectId } = studio;
    const { samples } = await api.rawData.listSamples(projectId, { category: "testing" });
    const sampleId = samples[0]?.id ?? 0;

    const { count } = await api.rawData.countSamples(projectId, { category: "testing" });
    const file = await api.rawData.getSampleAsRaw(projectId, sampleId);
    const slice = await api.rawData.getSampleSlice(projectId, sampleId, { sliceStart: 10, sliceEnd: 15 });
    await api.devices.createDevice(projectId, { deviceId: "bo:ar:d", deviceType: "TEST", ifNotExists: true });
    const { device } = await api.devices.getDevice(projectId, "bo:ar:d");
    const { jobs } = await api.jobs.listFinishedJobs(projectId);
    const log = await api.jobs.downloadJobsLogs(projectId, jobs[0]?.id ?? 0);
    const { hmacKey } = await api.projects.getHmacDevkey(projectId);

    expect(count).toBe(1);
    expect(JSON.parse(file.toString())).toEqual(smallRecording(3, 3));
    expect(slice.payload.values).toHaveLength(5);
    expect(device).toMatchObject({ deviceId: "bo:ar:d", remoteMgmtMode: "disconnected" });
    expect(log).toMatch(/^Creating job[^]*Job completed\n$/);
    expect(hmacKey).toMatch(/^[0-9a-f]{32}$/);
  });

  it(
    "designs an impulse, trains it, waits for the job, moves a threshold, and reads the features",
    async () => {
      const { projectId } = studio;
      for (const [label, amplitude] of Object.entries({ moving: 3, still: 0.01 })) {
        const form = new FormData();
        form.append("data", new Blob([JSON.stringify(smallRecording(20, amplitude))]), `${label}.1.json`);
        await fetch(`${studio.ingestionUrl}/api/training/files`, {
          method: "POST",
          headers: { "x-api-key": KEY },
          body: form,
        });
      }
      const { samples } = await api.rawData.listSamples(projectId, { category: "testing" });
      const sampleId = samples[0]?.id ?? 0;
      const block = { createdBy: "createImpulse", createdAt: new Date() };

      const { id: impulseId } = await api.impulse.createImpulse(projectId, {
        name: "made by the official client",
        inputBlocks: [
          {
            ...block,
            id: 1,
            type: "time-series",
            name: "Time series",
            title: "Time series data",
            windowSizeMs: 2000,
            windowIncreaseMs: 500,
            frequencyHz: 10,
          },
        ],
        dspBlocks: [
          {
            ...block,
            id: 2,
            type: "spectral-analysis",
            name: "Spectral features",
            title: "Spectral Analysis",
            axes: ["accX", "accY"],
            implementationVersion: 2,
          },
        ],
        learnBlocks: [
          { ...block, id: 3, type: "keras", name: "Classifier", title: "Classification", dsp: [2] },
          { ...block, id: 4, type: "anomaly", name: "Anomaly", title: "Anomaly detection", dsp: [2] },
        ],
      });
      const { id: jobId } = await api.jobs.startRetrainJob(projectId, { impulseId });
      await api.runJobUntilCompletion({ type: "project", projectId, jobId });
      const keras = await api.learn.getKerasMetadata(projectId, 3);
      const thresholds = await api.impulse.setImpulseThresholds(projectId, impulseId, {
        thresholds: [{ blockId: 3, key: "min_score", value: 0.8 }],
        allowCreatingRegenerateModelTestingJobs: true,
      });
      const features = await api.dsp.dspGetFeaturesForSample(projectId, 2, sampleId);
      const { impulses } = await api.impulse.getAllDetailedImpulses(projectId);

      expect(keras).toMatchObject({ classNames: ["moving", "still"], hasTrainedModel: true });
      expect(keras.created).toBeInstanceOf(Date);
      expect(thresholds).toMatchObject({ hadModelTestingResults: false });
      expect(features).toMatchObject({ totalSampleCount: 3, data: [{ yLabel: "moving" }, {}, {}] });
      expect(impulses.find(({ impulse }) => impulse.id === impulseId)).toMatchObject({ complete: true });
    },
    JOB_TIMEOUT_MS,
  );

  it("reads sound as a WAV file, and a part of it as a player does", async () => {
    const { projectId } = studio;
    const wav = writeWav([0, 1000, -1000, 5], 1 / 16);
    const form = new FormData();
    form.append("data", new Blob([new Uint8Array(wav)], { type: "audio/wav" }), "noise.1.wav");
    await fetch(`${studio.ingestionUrl}/api/testing/files`, {
      method: "POST",
      headers: { "x-api-key": KEY },
      body: form,
    });
    const { samples } = await api.rawData.listSamples(projectId, { category: "testing", search: "noise" });
    const sampleId = samples[0]?.id ?? 0;

    const whole = await api.rawData.getSampleAsAudio(projectId, sampleId, { axisIx: 0 });
    const part = await fetch(`${studio.url}/v1/api/${projectId}/raw-data/${sampleId}/wav?axisIx=0`, {
      headers: { "x-api-key": KEY, range: "bytes=44-47" },
    });

    expect(whole).toEqual(wav);
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(wav.subarray(44, 48));
  });

  it("is told what the impulse reads when it sends an image", async () => {
    const image = { value: Buffer.of(1), options: { filename: "a.png", contentType: "image/png" } };

    await expect(api.classify.classifyImage(studio.projectId, { image })).rejects.toThrow(
      "reads accX, accY and no images.",
    );
  });

  it("reads Studio's own words when it is refused", async () => {
    const stranger = new EdgeImpulseApi({ endpoint: studio.url });
    await stranger.authenticate({ method: "apiKey", apiKey: "ei_stranger" });

    await expect(stranger.projects.listProjects()).rejects.toThrow("Invalid API key");
    await expect(api.rawData.getSample(studio.projectId, 999)).rejects.toThrow(
      "There is no sample 999 in this project.",
    );
  });
});
