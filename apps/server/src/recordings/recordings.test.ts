import { OpenAPIHono } from "@hono/zod-openapi";
import { decodeEntries, FEED, type Entry, type Recording } from "@windowscope/protocol";
import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { StudioNotFoundError, StudioRefusedError, StudioUnreachableError } from "@windowscope/sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { answerProblem } from "../api/problem.ts";
import { createFakeStudio, fakeablePause, requestJson, type FakeStudio } from "../fakes.ts";
import { SILENT_LOG } from "../log.ts";
import { RunJournal } from "../runs/journal.ts";
import { ProjectEvents } from "./project-events.ts";
import { Recordings } from "./recordings.ts";
import { recordingRoutes } from "./routes.ts";

const PATH = "/projects/1/devices/bo:ar:d/recordings";
const wish = { label: "idle", lengthMs: 5_000, frequencyHz: 62.5, sensor: "Accelerometer", category: "testing" };
const device = {
  deviceId: "bo:ar:d",
  name: "Bench board",
  remoteMgmtMode: "ingestion",
  sensors: [{ name: "Accelerometer", maxSampleLengthS: 10, frequencies: [62.5] }],
};
type Body = Record<string, unknown>;

let runLog: RunLog;
let studio: FakeStudio;
let events: ProjectEvents;
let processes: Recordings[];
let app: OpenAPIHono;
/** Those in the list of samples. */
let samples: object[];
/** Runs that the watch has begun, by their samples. */
let watched: Map<number, string>;
let asked: Body[];
const startRun = vi.fn(async () => "run-new");

async function startProcess(): Promise<void> {
  const journal = await RunJournal.open(runLog, { pause: fakeablePause, holder: `process ${processes.length}` });
  const recordings = new Recordings({
    studio,
    store: journal.store,
    events,
    listenTo: () => undefined,
    sampleRuns: {
      isWatched: (category) => category === "testing",
      findRun: async (_projectId, sampleId) => watched.get(sampleId),
      startRun,
    },
  });
  recordings.resume();
  processes.push(recordings);
  app = new OpenAPIHono();
  app.route("/", recordingRoutes({ studio, recordings }));
  app.onError((error, c) => answerProblem(error, c, SILENT_LOG));
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  startRun.mockClear();
  runLog = createMemoryRunLog();
  events = new ProjectEvents();
  processes = [];
  samples = [{ id: 40, filename: "old", label: "idle" }];
  watched = new Map();
  asked = [];
  studio = createFakeStudio({
    getDevice: async () => ({ device }),
    startSampling: async (path) => {
      asked.push(path);
      return { id: 77 };
    },
    listSamples: async () => ({ samples: [...samples], totalCount: samples.length }),
    getSample: async ({ sampleId }) => ({ sample: { id: sampleId, filename: `idle.${sampleId}`, label: "idle" } }),
  });
  await startProcess();
});

afterEach(async () => {
  await Promise.all(processes.map((each) => each.close()));
  vi.useRealTimers();
});

function request(method: string, path: string, body?: Body) {
  return requestJson(app, method, path, body);
}

async function start(changes: Body = {}): Promise<string> {
  const { body } = await request("POST", PATH, { ...wish, ...changes });
  const id = String(body.recordingId);
  await vi.waitFor(() => expect(studio.calls).toContain("startSampling"), { timeout: 15_000 });
  return id;
}

async function reached(id: string, state: Recording["state"]): Promise<Recording> {
  return vi.waitFor(
    async () => {
      const { body } = await request("GET", `/recordings/${id}`);
      expect(body.state).toBe(state);
      return body as unknown as Recording;
    },
    { timeout: 4_000 },
  );
}

function tell(progress: Body): void {
  events.tell(1, "sampling-progress", { deviceId: "bo:ar:d", requestId: 77, ...progress });
}

function upload(sample: Body = {}): void {
  samples.unshift({ id: 41, filename: "idle.41", label: "idle", deviceName: "bo:ar:d", ...sample });
}

async function entriesOf(log: string): Promise<Entry[]> {
  const { epoch } = await runLog.open(log);
  const slice = await runLog.read(log, { epoch, from: 0, maxBytes: 1e9 });
  if (slice.type !== "slice") throw new Error("reset");
  return decodeEntries(slice.bytes);
}

describe("POST /projects/:projectId/devices/:deviceId/recordings", () => {
  it("follows the device from step to step, until the sample has its run", async () => {
    const id = await start();
    for (const progress of [
      { phase: "started" },
      { phase: "reading", percent: 40 },
      { phase: "reading", percent: 80 },
      { phase: "uploading" },
    ]) {
      tell(progress);
    }
    await reached(id, "uploading");
    watched.set(41, "run-41");
    tell({ phase: "finished", sampleId: 41 });

    expect(await reached(id, "finished")).toMatchObject({
      sampleId: 41,
      runId: "run-41",
      intervalMs: 16,
      label: "idle",
    });
    const told = (await entriesOf(id)).flatMap((entry) => (entry.kind === "recording" ? [entry.recording] : []));
    expect(told.map(({ state, percent }) => (percent === undefined ? state : `${state} ${percent} %`))).toEqual(
      expect.arrayContaining(["waiting", "started", "reading 40 %", "reading 80 %", "uploading", "finished"]),
    );
    expect((await runLog.stat(id))?.isSealed).toBe(true);
    const announced = (await entriesOf(FEED)).flatMap((entry) => (entry.kind === "recording" ? [entry.recording] : []));
    expect(announced.map(({ percent }) => percent)).not.toContain(80);
    expect(new Set(announced.map(({ state }) => state))).toEqual(
      new Set(["waiting", "started", "reading", "uploading", "finished"]),
    );
    expect(startRun).not.toHaveBeenCalled();
  });

  it("finds the sample in the list where the socket says nothing", async () => {
    const id = await start({ category: "training" });
    upload({ id: 41, label: "wave" });
    upload({ id: 42, deviceName: "other" });
    upload({ id: 43, deviceName: "Bench board" });

    expect(await reached(id, "finished")).toMatchObject({ sampleId: 43, runId: "run-new" });
    expect(startRun).toHaveBeenCalledExactlyOnceWith(1, expect.objectContaining({ id: 43, label: "idle" }));
  });

  it("finishes without a run when the watch begins none", async () => {
    const id = await start();
    upload();
    await vi.advanceTimersByTimeAsync(15_000);

    expect((await reached(id, "finished")).runId).toBeUndefined();
  });

  it("passes on what is odd about the sample", async () => {
    const id = await start({ category: "training" });
    tell({ phase: "finished", sampleId: 41, warning: "Half of it is missing." });

    expect(await reached(id, "finished")).toMatchObject({ warning: "Half of it is missing." });
  });

  it("fails with the device's own reason", async () => {
    const id = await start();
    tell({ phase: "started" });
    tell({ phase: "failed", error: "The sensor is not plugged in." });

    expect((await reached(id, "failed")).error).toBe("The sensor is not plugged in.");
  });

  it("fails with Studio's reason when it refuses, and asks no second time", async () => {
    const refused = vi.fn(async () =>
      Promise.reject(new StudioRefusedError("no", { studioText: "The device is busy." })),
    );
    studio.answer("startSampling", refused);

    expect((await reached(await start(), "failed")).error).toBe("The device is busy.");
    expect(refused).toHaveBeenCalledTimes(1);
  });

  it("does not ask again when nobody knows whether the device was asked", async () => {
    const lost = vi.fn(async () => Promise.reject(new StudioUnreachableError("No answer.")));
    studio.answer("startSampling", lost);

    expect((await reached(await start(), "failed")).error).toBe("No answer.");
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it.each([
    { phase: undefined, error: "The device bo:ar:d was asked to record, and no sample came within 125 s." },
    { phase: "started", error: "The device bo:ar:d started to record, and did not finish within 125 s." },
    {
      phase: "reading",
      error: "The device bo:ar:d was reading what it had recorded, and did not finish within 125 s.",
    },
    { phase: "uploading", error: "The device bo:ar:d was uploading what it had recorded, and no sample came within 125 s." }, // prettier-ignore
  ])("fails when nothing comes after $phase, and says what was last heard", async ({ phase, error }) => {
    const id = await start();
    tell({ phase });
    await vi.advanceTimersByTimeAsync(124_000);
    expect((await request("GET", `/recordings/${id}`)).body.endedAt).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2_000);

    expect((await reached(id, "failed")).error).toBe(error);
  });

  it("says that the device has gone", async () => {
    const id = await start();
    studio.answer("getDevice", async () => ({ device: { ...device, remoteMgmtMode: "disconnected" } }));
    await vi.advanceTimersByTimeAsync(126_000);

    expect((await reached(id, "failed")).error).toContain("is no longer connected");
  });

  it("passes over what the socket tells of others, and what it cannot read", async () => {
    const id = await start();
    tell({ deviceId: "other", phase: "failed", error: "x" });
    await vi.waitFor(async () => expect((await runLog.stat(id))?.next).toBeGreaterThan(2), { timeout: 15_000 });
    tell({ requestId: 76, phase: "failed", error: "x" });
    tell({ phase: "dancing" });
    events.tell(1, "sampling-progress", null);
    events.tell(2, "sampling-progress", { deviceId: "bo:ar:d", requestId: 77, phase: "failed" });
    tell({ phase: "reading", percent: 400 });

    expect((await reached(id, "reading")).percent).toBeUndefined();
  });

  it.each([
    { status: 404, type: "no-such-device", changes: {}, answer: async () => ({}) },
    { status: 404, type: "no-such-device", changes: {}, answer: async () => Promise.reject(new StudioNotFoundError("no", {})) }, // prettier-ignore
    { status: 409, type: "device-not-connected", changes: {}, answer: async () => ({ device: { ...device, remoteMgmtMode: "disconnected" } }) }, // prettier-ignore
    { status: 400, type: "no-such-sensor", changes: { sensor: "Camera" } },
    { status: 400, type: "recording-too-long", changes: { lengthMs: 10_001 } },
    { status: 400, type: "bad-request", changes: { intervalMs: 16 } },
    { status: 400, type: "bad-request", changes: { frequencyHz: undefined } },
    { status: 400, type: "bad-request", changes: { lengthMs: 0 } },
    { status: 400, type: "bad-request", changes: { label: "" } },
    { status: 400, type: "bad-request", changes: { category: "all" } },
  ])("answers $status $type, and asks no device: $changes", async ({ status, type, changes, answer }) => {
    if (answer) studio.answer("getDevice", answer);

    const answered = await request("POST", PATH, { ...wish, ...changes });

    expect(answered).toMatchObject({ status, body: { type: `urn:windowscope:problem:${type}` } });
    expect(studio.calls).not.toContain("startSampling");
  });

  it("answers 409 also when the device records for another process, asked at the same moment", async () => {
    const first = app;
    await startProcess();
    const ask = (of: OpenAPIHono) =>
      of.request(PATH, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(wish),
      });

    const asking = Promise.all([ask(first), ask(app), ask(first), ask(app)]);
    await vi.advanceTimersByTimeAsync(1_000);

    expect((await asking).map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
    await vi.waitFor(() => expect(asked).toHaveLength(1), { timeout: 15_000 });
  });

  it("takes no sample that came before the device was asked", async () => {
    const id = await start();
    expect(studio.calls.indexOf("listSamples")).toBeLessThan(studio.calls.indexOf("startSampling"));
    upload({ id: 39 });
    await vi.advanceTimersByTimeAsync(5_000);

    expect((await request("GET", `/recordings/${id}`)).body.state).not.toBe("finished");
  });

  it("asks the device once although the engine forgets the recording's log", async () => {
    const id = await start();
    await runLog.delete(id);
    await vi.advanceTimersByTimeAsync(3_000);
    expect((await request("GET", `/recordings/${id}`)).status).toBe(200);
    watched.set(41, "run-41");
    upload();
    await vi.advanceTimersByTimeAsync(5_000);

    expect(await reached(id, "finished")).toMatchObject({ sampleId: 41 });
    expect(asked).toHaveLength(1);
  });

  it("answers 409 while the device records already, also when asked twice at once", async () => {
    const answers = await Promise.all([request("POST", PATH, wish), request("POST", PATH, wish)]);

    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.detail).toMatch(
      /^The device \S+ records "\w+" right now, as recording-\S+\.$/,
    );
  });
});

describe("a recording and its server", () => {
  it("is followed on after a restart, and the device is not asked again", async () => {
    const id = await start({ category: "training" });
    tell({ phase: "started" });
    await reached(id, "started");
    await processes[0]?.close();
    await startProcess();
    upload();

    expect(await reached(id, "finished")).toMatchObject({ sampleId: 41 });
    expect(asked).toHaveLength(1);
  });
});

describe("DELETE /recordings/:recordingId", () => {
  it("stops following, and refuses what is over or not there", async () => {
    const id = await start();
    tell({ phase: "started" });
    await reached(id, "started");

    expect((await request("DELETE", `/recordings/${id}`)).body.state).toBe("cancelled");
    expect((await request("DELETE", `/recordings/${id}`)).status).toBe(409);
    expect((await request("GET", "/recordings/recording-0")).status).toBe(404);
    expect((await runLog.stat(id))?.isSealed).toBe(true);
  });
});
