import { EdgeImpulseApi } from "edge-impulse-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { startStudio, type RunningStudio } from "../start.ts";
import { FakeDevice } from "./fake-device.ts";

const KEY = "ei_test";
const RECORD = {
  impulseRecord: {
    result: { classification: { idle: 0.9, wave: 0.1 }, anomaly: -0.2 },
    timing: { dsp: 2, classification: 1 },
  },
  timestamp: 1_790_611_200_000,
  index: 41,
};
const INFERENCE = {
  version: 4,
  mode: "inference",
  supportsSnapshotStreaming: true,
  inferenceInfo: {
    projectId: 7,
    projectOwner: "Ada",
    projectName: "Pumps",
    deploymentVersion: 3,
    modelType: "object_detection",
  },
};

let studio: RunningStudio;

beforeEach(async () => {
  studio = await startStudio({ apiKey: KEY, project: "empty", ports: { studio: 0, devices: 0, ingestion: 0 } });
});

afterEach(() => studio.close());

async function call(method: "GET" | "POST", route: string, body?: object) {
  const response = await fetch(`${studio.url}/v1/api/${studio.projectId}${route}`, {
    method,
    headers: { "x-api-key": KEY, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown> & { success: boolean; error?: string };
}

describe("devices", () => {
  const board = { deviceId: "bo:ar:d", deviceType: "TEST", ifNotExists: true };

  it("are made known once, listed, and read by their own id", async () => {
    await call("POST", "/devices/create", board);

    expect(await call("POST", "/devices/create", board)).toEqual({ success: true });
    expect((await call("POST", "/devices/create", { ...board, ifNotExists: false })).error).toContain("already");
    expect(await call("GET", "/devices")).toMatchObject({ devices: [{ deviceId: "bo:ar:d" }] });
    expect(await call("GET", "/device/bo%3Aar%3Ad")).toMatchObject({
      device: { deviceType: "TEST", remoteMgmtMode: "disconnected", remote_mgmt_connected: false },
    });
    expect((await call("GET", "/device/other")).error).toBe("There is no device other in this project.");
  });

  it("get a name as Edge Impulse's own tools give it, which outlives a hello", async () => {
    const api = new EdgeImpulseApi({ endpoint: studio.url });
    await api.authenticate({ method: "apiKey", apiKey: KEY });
    await api.devices.createDevice(studio.projectId, board);
    const before = (await api.devices.getDevice(studio.projectId, board.deviceId)).device;
    await api.devices.renameDevice(studio.projectId, board.deviceId, { name: "Bench board" });
    await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY, deviceId: board.deviceId });

    const after = (await api.devices.getDevice(studio.projectId, board.deviceId)).device;
    expect(before?.name).toBe(board.deviceId);
    expect(after).toMatchObject({ id: before?.id, name: "Bench board", remoteMgmtMode: "ingestion" });
    expect((await call("POST", "/devices/bo:ar:d/rename", { name: "" })).error).toContain(
      '"name" must NOT have fewer than 1',
    );
    expect((await call("POST", "/devices/other/rename", { name: "x" })).error).toContain("There is no device other");
  });

  it("show what they run while they are connected", async () => {
    const device = await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY, ...INFERENCE });
    const shown = async () => (await call("GET", "/device/board")).device;

    expect(await shown()).toMatchObject({
      remoteMgmtMode: "inference",
      remote_mgmt_connected: true,
      remote_mgmt_host: new URL(studio.devicesUrl).host,
      supportsSnapshotStreaming: true,
      inferenceInfo: {
        projectId: 7,
        projectOwner: "Ada",
        projectName: "Pumps",
        deployedVersion: 3,
        modelType: "objectDetection",
      },
    });
    expect((await call("GET", "")).devices).toMatchObject([{ deviceId: "board", remoteMgmtMode: "inference" }]);
    device.close();
    await expect.poll(shown).toMatchObject({ remoteMgmtMode: "disconnected", supportsSnapshotStreaming: true });
    expect(await shown()).not.toHaveProperty("inferenceInfo");
    expect(await shown()).not.toHaveProperty("remote_mgmt_host");
  });
});

describe("debug streams", () => {
  const route = "/device/board/debug-stream";

  async function startInference(device: FakeDevice): Promise<unknown> {
    const starting = call("POST", `${route}/inference/start`);
    expect(await device.hear()).toEqual({ startInferenceStream: true });
    device.say({ inferenceStreamStarted: true });
    return (await starting).streamId;
  }

  it.each(["JSON", "CBOR"] as const)("have each record acknowledged, in %s, until they are stopped", async (format) => {
    const device = await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY, ...INFERENCE }, format);
    const streamId = await startInference(device);
    device.say(RECORD, { ...RECORD, index: 42 });
    const acknowledgements = [await device.hear(), await device.hear()];
    const keptAlive = await call("POST", `${route}/keep-alive`, { streamId });
    const stopped = await call("POST", `${route}/stop`, { streamId });
    const told = await device.hear();
    device.say(RECORD);

    expect(acknowledgements).toEqual([
      { impulseRecordAck: true, index: 41 },
      { impulseRecordAck: true, index: 42 },
    ]);
    expect([keptAlive, stopped]).toEqual([{ success: true }, { success: true }]);
    expect(told).toEqual({ stopInferenceStream: true });
    expect(await device.hear()).toEqual({
      impulseRecordAck: false,
      index: 41,
      error: "Nobody has asked for this record.",
    });
    expect((await call("POST", `${route}/keep-alive`, { streamId })).error).toBe(
      `The device board has no stream ${String(streamId)} (any more).`,
    );
  });

  it("refuse a record that is none", async () => {
    const device = await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY, ...INFERENCE });
    await startInference(device);
    const refused = async (changes: object) => {
      device.say({ ...RECORD, ...changes });
      const { impulseRecordAck, error } = await device.hear();
      return impulseRecordAck === false && error;
    };

    expect(await refused({ index: -1 })).toBe("index has to be a whole number of 0 or more.");
    expect(await refused({ timestamp: "now" })).toBe("timestamp has to be a number.");
    expect(await refused({ impulseRecord: {} })).toBe("impulseRecord.result has to be an object.");
    expect(await refused({ impulseRecord: { result: { classification: { idle: "1" } } } })).toBe(
      "A score has to be a number.",
    );
    expect(await refused({ impulseRecord: { result: { bounding_boxes: [{ label: "a" }] } } })).toBe(
      "value of an entry of bounding_boxes has to be a number.",
    );
    expect(await refused({ rawData: { type: "wav", bufferBase64: "<b>" } })).toBe(
      "rawData.bufferBase64 has to be Base64.",
    );
  });

  it("say what the device says when it refuses, and that it is not there", async () => {
    const device = await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY });
    const starting = call("POST", `${route}/inference/start`);
    await device.hear();
    device.say({ inferenceStreamStarted: false });

    expect((await starting).error).toBe("The device board does not stream results.");
    expect((await call("POST", "/device/other/debug-stream/inference/start")).error).toBe(
      "The device other is not connected.",
    );
    expect((await call("POST", `${route}/snapshot/start`, { resolution: "huge" })).error).toBe(
      '"resolution" must be one of high, low.',
    );
  });

  it("show the camera in the wanted resolution", async () => {
    const device = await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY, ...INFERENCE });
    const starting = call("POST", `${route}/snapshot/start`, { resolution: "high" });
    const told = await device.hear();
    device.say({ snapshotStarted: true });
    const { streamId } = await starting;
    await call("POST", `${route}/stop`, { streamId });

    expect(told).toEqual({ startSnapshot: true, resolution: "high" });
    expect(await device.hear()).toEqual({ stopSnapshot: true });
  });
});

describe("inference history", () => {
  const minute = (start: number, index: number, idle: number, mean: number) => ({
    start: { index, timestamp: start },
    end: { index: index + 9, timestamp: start + 59_000 },
    classificationCounter: [
      { label: "idle", value: idle },
      { label: "wave", value: 10 - idle },
    ],
    mean: [{ label: "idle", value: mean }],
    standardDeviation: [{ label: "idle", value: 0 }],
    metrics: { avg_inference_time: 2 * mean },
  });

  it("adds up what devices report, over time and over each device", async () => {
    await call("POST", "/devices/create", { deviceId: "board", deviceType: "T", ifNotExists: true });
    await call("POST", "/devices/board/rename", { name: "Bench" });
    const summaries = [minute(0, 0, 8, 1), minute(60_000, 10, 4, 0)];
    const stored = await call("POST", "/devices/inference-history/board?deploymentId=3", { summaries });

    const history = await call("GET", "/devices/inference-history?startTimestamp=0&endTimestamp=119999");
    const total = {
      deviceId: "board",
      deviceName: "Bench",
      totalInferences: 20,
      totalClassifications: [
        { key: "idle", value: 12 },
        { key: "wave", value: 8 },
      ],
      means: [{ key: "idle", value: 0.5 }],
      standardDeviations: [{ key: "idle", value: 0.5 }],
      metrics: [{ key: "avg_inference_time", value: 1 }],
    };
    expect(stored).toEqual({ success: true });
    expect(history).toEqual({
      success: true,
      summaryByTime: [
        { startTimestamp: 0, endTimestamp: 60_000, data: [expect.objectContaining({ totalInferences: 10 })] },
        { startTimestamp: 60_000, endTimestamp: 119_999, data: [expect.objectContaining({ totalInferences: 10 })] },
      ],
      summaryByDevice: [total],
      allClasses: ["idle", "wave"],
      allDevices: [{ deviceId: "board", deviceName: "Bench" }],
      allMetrics: ["avg_inference_time"],
    });
  });

  it("keeps what is asked for", async () => {
    for (const deviceId of ["a", "b"]) {
      await call("POST", "/devices/create", { deviceId, deviceType: "T", ifNotExists: true });
      await call("POST", `/devices/inference-history/${deviceId}?deploymentId=3`, { summaries: [minute(0, 0, 1, 1)] });
    }
    const devicesOf = async (query: string) => {
      const { allDevices } = await call("GET", `/devices/inference-history?startTimestamp=0&${query}`);
      return (allDevices as { deviceId: string }[]).map(({ deviceId }) => deviceId);
    };

    expect(await devicesOf("")).toEqual(["a", "b"]);
    expect(await devicesOf("devices=b,c")).toEqual(["b"]);
    expect(await devicesOf(`devices=${encodeURIComponent('["a"]')}`)).toEqual(["a"]);
    expect(await devicesOf("deploymentId=4")).toEqual([]);
  });

  it.each([
    { route: "/devices/inference-history?startTimestamp=5&endTimestamp=4", error: '"startTimestamp" has to be before' },
    { route: "/devices/inference-history?startTimestamp=0&devices=[1", error: '"devices" has to be ids' },
  ])("refuses $route", async ({ route, error }) => {
    expect((await call("GET", route)).error).toContain(error);
  });

  it("refuses summaries that are none, and those of a device that nobody knows", async () => {
    await call("POST", "/devices/create", { deviceId: "board", deviceType: "T", ifNotExists: true });
    const route = "/devices/inference-history/board?deploymentId=3";

    expect((await call("POST", route, {})).error).toContain("must have required property 'summaries'");
    expect((await call("POST", route, { summaries: [{}] })).error).toContain("start");
    expect((await call("POST", "/devices/inference-history/x?deploymentId=3", { summaries: [] })).error).toContain(
      "There is no device x",
    );
  });
});
