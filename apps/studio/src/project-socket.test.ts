import { once } from "node:events";

import { toImpulseDocument } from "@windowscope/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";

import { FakeDevice } from "./devices/fake-device.ts";
import { smallImpulse, smallRecording } from "./small-impulse.ts";
import { startStudio, type RunningStudio, type StudioOptions } from "./start.ts";

const KEY = "ei_test";
const WAIT_MS = 5_000;

let studio: RunningStudio;
let sockets: WebSocket[];

beforeEach(async () => {
  sockets = [];
  await start();
});

afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  await studio.close();
});

async function start(options: Partial<StudioOptions> = {}): Promise<void> {
  const ports = { studio: 0, devices: 0, ingestion: 0 };
  studio = await startStudio({ apiKey: KEY, project: "empty", ports, ...options });
}

async function call(method: "GET" | "POST", route: string, body?: object) {
  const response = await fetch(`${studio.url}/v1/api/${studio.projectId}${route}`, {
    method,
    headers: { "x-api-key": KEY },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function readToken(): Promise<string> {
  const { token } = (await call("GET", "/socket-token")) as { token: { socketToken: string } };
  return token.socketToken;
}

/** Speaks Engine.IO by hand, as Edge Impulse's clients do. */
class RawClient {
  readonly socket: WebSocket;
  readonly #frames: string[] = [];
  #wake: () => void = () => undefined;

  constructor(query: string, version: 3 | 4 = 3, options: { origin?: string } = {}) {
    const url = `${studio.url.replace("http", "ws")}/socket.io/?EIO=${version}&transport=websocket&${query}`;
    this.socket = new WebSocket(url, options);
    sockets.push(this.socket);
    this.socket.on("error", () => undefined);
    this.socket.on("message", (data: Buffer) => {
      const frame = data.toString();
      // The first frame of version 4 asks for the namespace.
      if (version === 4 && frame.startsWith("0{")) this.socket.send("40");
      if (version === 4 && frame === "2") this.socket.send("3");
      this.#frames.push(frame);
      this.#wake();
    });
  }

  send(name: string, payload: unknown): void {
    this.socket.send(`42${JSON.stringify([name, payload])}`);
  }

  async frame(): Promise<string> {
    const signal = AbortSignal.timeout(WAIT_MS);
    while (this.#frames.length === 0) {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        signal.onabort = () => reject(new Error(`no frame for ${WAIT_MS} ms`));
      });
    }
    signal.onabort = null;
    return this.#frames.shift() as string;
  }

  /** The payload of the next event of a name; earlier frames are passed over. */
  async event(name: string): Promise<unknown> {
    for (;;) {
      const frame = await this.frame();
      if (frame.startsWith(`42["${name}",`)) return (JSON.parse(frame.slice(2)) as unknown[])[1];
    }
  }
}

async function connect(query = "", version: 3 | 4 = 3): Promise<RawClient> {
  const client = new RawClient(`token=${await readToken()}&${query}`, version);
  await client.event("hello");
  return client;
}

/** A test set whose job takes a while. */
async function startJob(): Promise<number> {
  await fetch(`${studio.url}/windowscope/impulses`, {
    method: "POST",
    headers: { "x-api-key": KEY },
    body: JSON.stringify(toImpulseDocument(smallImpulse)),
  });
  await fetch(`${studio.ingestionUrl}/api/testing/data`, {
    method: "POST",
    headers: { "x-api-key": KEY, "x-file-name": "still" },
    body: JSON.stringify(smallRecording(3)),
  });
  return (await call("POST", "/jobs/evaluate")).id as number;
}

describe("connecting to /socket.io/", () => {
  it.each([3, 4] as const)(
    "answers hello to a client of Engine.IO %d, with the devices that are there",
    async (eio) => {
      await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY });
      const client = new RawClient(`token=${await readToken()}`, eio);

      expect(await client.frame()).toMatch(/^0\{"sid":/);
      expect(await client.frame()).toMatch(eio === 3 ? /^40$/ : /^40\{"sid":/);
      expect(await client.event("hello")).toEqual({
        hello: { version: 1 },
        devices: [expect.objectContaining({ deviceId: "board", remoteMgmtMode: "ingestion" })],
      });
    },
  );

  it("answers a ping of Engine.IO 3", async () => {
    const client = await connect();
    client.socket.send("2");

    expect(await client.frame()).toBe("3");
  });

  it("turns a wrong token away", async () => {
    const client = new RawClient("token=wrong");

    expect(await client.event("hello")).toEqual({ hello: false, err: "Invalid or expired socket token" });
    await once(client.socket, "close");
  });

  it("turns a token away that has expired", async () => {
    await studio.close();
    await start({ socketTokenLifetimeMs: 0 });

    const client = new RawClient(`token=${await readToken()}`);

    expect(await client.event("hello")).toMatchObject({ hello: false });
  });

  it("turns a page of another machine away, and lets one of this machine in", async () => {
    const token = await readToken();
    const stranger = new RawClient(`token=${token}`, 3, { origin: "https://evil.example" });
    const [error] = (await once(stranger.socket, "error")) as [Error];
    const friend = new RawClient(`token=${token}`, 3, { origin: "http://localhost:3000" });

    expect(error.message).toContain("400");
    expect(await friend.event("hello")).toMatchObject({ hello: { version: 1 } });
  });

  it("ends the connection of a client that sends more than clients have to say", async () => {
    const client = await connect();
    client.send("start-log-stream", { jobId: "x".repeat(20_000) });

    await once(client.socket, "close");
    await connect();
  });

  it("survives messages that mean nothing", async () => {
    const client = await connect();
    for (const payload of [null, 1, "1", [], { jobId: Number.MAX_VALUE }, { jobId: "1" }, { jobId: { a: 1 } }]) {
      client.send("start-log-stream", payload);
      client.send("job-cancel", payload);
    }
    client.socket.send("2");

    expect(await client.frame()).toBe("3");
  });
});

describe("jobs on the socket", () => {
  it("send their lines without being asked, and their end", async () => {
    const client = await connect();
    const id = await startJob();

    expect(await client.event(`job-data-${id}`)).toEqual({ data: `Creating job... OK (ID: ${id})\n` });
    expect(await client.event(`job-finished-${id}`)).toEqual({ success: true });
    expect(await client.event("job-finished")).toEqual({ jobId: id, success: true });
  });

  it("send their lines only on demand to who wants that, and then all of them", async () => {
    const client = await connect("onDemandLogs=true");
    const id = await startJob();
    await client.event("sample-added");
    const [first] = JSON.parse((await client.frame()).slice(2)) as [string];
    client.send("start-log-stream", { jobId: id, lastReceivedTimestamp: 0 });

    const { data } = (await client.event(`job-data-${id}`)) as { data: string };
    expect(first).toBe(`job-finished-${id}`);
    expect(data).toMatch(/^Creating job[^]*Job completed\n$/);
  });

  it("send no line that a client says it has", async () => {
    const client = await connect("onDemandLogs=true");
    const id = await startJob();
    await client.event("job-finished");
    client.send("start-log-stream", { jobId: id, lastReceivedTimestamp: Date.now() + 1_000 });
    client.socket.send("2");

    expect(await client.frame()).toBe("3");
  });

  it("end when a client cancels them", async () => {
    await studio.close();
    await start({ leastJobMs: 60_000 });
    const client = await connect();
    const id = await startJob();
    client.send("job-cancel", id);

    expect(await client.event("job-finished")).toEqual({ jobId: id, success: false });
  });
});

describe("devices on the socket", () => {
  const RECORD = {
    impulseRecord: { result: { classification: { idle: 0.9 } }, timing: { dsp: 1, classification: 2, anomaly: 0 } },
    timestamp: 1_000,
    index: 4,
    rawData: { type: "wav", bufferBase64: "AAAA" },
  };
  const SHOWN = {
    streamId: 1,
    deviceId: "board",
    index: 4,
    timestamp: 1_000,
    result: { classification: { idle: 0.9 } },
    timing: { dsp: 1, classification: 2, anomaly: 0 },
  };

  it("come and go", async () => {
    const client = await connect();
    const availableRecords = { firstIndex: 0, firstTimestamp: 0, lastIndex: 1, lastTimestamp: 1 };
    const inferenceInfo = { projectId: 1, projectOwner: "a", projectName: "b", deploymentVersion: 2 };
    const hello = { apiKey: KEY, version: 4, mode: "inference", inferenceInfo, availableRecords };
    const device = await FakeDevice.admitted(studio.devicesUrl, hello);
    device.close();

    expect(await client.event("device-connected")).toMatchObject({
      deviceId: "board",
      remoteMgmtMode: "inference",
      availableRecords,
    });
    expect(await client.event("device-disconnected")).toEqual({ deviceId: "board" });
  });

  it("tell how far a recording has come, up to its sample", async () => {
    const client = await connect();
    const device = await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY });
    const wish = { label: "still", lengthMs: 1000, intervalMs: 100, category: "testing" };
    await call("POST", "/device/board/start-sampling", wish);
    await device.hear();
    device.say(
      { sample: true },
      { sampleStarted: true },
      { sampleReading: true, progressPercentage: 50 },
      { sampleUploading: true },
    );
    await fetch(`${studio.ingestionUrl}/api/testing/data`, {
      method: "POST",
      headers: { "x-api-key": KEY, "x-file-name": "still" },
      body: JSON.stringify(smallRecording(1)),
    });
    device.say({ sampleFinished: true });

    const key = { deviceId: "board", requestId: 1 };
    const progress = [];
    for (let i = 0; i < 5; i++) progress.push(await client.event("sampling-progress"));
    expect(progress).toEqual([
      { ...key, phase: "requested" },
      { ...key, phase: "started" },
      { ...key, phase: "reading", percent: 50 },
      { ...key, phase: "uploading" },
      { ...key, phase: "finished", sampleId: 1 },
    ]);
  });

  it("tell why a recording failed, and what is odd about one that did not", async () => {
    const client = await connect();
    const device = await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY });
    const wish = { label: "still", lengthMs: 1000, intervalMs: 100, category: "testing" };
    await call("POST", "/device/board/start-sampling", wish);
    device.say({ sample: false, error: "no memory" });
    await client.event("sampling-progress");
    const failed = await client.event("sampling-progress");
    await call("POST", "/device/board/start-sampling", wish);
    device.say({ sample: true }, { sampleStarted: true }, { sampleFinished: true });
    await client.event("sampling-progress");
    await client.event("sampling-progress");

    expect(failed).toEqual({ deviceId: "board", requestId: 1, phase: "failed", error: "no memory" });
    expect(await client.event("sampling-progress")).toMatchObject({
      requestId: 2,
      phase: "finished",
      warning: expect.stringContaining("has not uploaded") as string,
    });
  });

  it("send live windows to each stream, with raw data to those who want it", async () => {
    const client = await connect();
    const listener = await connect("withRawData=true");
    const device = await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY });
    const start = "/device/board/debug-stream/inference/start";
    const starting = Promise.all([call("POST", start), call("POST", start)]);
    await device.hear();
    device.say({ inferenceStreamStarted: true });
    await starting;
    device.say(RECORD);

    expect(await client.event("inference-record")).toEqual(SHOWN);
    expect(await client.event("inference-record")).toEqual({ ...SHOWN, streamId: 2 });
    expect(await listener.event("inference-record")).toEqual({ ...SHOWN, rawData: RECORD.rawData });
    device.close();
    expect(await client.event("stream-ended")).toEqual({
      streamId: 1,
      deviceId: "board",
      reason: "The device board disconnected.",
    });
  });

  it("send pictures", async () => {
    const client = await connect();
    const device = await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY });
    const starting = call("POST", "/device/board/debug-stream/snapshot/start", { resolution: "low" });
    await device.hear();
    device.say({ snapshotStarted: true });
    const { streamId } = await starting;
    device.say({ snapshotFrame: "/9j/AA==", fileName: "a.jpg" });

    expect(await client.event("snapshot-frame")).toEqual({
      streamId,
      deviceId: "board",
      fileName: "a.jpg",
      frame: "/9j/AA==",
    });
  });
});

describe("sample-added", () => {
  it("tells a project's clients of each sample that has come in", async () => {
    const client = await connect();

    await fetch(`${studio.ingestionUrl}/api/training/data`, {
      method: "POST",
      headers: { "x-api-key": KEY, "x-file-name": "still" },
      body: JSON.stringify(smallRecording(3)),
    });

    expect(await client.event("sample-added")).toEqual({ sampleId: 1, category: "training" });
  });
});
