import { once } from "node:events";

import { encode } from "cbor-x";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, type WebSocketServer } from "ws";

import { createTestStudio } from "../test-studio.ts";
import type { LocalStudio } from "../local-studio.ts";
import { FakeDevice } from "./fake-device.ts";
import { listenForDevices } from "./listen-for-devices.ts";
import { RemoteManagement, type DeviceTimes } from "./remote-management.ts";

const KEY = "ei_test";
const SENSORS = [{ name: "Acc", maxSampleLengthS: 60, frequencies: [50] }];
const INFERENCE = {
  version: 4,
  mode: "inference",
  inferenceInfo: {
    projectId: 7,
    projectOwner: "Ada",
    projectName: "Pumps",
    deploymentVersion: 3,
    modelType: "classification",
  },
  availableRecords: { firstIndex: 1, firstTimestamp: 1000, lastIndex: 9, lastTimestamp: 9000 },
};
const PATIENT: DeviceTimes = {
  helloMs: 5_000,
  pingMs: 5_000,
  sampling: { answerMs: 5_000, recordMs: 5_000, uploadMs: 5_000 },
  streams: { keepAliveMs: 5_000, answerMs: 5_000 },
};

let studio: LocalStudio;
let projectId: number;
let server: WebSocketServer;
let url: string;
let log: string[];

beforeEach(async () => {
  studio = createTestStudio();
  ({ id: projectId } = studio.projects.create("Pumps", ""));
  studio.projects.addKey(projectId, KEY);
  server = await listenForDevices("127.0.0.1", 0);
  const { port } = server.address() as { port: number };
  url = `ws://127.0.0.1:${port}`;
  log = [];
});

function manage(times: Partial<DeviceTimes> = {}): RemoteManagement {
  const remoteManagement = new RemoteManagement(studio, server, (line) => log.push(line), { ...PATIENT, ...times });
  onTestFinished(() => remoteManagement.close());
  return remoteManagement;
}

describe("hello", () => {
  it.each([
    { what: "a wrong key", hello: { hello: { version: 3, apiKey: "ei_x", deviceId: "d" } }, err: "Invalid API key" },
    { what: "no device id", hello: { hello: { version: 3, apiKey: KEY } }, err: "hello needs apiKey and deviceId." },
    { what: "an empty hello", hello: { hello: null }, err: "The first message has to be hello." },
    { what: "something else", hello: { sample: true }, err: "The first message has to be hello." },
    {
      what: "version 0",
      hello: { hello: { version: 0, apiKey: KEY, deviceId: "d" } },
      err: "hello.version has to be 1, 2, 3 or 4, and is 0.",
    },
    {
      what: "a model that it does not name",
      hello: { hello: { version: 4, apiKey: KEY, deviceId: "d", mode: "inference" } },
      err: "hello.inferenceInfo has to be an object.",
    },
    {
      what: "an endless name",
      hello: { hello: { version: 3, apiKey: KEY, deviceId: "d".repeat(201) } },
      err: "hello.deviceId has to be a text of 1 to 200 characters.",
    },
    { what: "a list", hello: [1], err: "A message has to be an object." },
  ])("is refused from a device that comes with $what", async ({ hello, err }) => {
    manage();
    const device = await FakeDevice.connect(url);
    device.say(hello);

    expect(await device.hear()).toEqual({ hello: false, err });
    expect(studio.devices.list(projectId)).toEqual([]);
  });

  it.each(["JSON", "CBOR"] as const)("in %s fixes the encoding of the session", async (format) => {
    const remoteManagement = manage();
    const device = await FakeDevice.connect(url, format);
    const answers: boolean[] = [];
    device.socket.on("message", (_data, isBinary) => answers.push(isBinary));
    device.say({ hello: { version: 3, apiKey: KEY, deviceId: "board", deviceType: "TEST", sensors: SENSORS } });

    expect(await device.hear()).toMatchObject({ hello: true, serverTimestamp: expect.any(Number) as number });
    expect(answers).toEqual([format === "CBOR"]);
    expect(remoteManagement.idleDevices(projectId)).toEqual(["board"]);
    expect(studio.devices.get(projectId, "board")).toMatchObject({ deviceType: "TEST", sensors: SENSORS });
  });

  it.each([
    { version: 1, hello: { sensors: ["Acc"] }, has: { sensors: [{ name: "Acc", frequencies: [] }] } },
    { version: 2, hello: { sensors: SENSORS }, has: { sensors: SENSORS, supportsSnapshots: false } },
    { version: 3, hello: { supportsSnapshotStreaming: true }, has: { supportsSnapshots: true, mode: "ingestion" } },
    { version: 4, hello: { mode: "ingestion" }, has: { mode: "ingestion" } },
    {
      version: 4,
      hello: INFERENCE,
      has: {
        mode: "inference",
        inferenceInfo: INFERENCE.inferenceInfo,
        availableRecords: INFERENCE.availableRecords,
      },
    },
  ])("of version $version says what the device can do: $hello", async ({ version, hello, has }) => {
    manage();
    await FakeDevice.admitted(url, { apiKey: KEY, version, ...hello });

    expect(studio.devices.get(projectId, "board")).toMatchObject(has);
  });

  it("is waited for only so long", async () => {
    manage({ helloMs: 20 });
    const device = await FakeDevice.connect(url);

    expect(await device.closed()).toEqual({ code: 1008, reason: "No hello" });
  });

  it("of a device that is there already takes the place of the earlier connection", async () => {
    const remoteManagement = manage();
    const earlier = await FakeDevice.admitted(url, { apiKey: KEY });
    const closed = earlier.closed();
    await FakeDevice.admitted(url, { apiKey: KEY });
    await closed;

    expect(remoteManagement.connectedDevices(projectId)).toEqual([{ projectId, deviceId: "board" }]);
  });
});

describe("a connection", () => {
  it("is refused to a page of another machine", async () => {
    manage();
    const socket = new WebSocket(url, { origin: "https://evil.example" });
    const [error] = (await once(socket, "error")) as [Error];

    expect(error.message).toContain("401");
  });

  it("answers the mobile client's ping before and after hello, and WebSocket pings", async () => {
    manage();
    const device = await FakeDevice.connect(url);
    device.sayRaw("ping");
    const before = await device.hearRaw();
    device.say({ hello: { version: 3, apiKey: KEY, deviceId: "phone" } });
    await device.hear();
    device.sayRaw("ping");
    device.socket.ping();

    expect(before).toBe("pong");
    await once(device.socket, "pong");
    expect(await device.hearRaw()).toBe("pong");
  });

  it("ends when the device does not answer pings any more", async () => {
    const remoteManagement = manage({ pingMs: 20 });
    const device = await FakeDevice.admitted(url, { apiKey: KEY });
    const disconnected = once(remoteManagement, "disconnected");
    device.socket.pause();

    expect(await disconnected).toEqual([{ projectId, deviceId: "board" }]);
    expect(remoteManagement.isConnected(projectId, "board")).toBe(false);
    device.socket.terminate();
  });

  it("stays while the device answers pings", async () => {
    const remoteManagement = manage({ pingMs: 10 });
    const device = await FakeDevice.admitted(url, { apiKey: KEY });
    for (let pings = 0; pings < 4; pings++) await once(device.socket, "ping");

    expect(remoteManagement.isConnected(projectId, "board")).toBe(true);
  });

  it("ends when a device sends more than any device would", async () => {
    manage();
    const device = await FakeDevice.admitted(url, { apiKey: KEY });
    const closed = device.closed();
    for (let i = 0; i < 1_200; i++) device.say({ nothing: i });

    expect(await closed).toEqual({ code: 1008, reason: "Too many messages" });
    expect(log).toEqual(["A device sends too many messages: board."]);
  });

  it("ends when a device sends a message beyond all measure", async () => {
    manage();
    const device = await FakeDevice.admitted(url, { apiKey: KEY });
    const closed = device.closed();
    device.say({ much: "x".repeat(5_000_000) });

    expect(await closed).toMatchObject({ code: 1009 });
  });

  it.each(["JSON", "CBOR"] as const)("in %s survives frames that mean nothing or mean harm", async (format) => {
    const remoteManagement = manage();
    const device = await FakeDevice.admitted(url, { apiKey: KEY }, format);
    const frames = [
      "{",
      "null",
      "[1]",
      '"text"',
      Buffer.alloc(0),
      Buffer.from("9affffffff", "hex"),
      Buffer.from("bbffffffffffffffff", "hex"),
      Buffer.from("7bffffffffffffffff", "hex"),
      Buffer.alloc(100_000, 0x81),
      Buffer.from(`{"a":${"[".repeat(100_000)}`),
    ];
    for (const frame of frames) device.sayRaw(frame);
    const answers = [];
    while (answers.length < frames.length) answers.push(await device.hear());
    expect(answers).toEqual(frames.map(() => ({ err: "Failed to parse message" })));
    device.say(
      { impulseRecord: null },
      { inferenceSummary: { start: 1 } },
      { modelUpdateSuccess: true },
      { sample: false, error: { toString: 1 } },
      { inferenceStreamStarted: false },
      JSON.parse('{"__proto__":{"sample":true},"constructor":1}') as object,
    );

    expect(await device.hear()).toEqual({
      impulseRecordAck: false,
      index: 0,
      error: "Nobody has asked for this record.",
    });
    device.sayRaw("ping");
    expect(await device.hearRaw()).toBe("pong");
    expect(remoteManagement.isConnected(projectId, "board")).toBe(true);
    expect(log).toEqual([
      "The device board reports what cannot be used: start has to be an object.",
      "The device board reports what cannot be used: inferenceInfo has to be an object.",
    ]);
  });

  it("survives a first frame that means harm", async () => {
    manage();
    for (const frame of ["", "{", Buffer.from("9affffffff", "hex"), encode({ hello: { version: 3, apiKey: 1 } })]) {
      const device = await FakeDevice.connect(url);
      device.sayRaw(frame);
      expect(await device.hear()).toMatchObject({ hello: false });
    }
    await FakeDevice.admitted(url, { apiKey: KEY });
  });

  it("survives a name that is no proper Unicode", async () => {
    const remoteManagement = manage();
    await FakeDevice.admitted(url, { apiKey: KEY, deviceId: "a\ud800b\u0000c" });

    expect(remoteManagement.connectedDevices(projectId)).toHaveLength(1);
  });
});

describe("what a model on a device has seen", () => {
  const summary = {
    start: { index: 0, timestamp: 1_000 },
    end: { index: 9, timestamp: 61_000 },
    classificationCounter: [{ label: "idle", value: 10 }],
    mean: [{ label: "idle", value: 0.9 }],
    standardDeviation: [{ label: "idle", value: 0.1 }],
    metrics: { avg_inference_time: { dsp: 1, classification: 2 }, visual_anomaly_mean: 3 },
  };

  it("is kept under its deployment, and under the next one after an update", async () => {
    manage();
    const device = await FakeDevice.admitted(url, { apiKey: KEY, ...INFERENCE });
    device.say(
      { inferenceSummary: summary },
      { modelUpdateSuccess: true, inferenceInfo: { ...INFERENCE.inferenceInfo, deploymentVersion: 4 } },
      { inferenceSummary: summary },
    );
    device.sayRaw("ping");
    await device.hearRaw();

    const span = { startMs: 0, endMs: 2_000 };
    expect(studio.inferenceHistory.read(projectId, { ...span, deploymentId: 3 })).toMatchObject([
      {
        deviceId: "board",
        start: summary.start,
        metrics: [
          { label: "avg_inference_time.dsp", value: 1 },
          { label: "avg_inference_time.classification", value: 2 },
          { label: "visual_anomaly_mean", value: 3 },
        ],
      },
    ]);
    expect(studio.inferenceHistory.read(projectId, { ...span, deploymentId: 4 })).toHaveLength(1);
    expect(studio.inferenceHistory.read(projectId, { ...span, deviceIds: ["other"] })).toEqual([]);
    expect(studio.devices.get(projectId, "board")?.inferenceInfo?.deploymentVersion).toBe(4);
  });
});

afterEach(() => studio.jobs.close());
