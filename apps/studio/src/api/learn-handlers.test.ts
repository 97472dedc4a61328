import { once } from "node:events";

import { beforeEach, describe, expect, it } from "vitest";

import { smallRecording } from "../small-impulse.ts";
import { addRecording, createTestApi } from "../test-studio.ts";

let api: ReturnType<typeof createTestApi>;

beforeEach(() => {
  api = createTestApi();
});

async function addTrainingSet(): Promise<void> {
  for (const [label, amplitude] of Object.entries({ moving: 3, resting: 0.01 })) {
    for (const seconds of [8, 9]) {
      const about = { projectId: api.projectId, category: "training", label } as const;
      await addRecording(api.studio, smallRecording(seconds, amplitude), about);
    }
  }
}

describe("what learn blocks know", () => {
  it("is their design and their metadata, by kind of block", async () => {
    await addTrainingSet();

    expect(await api.call("getKeras", { learnId: 3 })).toMatchObject({
      trained: true,
      mode: "expert",
      dependencies: { classes: ["moving", "resting"], featureCount: 14, outputClasses: ["still", "moving"] },
      thresholds: [{ key: "min_score", value: 0.6 }],
    });
    expect(await api.call("getKerasMetadata", { learnId: 3, excludeLabels: true })).toMatchObject({
      classNames: ["still", "moving"],
      labels: [],
      layers: [{ input: { shape: 14 }, output: { shape: 2 } }],
      availableModelTypes: ["float32"],
    });
    expect(await api.call("getAnomaly", { learnId: 4 })).toMatchObject({ selectedAxes: [0], clusterCount: 1 });
    expect((await api.call("getAnomaly", { learnId: 4 })).axes.map(({ label }) => label)).toEqual([
      ...["accX RMS", "accX Skewness", "accX Kurtosis"],
      ...["0.62 - 1.88", "1.88 - 3.12", "3.12 - 4.38", "4.38 - 5.62"].map((hertz) => `accX Spectral Power ${hertz} Hz`),
      ...["accY RMS", "accY Skewness", "accY Kurtosis"],
      ...["0.62 - 1.88", "1.88 - 3.12", "3.12 - 4.38", "4.38 - 5.62"].map((hertz) => `accY Spectral Power ${hertz} Hz`),
    ]);
  });

  it("is refused for a block of another kind, and what no block here has", async () => {
    expect((await api.call("getKeras", { learnId: 4 })).error).toBe("No learning block found with ID 4");
    expect((await api.call("getAnomaly", { learnId: 3 })).error).toBe("No learning block found with ID 3");
    expect((await api.call("getGmmMetadata", { learnId: 4 })).error).toContain("no Gaussian mixture");
    const model = await api.request("downloadLearnModel", { learnId: 3, modelDownloadId: "tflite" });
    expect(await model.json()).toMatchObject({ error: expect.stringContaining("GET /windowscope/impulses") as string });
  });
});

describe("training", () => {
  it("trains every block of an impulse, which then knows the labels of the training set", async () => {
    await addTrainingSet();

    const { id } = await api.call("startRetrainJob");
    await once(api.studio.jobs, "finished");

    expect((await api.call("getJobStatus", { jobId: id })).job).toMatchObject({ finishedSuccessful: true });
    expect((await api.call("getKerasMetadata", { learnId: 3 })).classNames).toEqual(["moving", "resting"]);
    expect((await api.call("getAnomalyMetadata", { learnId: 4 })).axes).toEqual([0, 7]);
  });

  it.each([
    { operation: "trainKerasJob", learnId: 3, body: { minimumConfidenceRating: 0.9, trainingCycles: 5 } },
    { operation: "trainAnomalyJob", learnId: 4, body: { minimumConfidenceRating: 50, axes: [1] } },
  ] as const)(
    "$operation trains its block, with the threshold of the request",
    async ({ operation, learnId, body }) => {
      await addTrainingSet();

      const { id } = await api.call(operation, { learnId }, body);
      await once(api.studio.jobs, "finished");

      expect((await api.call("getJobStatus", { jobId: id })).job).toMatchObject({ finishedSuccessful: true });
      const read = learnId === 3 ? "getKeras" : "getAnomaly";
      expect(await api.call(read, { learnId })).toMatchObject({
        thresholds: [{ value: body.minimumConfidenceRating }],
      });
    },
  );

  it("is refused for a block of another kind, and features alone are", async () => {
    expect((await api.call("trainKerasJob", { learnId: 4 }, {})).error).toBe("No learning block found with ID 4");
    expect((await api.call("generateFeaturesJob", {}, { dspId: 2 })).error).toContain("training computes them");
  });

  it("says in its log why it failed, as an error", async () => {
    const { id } = await api.call("startRetrainJob");
    await once(api.studio.jobs, "finished");

    const errors = await api.call("getJobsLogs", { jobId: id, logLevel: "error" });
    const all = await api.call("getJobsLogs", { jobId: id });

    expect(errors.stdout.map(({ data }) => data)).toEqual([
      "Job failed (see above)\n",
      "There is no labelled sample in the training set.\n",
    ]);
    expect(errors.totalCount).toBe(2);
    expect(all.stdout.map(({ logLevel }) => logLevel)).toEqual(["error", "error", "info", "info"]);
  });
});
