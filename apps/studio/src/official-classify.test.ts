import { toImpulseDocument } from "@windowscope/engine";
import { EdgeImpulseApi } from "edge-impulse-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { smallImpulse, smallRecording } from "./small-impulse.ts";
import { startStudio, type RunningStudio } from "./start.ts";

const KEY = "ei_official_classify";
const CLASSIFIER = 3;
const ANOMALY = 4;

/** The same decision as the small impulse's float32 model, in steps of a tenth. */
const int8 = {
  input: { scale: 0.1, zeroPoint: 0 },
  layers: [
    {
      inputs: 14,
      outputs: 2,
      activation: "none" as const,
      weights: Int8Array.from({ length: 28 }, (_, i) => (i === 0 ? -100 : i === 14 ? 100 : 0)),
      weightScales: [0.1, 0.1],
      bias: Int32Array.of(500, -500),
      output: { scale: 0.25, zeroPoint: 0 },
    },
  ],
};

describe("the official Node client, edge-impulse-api 1.95.13, with every parameter of every operation", () => {
  let studio: RunningStudio;
  let api: EdgeImpulseApi;
  let projectId: number;
  /** The first has both variants, the second is the project's default and has float32 alone. */
  let impulseIds: readonly [number, number];
  let sampleId: number;

  beforeAll(async () => {
    studio = await startStudio({ apiKey: KEY, project: "empty", ports: { studio: 0, devices: 0, ingestion: 0 } });
    projectId = studio.projectId;
    const { classifier } = smallImpulse;
    const both = await importImpulse({ ...smallImpulse, classifier: classifier && { ...classifier, int8 } });
    impulseIds = [both, await importImpulse(smallImpulse)];
    for (const name of ["moving.1", "moving.2", "still.1"]) {
      await fetch(`${studio.ingestionUrl}/api/testing/data`, {
        method: "POST",
        headers: { "x-api-key": KEY, "x-file-name": `${name}.json` },
        body: JSON.stringify(smallRecording(3, name.startsWith("moving") ? 3 : 0)),
      });
    }
    api = new EdgeImpulseApi({ endpoint: studio.url });
    await api.authenticate({ method: "apiKey", apiKey: KEY });
    const { samples } = await api.rawData.listSamples(projectId, { category: "testing" });
    sampleId = samples.find(({ label }) => label === "moving")?.id ?? 0;
  });

  afterAll(() => studio.close());

  async function importImpulse(impulse: Parameters<typeof toImpulseDocument>[0]): Promise<number> {
    const response = await fetch(`${studio.url}/windowscope/impulses`, {
      method: "POST",
      headers: { "x-api-key": KEY },
      body: JSON.stringify(toImpulseDocument(impulse)),
    });
    return ((await response.json()) as { impulseId: number }).impulseId;
  }

  /** Waits for a job by its status alone; the client's own way takes 5 s or more. */
  async function waitForJob(jobId: number): Promise<void> {
    for (;;) {
      const { job } = await api.jobs.getJobStatus(projectId, jobId);
      if (job.finishedSuccessful !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Asks until the answer is a result and not a job. */
  async function untilResult<A extends object>(ask: () => Promise<A>): Promise<Exclude<A, { id: number }>> {
    for (;;) {
      const answer = await ask();
      if (!("id" in answer)) return answer as Exclude<A, { id: number }>;
      await waitForJob(answer.id as number);
    }
  }

  it("classifySampleV2 takes each of its parameters, alone and together", async () => {
    const [impulseId] = impulseIds;
    for (const query of [
      {},
      { includeDebugInfo: true },
      { truncateStructuredLabels: true },
      { variant: "float32" },
      { impulseId },
      { impulseId, variant: "int8", includeDebugInfo: false, truncateStructuredLabels: false },
    ] as const) {
      const answer = await untilResult(() => api.classify.classifySampleV2(projectId, sampleId, query));

      expect(answer, JSON.stringify(query)).toMatchObject({ windowSizeMs: 1000, windowIncreaseMs: 500 });
      expect(answer.classifications.map(({ learnBlock, resultCount }) => [learnBlock.id, resultCount])).toEqual([
        [CLASSIFIER, 5],
        [ANOMALY, 5],
      ]);
      for (const window of answer.classifications[0]?.result ?? []) expect(window.moving).toBeGreaterThan(0.99);
    }
    await expect(api.classify.classifySampleV2(projectId, sampleId, { variant: "int8" })).rejects.toThrow(
      "This impulse has no int8 model; it has float32.",
    );
  });

  it("classifySample answers at once, without a job", async () => {
    const answer = await api.classify.classifySample(projectId, sampleId, { includeDebugInfo: true });

    expect(answer.classifications).toMatchObject([{ resultCount: 5 }, { resultCount: 5 }]);
    expect(answer.sample.sample).toMatchObject({ id: sampleId, label: "moving" });
  });

  it("classifySampleForVariants answers each variant that was asked for", async () => {
    const [impulseId] = impulseIds;
    const query = { impulseId, variants: '["int8","float32"]', includeDebugInfo: true, truncateStructuredLabels: true };
    const { results } = await untilResult(() => api.classify.classifySampleForVariants(projectId, sampleId, query));

    expect(results).toMatchObject([
      { variant: "int8", classifications: [{ resultCount: 5 }, { resultCount: 5 }] },
      { variant: "float32", classifications: [{ resultCount: 5 }, { resultCount: 5 }] },
    ]);
  });

  it("classifySampleByLearnBlock and its second version answer the one block", async () => {
    const query = { variant: "float32", truncateStructuredLabels: true } as const;
    const v1 = await api.classify.classifySampleByLearnBlock(projectId, sampleId, ANOMALY);
    const v2 = await untilResult(() =>
      api.classify.classifySampleByLearnBlockV2(projectId, sampleId, CLASSIFIER, query),
    );

    expect(v1.classifications).toMatchObject([{ learnBlock: { id: ANOMALY, type: "anomaly" }, resultCount: 5 }]);
    expect(v2.classifications).toMatchObject([{ learnBlock: { id: CLASSIFIER, type: "keras" }, resultCount: 5 }]);
  });

  it("getSampleWindowFromCache answers the readings of one window", async () => {
    const [, impulseId] = impulseIds;
    const query = { impulseId, truncateStructuredLabels: true, datastreamIndex: 0 };
    await untilResult(() => api.classify.classifySampleV2(projectId, sampleId));
    const { payload } = await api.classify.getSampleWindowFromCache(projectId, sampleId, 2, query);

    expect(payload).toMatchObject({ intervalMs: 100, frequencyHz: 10, sensors: [{ name: "accX" }, { name: "accY" }] });
    expect(payload.values).toEqual(smallRecording(3, 3).payload.values.slice(10, 20));
    await expect(api.classify.getSampleWindowFromCache(projectId, sampleId, 5)).rejects.toThrow("There is no window 5");
  });

  it("startClassifyJob tests the whole set, and its results come whole, without samples, and by the page", async () => {
    const [impulseId] = impulseIds;
    await expect(api.classify.getClassifyJobResult(projectId, { impulseId })).rejects.toThrow(
      "No model testing results found, run 'startClassifyJob' first",
    );

    const { id } = await api.jobs.startClassifyJob(projectId, { modelVariants: ["float32", "int8"] }, { impulseId });
    await waitForJob(id);
    const query = { impulseId, variant: "int8", truncateStructuredLabels: true } as const;
    const whole = await api.classify.getClassifyJobResult(projectId, query);
    const rows = await api.classify.getClassifyJobResult(projectId, { ...query, featureExplorerOnly: true });
    const page = await api.classify.getClassifyJobResultPage(projectId, { ...query, limit: 2, offset: 2 });
    const { metrics } = await api.classify.getClassifyMetricsAllVariants(projectId, { impulseId });

    expect(whole).toMatchObject({
      accuracy: { accuracyScore: 1, totalSummary: { good: 15, bad: 0 } },
      availableVariants: ["float32", "int8"],
    });
    expect(whole.result).toHaveLength(3);
    expect(rows.result).toEqual([]);
    expect(rows.predictions).toEqual(whole.predictions);
    expect(page).toMatchObject({ totalCount: 3, result: [{ sampleId: whole.result[2]?.sampleId }] });
    expect(page.predictions).toHaveLength(5);
    expect(metrics).toEqual([
      { variant: "float32", accuracy: 1 },
      { variant: "int8", accuracy: 1 },
    ]);
  });

  it("getAnomalyMetadata answers the clusters, and names a block that has none", async () => {
    const { axes, mean, scale, clusters, created } = await api.learn.getAnomalyMetadata(projectId, ANOMALY);

    expect({ axes, mean, scale, clusters }).toEqual({
      axes: [0],
      mean: [0],
      scale: [1],
      clusters: [{ center: [0], maxError: 2 }],
    });
    expect(created).toBeInstanceOf(Date);
    await expect(api.learn.getAnomalyMetadata(projectId, CLASSIFIER)).rejects.toThrow(
      "No learning block found with ID 3",
    );
  });

  it("cancelJob ends a job that has not begun to work, for good", async () => {
    const slow = await startStudio({
      apiKey: KEY,
      project: "empty",
      ports: { studio: 0, devices: 0, ingestion: 0 },
      leastJobMs: 60_000,
    });
    try {
      const body = JSON.stringify(toImpulseDocument(smallImpulse));
      await fetch(`${slow.url}/windowscope/impulses`, { method: "POST", headers: { "x-api-key": KEY }, body });
      const slowApi = new EdgeImpulseApi({ endpoint: slow.url });
      await slowApi.authenticate({ method: "apiKey", apiKey: KEY });

      const { id } = await slowApi.jobs.startClassifyJob(slow.projectId, {});
      const { jobs: before } = await slowApi.jobs.listActiveJobs(slow.projectId);
      await slowApi.jobs.cancelJob(slow.projectId, id, { forceCancel: "true" });
      const { jobs: after } = await slowApi.jobs.listActiveJobs(slow.projectId);
      const { job } = await slowApi.jobs.getJobStatus(slow.projectId, id);

      expect(before).toMatchObject([{ id }]);
      expect(after).toEqual([]);
      expect(job).toMatchObject({ id, finishedSuccessful: false });
    } finally {
      await slow.close();
    }
  });

  it("getJobsLogs answers the newest line first, and cancelJob takes a job that is over", async () => {
    const { id } = await api.jobs.startEvaluateJob(projectId);
    await waitForJob(id);
    const { stdout, totalCount } = await api.jobs.getJobsLogs(projectId, id, { limit: 2, logLevel: "info" });
    const { job } = await api.jobs.getJobStatus(projectId, id);
    const cancelled = await api.jobs.cancelJob(projectId, id, { forceCancel: "true" });

    expect(stdout[0]).toMatchObject({ data: "Job completed\n", created: expect.any(Date) as Date });
    expect(stdout).toHaveLength(2);
    expect(totalCount).toBeGreaterThan(3);
    expect(job).toMatchObject({ finishedSuccessful: true, started: expect.any(Date) as Date });
    expect(cancelled.success).toBe(true);
  });
});
