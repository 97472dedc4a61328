import { once } from "node:events";

import { operationTable, type OperationId } from "@windowscope/sdk/api-types";
import { answerValidators, type AnswerProblem } from "@windowscope/sdk/validate";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";

import { FakeDevice } from "../devices/fake-device.ts";
import { listenForDevices } from "../devices/listen-for-devices.ts";
import { RemoteManagement } from "../devices/remote-management.ts";
import { smallImpulse, smallRecording } from "../small-impulse.ts";
import { addRecording, createTestStudio } from "../test-studio.ts";
import type { Handlers } from "./handlers.ts";
import { mountHandlers } from "./mount.ts";
import { toOlderShape } from "./older-shape.ts";
import { studioHandlers } from "./studio-handlers.ts";

const KEY = "ei_test";

/** What fills the placeholders of paths, where they have no value of their own in `REQUESTS`. */
const IDS = {
  projectId: 1,
  sampleId: 1,
  jobId: 1,
  blockId: 3,
  learnId: 4,
  windowIndex: 0,
  deviceId: "bo:ar:d",
  impulseId: 1,
  dspId: 2,
};

/** A board that runs a model and can show what it sees. */
const DEVICE = {
  version: 4,
  deviceId: IDS.deviceId,
  mode: "inference",
  inferenceInfo: {
    projectId: 1,
    projectOwner: "local",
    projectName: "Pumps",
    deploymentVersion: 1,
    modelType: "classification",
  },
  supportsSnapshotStreaming: true,
};

interface Asked {
  /** Where it is not the anomaly block that matters. */
  readonly learnId?: number;
  readonly query?: string;
  readonly body?: object;
}

/** Operations that a Studio with this impulse always refuses. */
const REFUSED: readonly OperationId[] = ["classifyImage", "generateFeaturesJob", "getGmmMetadata"];

/** A request of each operation that is served, one that succeeds and is answered in JSON. */
const REQUESTS: { readonly [K in OperationId]?: Asked } = {
  listProjects: {},
  getCurrentApiKeyInfo: {},
  getProjectInfo: {},
  getProjectInfoSummary: {},
  getProjectLastModificationDate: {},
  getModelVariants: {},
  getHmacDevkey: {},
  getSocketToken: {},
  getImpulse: {},
  getImpulseAll: {},
  getAllImpulses: {},
  getAnomalyMetadata: {},
  getAllDetailedImpulses: {},
  createImpulse: {
    body: {
      inputBlocks: [
        {
          id: 1,
          type: "time-series",
          name: "i",
          title: "i",
          windowSizeMs: 1000,
          windowIncreaseMs: 500,
          frequencyHz: 10,
        },
      ],
      dspBlocks: [
        { id: 2, type: "spectral-analysis", name: "d", title: "d", axes: ["accX"], implementationVersion: 2, input: 1 },
      ],
      learnBlocks: [{ id: 3, type: "keras", name: "l", title: "l", dsp: [2] }],
    },
  },
  deleteImpulse: {},
  setImpulseThresholds: {
    body: {
      thresholds: [{ blockId: 3, key: "min_score", value: 0.7 }],
      allowCreatingRegenerateModelTestingJobs: false,
    },
  },
  regenerateModelTestingSummary: {},
  getProjectRecommendedDataInterval: {},
  getProjectDataAxesSummary: {},
  getAnomaly: {},
  getKeras: { learnId: 3 },
  getKerasMetadata: { learnId: 3 },
  getDspFeatureLabels: {},
  dspGetFeaturesForSample: {},
  trainKerasJob: { learnId: 3, body: {} },
  trainAnomalyJob: { body: { axes: [0], clusterCount: 32, minimumConfidenceRating: 0.3 } },
  startRetrainJob: {},
  updateJob: { body: {} },
  getJobsSummary: { query: "startDate=2020-01-01T00:00:00Z&endDate=2100-01-01T00:00:00Z" },
  listDevices: {},
  getDevice: {},
  createDevice: { body: { deviceId: "another", deviceType: "TEST", ifNotExists: false } },
  renameDevice: { body: { name: "Bench" } },
  getInferenceHistory: { query: "startTimestamp=0" },
  storeInferenceHistory: { query: "deploymentId=1", body: { summaries: [] } },
  editLabel: { body: { label: "still" } },
  moveSample: { body: { newCategory: "training" } },
  renameSample: { body: { name: "first" } },
  setSampleMetadata: { body: { metadata: { site: "a" } } },
  setSampleStructuredLabels: { body: { structuredLabels: [{ startIndex: 0, endIndex: 29, label: "moving" }] } },
  enableSample: {},
  disableSample: {},
  deleteSample: {},
  cropSample: { body: { cropStart: 0, cropEnd: 20 } },
  segmentSample: { body: { segments: [{ startMs: 0, endMs: 1000 }] } },
  getUncroppedDownsampledSample: {},
  startDeviceInferenceDebugStream: {},
  startDeviceSnapshotDebugStream: { body: { resolution: "low" } },
  keepDeviceDebugStreamAlive: { body: { streamId: 1 } },
  stopDeviceDebugStream: { body: { streamId: 1 } },
  startSampling: { body: { label: "idle", lengthMs: 1000, intervalMs: 16, category: "testing" } },
  listSamples: { query: "category=testing" },
  countSamples: { query: "category=all" },
  getSample: {},
  getSampleSlice: { query: "sliceStart=0" },
  classifySample: {},
  classifySampleV2: {},
  classifySampleForVariants: { query: `variants=${encodeURIComponent('["float32"]')}` },
  classifySampleByLearnBlock: {},
  classifySampleByLearnBlockV2: {},
  getSampleWindowFromCache: {},
  startClassifyJob: { body: {} },
  startEvaluateJob: {},
  getClassifyJobResult: {},
  getClassifyJobResultPage: {},
  getClassifyMetricsAllVariants: {},
  getJobStatus: {},
  getJobsLogs: {},
  cancelJob: {},
  listActiveJobs: {},
  listFinishedJobs: {},
  listAllJobs: {},
};

const VALIDATORS: { readonly [K in OperationId]?: (answer: unknown) => readonly AnswerProblem[] } = answerValidators;

describe("the local Studio's answers", () => {
  let handlers: Handlers;
  let app: ReturnType<typeof mountHandlers>;

  beforeEach(async () => {
    const studio = createTestStudio();
    const { id: projectId } = studio.projects.create("Pumps", "");
    studio.projects.addKey(projectId, KEY);
    const impulseId = studio.impulses.add(projectId, smallImpulse).id;
    studio.projects.setDefaultImpulse(projectId, impulseId);
    await addRecording(studio, smallRecording(3, 3), { projectId });
    await addRecording(studio, smallRecording(3, 3), { projectId, category: "training" });
    studio.jobs.start(projectId, { kind: "classify-test-set", impulseId, variants: ["float32"] });
    await once(studio.jobs, "finished");
    // The lists of jobs should not be empty, neither of those that are over nor of the others.
    const other = studio.impulses.add(projectId, smallImpulse).id;
    studio.jobs.start(projectId, { kind: "classify-test-set", impulseId: other, variants: ["float32"] });

    const sockets = await listenForDevices("127.0.0.1", 0);
    const remoteManagement = new RemoteManagement(studio, sockets);
    onTestFinished(() => remoteManagement.close());
    const { port } = sockets.address() as { port: number };
    const device = await FakeDevice.admitted(`ws://127.0.0.1:${port}`, { apiKey: KEY, ...DEVICE });
    device.socket.on("message", () => device.say({ inferenceStreamStarted: true }, { snapshotStarted: true }));
    await remoteManagement.startInferenceStream(projectId, IDS.deviceId);

    handlers = studioHandlers(studio, {
      issueSocketToken: () => ({ socketToken: "t", expires: "2026-01-01T00:00:00.000Z" }),
      studioUrl: () => "http://studio.test",
      remoteManagement,
    });
    app = mountHandlers(handlers, studio.projects);
  });

  async function answerOf(id: OperationId, { learnId = IDS.learnId, query = "", body }: Asked): Promise<object> {
    const { method, path } = operationTable[id];
    const route = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      String({ ...IDS, learnId }[name as keyof typeof IDS]),
    );
    const response = await app.request(`${route}?${query}`, {
      method: method.toUpperCase(),
      headers: { "x-api-key": KEY },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as object;
  }

  const requests = Object.entries(REQUESTS) as [OperationId, Asked][];

  it("are there for every operation of the document", () => {
    expect(Object.keys(operationTable).filter((id) => !(id in handlers))).toEqual([]);
  });

  it("are all looked at here", () => {
    const served = (Object.keys(handlers) as OperationId[]).filter((id) => id in VALIDATORS && !REFUSED.includes(id));

    expect(served.filter((id) => !(id in REQUESTS))).toEqual([]);
    expect(requests.map(([id]) => id).filter((id) => !(id in handlers))).toEqual([]);
  });

  it.each(requests)("to %s are as the API document says", async (id, asked) => {
    const answer = await answerOf(id, asked);

    expect(answer).toMatchObject({ success: true });
    expect(VALIDATORS[id]?.(answer)).toEqual([]);
  });

  it.each(requests)("to %s are so in their older shape too", async (id, asked) => {
    const older = toOlderShape(id, await answerOf(id, asked));

    expect(older).toMatchObject({ success: true });
    expect(VALIDATORS[id]?.(older)).toEqual([]);
  });
});
