import { once } from "node:events";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { startStudio, type RunningStudio } from "../start.ts";
import { smallRecording } from "../small-impulse.ts";
import { FakeDevice } from "./fake-device.ts";
import { Sampling, SAMPLING_TIMES } from "./sampling.ts";

const KEY = "ei_test";

describe("Sampling", () => {
  const LENGTH_MS = 8_000;
  let told: object[];
  let sampling: Sampling;
  let outcome: Promise<string>;

  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    sampling = new Sampling("board", LENGTH_MS, SAMPLING_TIMES, (progress) => told.push(progress));
    outcome = sampling.outcome.then(
      () => "finished",
      (error: Error) => error.message,
    );
  });

  afterEach(() => vi.useRealTimers());

  it("goes through every phase, and tells of each", async () => {
    sampling.received({ sample: true });
    sampling.received({ sampleStarted: true });
    sampling.received({ sampleProcessing: true });
    sampling.received({ sampleReading: true, progressPercentage: 40 });
    sampling.received({ sampleReading: true, progressPercentage: 400 });
    sampling.received({ sampleUploading: true });
    sampling.received({ sampleFinished: true });

    expect(await outcome).toBe("finished");
    expect(told).toEqual([
      { phase: "requested" },
      { phase: "started" },
      { phase: "processing" },
      { phase: "reading", percent: 40 },
      { phase: "reading" },
      { phase: "uploading" },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    { error: { error: "no memory" }, reason: "no memory" },
    { error: { err: "no sensor" }, reason: "no sensor" },
    { error: {}, reason: "The device board refused to sample, and gave no reason." },
    { error: { error: "x".repeat(1_000) }, reason: "x".repeat(500) },
  ])("fails with the device's reason, at any time: $error", async ({ error, reason }) => {
    sampling.received({ sample: true });
    sampling.received({ sampleStarted: true });
    sampling.received({ sampleUploading: true });
    sampling.received({ sample: false, ...error });

    expect(await outcome).toBe(reason);
  });

  it("fails when a device has finished what it never started", async () => {
    sampling.received({ sample: true });
    sampling.received({ sampleFinished: true });

    expect(await outcome).toBe("The device board says it has finished, and never said that it started.");
  });

  it.each([
    { messages: [], afterMs: 20_000, reason: "did not answer the request to sample within 20 s." },
    { messages: ["sample"], afterMs: 20_000, reason: "accepted the request to sample, and did not start within 20 s." },
    { messages: ["sampleStarted"], afterMs: 28_000, reason: "started to sample, and did not finish within 28 s." },
    {
      messages: ["sampleProcessing"],
      afterMs: 28_000,
      reason: "was processing what it had sampled, and did not go on within 28 s.",
    },
    {
      messages: ["sampleStarted", "sampleReading"],
      afterMs: 28_000,
      reason: "was reading what it had sampled, and did not go on within 28 s.",
    },
    {
      messages: ["sampleUploading"],
      afterMs: 60_000,
      reason: "was uploading what it had sampled, and did not finish within 60 s.",
    },
  ])("fails after a silence that fits the phase: it $reason", async ({ messages, afterMs, reason }) => {
    for (const name of messages) sampling.received({ [name]: true });
    vi.advanceTimersByTime(afterMs - 1);
    const timers = vi.getTimerCount();
    vi.advanceTimersByTime(1);

    expect(timers).toBe(1);
    expect(await outcome).toBe(`The device board ${reason}`);
  });
});

describe("POST .../start-sampling", () => {
  let studio: RunningStudio;
  let device: FakeDevice;
  let log: string[];

  beforeEach(async () => {
    log = [];
    studio = await startStudio({
      apiKey: KEY,
      project: "empty",
      ports: { studio: 0, devices: 0, ingestion: 0 },
      log: (line) => log.push(line),
    });
    device = await FakeDevice.admitted(studio.devicesUrl, {
      apiKey: KEY,
      sensors: [{ name: "Acc", maxSampleLengthS: 60, frequencies: [50] }],
    });
  });

  afterEach(() => studio.close());

  const wish = { label: "still", lengthMs: 1000, intervalMs: 100, category: "training" };

  async function startSampling(body: object, deviceId = "board") {
    const route = `${studio.url}/v1/api/${studio.projectId}/device/${deviceId}/start-sampling`;
    const response = await fetch(route, {
      method: "POST",
      headers: { "x-api-key": KEY },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { success: boolean; id?: number; error?: string };
  }

  it("passes on what the device needs to know, and what it can show", async () => {
    const answer = await startSampling({
      ...wish,
      sensor: "Mic",
      labelColor: "#f00",
      collectedSampleCount: 0,
      targetSampleCount: 5,
    });

    expect(answer).toEqual({ success: true, id: 1 });
    expect(await device.hear()).toEqual({
      sample: {
        label: "still",
        length: 1000,
        path: "/api/training/data",
        hmacKey: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        interval: 100,
        sensor: "Mic",
        labelColor: "#f00",
        collectedSampleCount: 0,
        targetSampleCount: 5,
      },
    });
  });

  it("takes the device's first sensor when none is named, and tells nothing that nobody said", async () => {
    await startSampling(wish);

    const { sample } = await device.hear();
    expect(Object.keys(sample as object)).toEqual(["label", "length", "path", "hmacKey", "interval", "sensor"]);
    expect(sample).toMatchObject({ sensor: "Acc" });
  });

  it("does one thing at a time", async () => {
    const [first, second] = await Promise.all([startSampling(wish), startSampling(wish)]);

    expect([first, second].map(({ success }) => success).sort()).toEqual([false, true]);
    expect([first, second].find(({ success }) => !success)?.error).toBe("The device board is sampling already.");
    device.say({ sample: false, error: "no" });
    await expect.poll(() => log).toEqual(["no"]);
    expect(await startSampling(wish)).toEqual({ success: true, id: 2 });
  });

  it.each([
    { body: wish, deviceId: "other", error: "The device other is not connected." },
    { body: { ...wish, lengthMs: 0 }, error: '"lengthMs" must be >= 1.' },
    { body: { ...wish, category: "x" }, error: '"category" must be one of training' },
    { body: {}, error: "must have required property 'label'" },
    { body: { ...wish, targetSampleCount: -1 }, error: '"targetSampleCount" must be >= 0.' },
    { body: { ...wish, label: "x".repeat(201) }, error: '"label" has to have at most 200 characters, and has 201.' },
  ])("is refused: $error", async ({ body, deviceId, error }) => {
    expect((await startSampling(body, deviceId)).error).toContain(error);
  });

  it("leaves the device free when it disconnects and comes back", async () => {
    await startSampling(wish);
    device.close();
    await expect.poll(() => log).toEqual(["The device board disconnected while it was sampling."]);
    await FakeDevice.admitted(studio.devicesUrl, { apiKey: KEY });

    expect(await startSampling(wish)).toMatchObject({ success: true });
  });

  it("has its sample when the device says that it has finished", async () => {
    await startSampling(wish);
    const { sample } = await device.hear();
    device.say({ sample: true }, { sampleStarted: true }, { sampleUploading: true });
    await fetch(`${studio.ingestionUrl}${(sample as { path: string }).path}`, {
      method: "POST",
      headers: { "x-api-key": KEY, "x-file-name": "still" },
      body: JSON.stringify(smallRecording(1)),
    });
    device.say({ sampleFinished: true });
    device.sayRaw("ping");
    await device.hearRaw();

    expect(log).toEqual([]);
    expect(await startSampling(wish)).toEqual({ success: true, id: 2 });
  });

  it("has a remark in the log when the device has finished without an upload", async () => {
    await startSampling(wish);
    device.say({ sample: true }, { sampleStarted: true }, { sampleFinished: true });

    await expect
      .poll(() => log)
      .toEqual(["The device board says it has finished, and has not uploaded any recording of its own."]);
    expect(device.socket.readyState).toBe(device.socket.OPEN);
    device.close();
    await once(device.socket, "close");
  });
});
