import { NotTrainedError, StudioRefusedError, StudioUnreachableError } from "@windowscope/sdk";
import { beforeEach, describe, expect, it } from "vitest";

import { createTestApp, type TestApp } from "../test-app.ts";

const impulse = {
  id: 1,
  name: "motion",
  inputBlocks: [
    { id: 1, type: "time-series", windowSizeMs: 2000, windowIncreaseMs: 80, classificationWindowIncreaseMs: 200 },
  ],
  dspBlocks: [{ id: 2, type: "spectral-analysis", name: "Spectral features", axes: ["accX", "accY"], title: "S" }],
  learnBlocks: [
    { id: 3, type: "keras", name: "Classifier", dsp: [2] },
    { id: 4, type: "anomaly", name: "K-means", dsp: [2] },
    { id: 5, type: "keras-freeform", name: "Own", dsp: [2] },
  ],
};
const threshold = (key: string, value: number) => ({ key, value, description: key, helpText: "?" });
const device = {
  deviceId: "bo:ar:d",
  name: "Board",
  deviceType: "TEST",
  remoteMgmtMode: "ingestion",
  sensors: [{ name: "Accelerometer", maxSampleLengthS: 300, frequencies: [62.5, 100] }],
};

let app: TestApp;
let minimum: number;
let set: object[];

beforeEach(async () => {
  app = await createTestApp();
  minimum = 0.6;
  set = [];
  const answers = {
    getProjectInfo: () => ({
      project: { id: 1, name: "Pumps", description: "" },
      dataSummary: { labels: ["idle", "wave"] },
      devices: [device, { ...device, remoteMgmtMode: "inference" }, { ...device, remoteMgmtMode: "disconnected" }],
    }),
    getImpulse: () => ({ impulse }),
    getAllImpulses: () => ({ impulses: [impulse, { ...impulse, id: 9, name: "motion, longer" }], maxImpulseCount: -1 }),
    getModelVariants: () => ({
      modelVariants: [
        { variant: "int8", isEnabled: true },
        { variant: "float32", isEnabled: true },
        { variant: "akida", isEnabled: false },
      ],
    }),
    getKeras: ({ learnId }: Record<string, number>) => {
      if (learnId === 5) throw new StudioRefusedError("No such block");
      return { thresholds: [{ ...threshold("min_score", minimum), suggestedValue: 0.8 }] };
    },
    getAnomaly: () => ({ thresholds: [threshold("min_anomaly_score", 0.3)] }),
  };
  for (const [operation, handler] of Object.entries(answers)) app.studio.answer(operation, handler);
});

describe("GET /api/v1/projects/{projectId}", () => {
  it("tells what the impulse consists of, its thresholds and its variants", async () => {
    const { status, body } = await app.request("GET", "/api/v1/projects/1");

    expect(status).toBe(200);
    expect(body.impulse).toEqual({
      impulseId: 1,
      name: "motion",
      inputKind: "time-series",
      windowSizeMs: 2000,
      windowIncreaseMs: 200,
      variants: ["int8", "float32"],
      dspBlocks: [{ dspId: 2, type: "spectral-analysis", name: "Spectral features", axes: ["accX", "accY"] }],
      blocks: [
        { blockId: 3, type: "keras", name: "Classifier", dspIds: [2] },
        { blockId: 4, type: "anomaly", name: "K-means", dspIds: [2] },
        { blockId: 5, type: "keras-freeform", name: "Own", dspIds: [2] },
      ],
      thresholds: [
        { blockId: 3, key: "min_score", value: 0.6, suggestedValue: 0.8, description: "min_score", helpText: "?" },
        { blockId: 4, key: "min_anomaly_score", value: 0.3, description: "min_anomaly_score", helpText: "?" },
      ],
    });
  });

  it("tells which impulses there are to choose from", async () => {
    const { body } = await app.request("GET", "/api/v1/projects/1");

    expect(body.impulses).toEqual([
      { impulseId: 1, name: "motion" },
      { impulseId: 9, name: "motion, longer" },
    ]);
  });

  it("tells the size of the pictures that an impulse takes, which have no length", async () => {
    const input = { id: 1, type: "image", name: "Image", title: "Image", imageWidth: 96, imageHeight: 64 };
    app.studio.answer("getImpulse", () => ({ impulse: { ...impulse, inputBlocks: [input] } }));
    const { body } = await app.request("GET", "/api/v1/projects/1");

    expect(body.impulse).toMatchObject({ inputKind: "image", imageWidthPx: 96, imageHeightPx: 64 });
    expect(body.impulse).not.toHaveProperty("windowSizeMs");
  });

  it("tells what each device can record", async () => {
    const { body } = await app.request("GET", "/api/v1/projects/1");

    const sensors = [{ name: "Accelerometer", maxLengthMs: 300_000, frequenciesHz: [62.5, 100] }];
    const about = { deviceId: "bo:ar:d", name: "Board", deviceType: "TEST", sensors };
    expect(body.devices).toEqual([
      { ...about, isConnected: true, canRecord: true },
      { ...about, isConnected: true, canRecord: false },
      { ...about, isConnected: false, canRecord: false },
    ]);
  });

  it("leaves out what a Studio refuses to tell, and the impulse where there is none", async () => {
    app.studio.answer("getModelVariants", () => Promise.reject(new NotTrainedError("Not trained")));
    app.studio.answer("getAnomaly", () => ({}));
    app.studio.answer("getAllImpulses", () => Promise.reject(new StudioRefusedError("Not in this version")));
    const { body } = await app.request("GET", "/api/v1/projects/1");
    app.studio.answer("getImpulse", () => ({}));
    const without = await app.request("GET", "/api/v1/projects/1");

    expect(body.impulse).not.toHaveProperty("variants");
    expect(body).not.toHaveProperty("impulses");
    expect((body.impulse as { thresholds: object[] }).thresholds).toHaveLength(1);
    expect(without.status).toBe(200);
    expect(without.body).not.toHaveProperty("impulse");
  });

  it("answers 503 while Studio does not answer", async () => {
    app.studio.answer("getKeras", () => Promise.reject(new StudioUnreachableError("gone")));

    expect(await app.request("GET", "/api/v1/projects/1")).toMatchObject({ status: 503 });
  });
});

describe("PUT /api/v1/projects/{projectId}/thresholds", () => {
  const thresholds = [{ blockId: 3, key: "min_score", value: 0.75 }];

  beforeEach(() => {
    app.studio.answer("setImpulseThresholds", (path, _query, body) => {
      set.push({ path, body });
      minimum = 0.75;
      return { hadModelTestingResults: true, regenerateModelTestingStatus: "requires_job" };
    });
  });

  it("sets them in Studio and answers all as they are then", async () => {
    const { status, body } = await app.request("PUT", "/api/v1/projects/1/thresholds", { body: { thresholds } });

    expect(status).toBe(200);
    expect(set).toEqual([
      {
        path: { projectId: 1, impulseId: 1 },
        body: { thresholds, allowCreatingRegenerateModelTestingJobs: false },
      },
    ]);
    expect(body).toMatchObject({
      thresholds: [
        { blockId: 3, key: "min_score", value: 0.75 },
        { blockId: 4, key: "min_anomaly_score", value: 0.3 },
      ],
      areTestResultsStale: true,
    });
  });

  it("answers 409 with Studio's words when it refuses a value", async () => {
    const studioText = '"min_score" has to be between 0 and 1, and is 7.';
    app.studio.answer("setImpulseThresholds", () => Promise.reject(new StudioRefusedError("no", { studioText })));

    expect(await app.request("PUT", "/api/v1/projects/1/thresholds", { body: { thresholds } })).toMatchObject({
      status: 409,
      body: { type: "urn:windowscope:problem:threshold-refused", detail: studioText },
    });
  });

  it("answers 404 for a project without an impulse", async () => {
    app.studio.answer("getImpulse", () => ({}));

    expect(await app.request("PUT", "/api/v1/projects/1/thresholds", { body: { thresholds } })).toMatchObject({
      status: 404,
      body: { type: "urn:windowscope:problem:no-impulse" },
    });
  });

  it.each([
    {},
    { thresholds: [] },
    { thresholds: [{ ...thresholds[0], value: null }] },
    { thresholds: [{ ...thresholds[0], blockId: 0 }] },
    { thresholds: Array.from({ length: 51 }, () => thresholds[0]) },
  ])("answers 400 to %j, and asks Studio nothing", async (body) => {
    expect(await app.request("PUT", "/api/v1/projects/1/thresholds", { body })).toMatchObject({ status: 400 });
    expect(set).toEqual([]);
  });
});
