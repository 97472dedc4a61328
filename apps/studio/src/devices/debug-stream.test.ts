import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { DebugStream, INFERENCE_WORDS, SNAPSHOT_WORDS, STREAM_TIMES } from "./debug-stream.ts";

let sent: object[];
let ended: { streamId: number; reason: string }[];
let stream: DebugStream;

function create(words = INFERENCE_WORDS): DebugStream {
  return new DebugStream({
    deviceId: "board",
    words,
    times: STREAM_TIMES,
    send: (message) => sent.push(message),
    onEnded: (streamId, reason) => ended.push({ streamId, reason }),
  });
}

/** Lets what has been asked for be sent. */
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  ended = [];
  stream = create();
});

afterEach(() => vi.useRealTimers());

async function follow(streamId: number): Promise<void> {
  const following = stream.follow(streamId);
  await settle();
  stream.received({ inferenceStreamStarted: true });
  await following;
}

describe("DebugStream", () => {
  it("asks the device once, however many follow, and stops it after the last", async () => {
    await follow(1);
    await stream.follow(2);
    stream.leave(1, "enough");
    await settle();
    const whileOneFollows = [...sent];
    stream.leave(2, "enough");
    await settle();

    expect(whileOneFollows).toEqual([{ startInferenceStream: true }]);
    expect(sent).toEqual([{ startInferenceStream: true }, { stopInferenceStream: true }]);
    expect(ended.map(({ streamId }) => streamId)).toEqual([1, 2]);
    expect(stream.followers).toEqual([]);
  });

  it("ends for whoever does not keep it alive for 20 s", async () => {
    await follow(1);
    await stream.follow(2);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(stream.keepAlive(2)).toBe(true);
    await vi.advanceTimersByTimeAsync(15_000);

    expect(stream.followers).toEqual([2]);
    expect(ended).toEqual([{ streamId: 1, reason: "Nobody has kept the stream alive for 20 s." }]);
    expect(stream.keepAlive(1)).toBe(false);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent.at(-1)).toEqual({ stopInferenceStream: true });
  });

  it("takes records from the moment in which the device says that it has started", async () => {
    const following = stream.follow(1);
    await settle();
    const before = stream.followers;
    stream.received({ inferenceStreamStarted: true });

    expect(before).toEqual([]);
    expect(stream.followers).toEqual([1]);
    await following;
  });

  it.each([
    { answer: { inferenceStreamStarted: false }, reason: "The device board does not stream results." },
    { answer: { inferenceStreamStarted: false, error: "no model" }, reason: "no model" },
    { answer: { inferenceStreamFailed: true, error: "no monitor" }, reason: "no monitor" },
  ])("refuses when the device does: $answer", async ({ answer, reason }) => {
    const refused = expect(stream.follow(1)).rejects.toThrow(reason);
    await settle();
    stream.received(answer);
    await refused;

    expect(stream.followers).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([{ startInferenceStream: true }]);
  });

  it("refuses when the device does not answer", async () => {
    const refused = expect(stream.follow(1)).rejects.toThrow(
      "The device board did not start to stream results in 10 s.",
    );
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
  });

  it("starts anew only after the device has stopped, as a device that stops hears nothing", async () => {
    stream = create(SNAPSHOT_WORDS);
    const first = stream.follow(1, { startSnapshot: true, resolution: "high" });
    await settle();
    stream.received({ snapshotStarted: true });
    await first;
    stream.leave(1, "enough");
    const second = stream.follow(2);
    await settle();
    stream.leave(2, "enough");
    const third = stream.follow(3);
    await settle();
    const whileStopping = [...sent];
    stream.received({ snapshotStopped: true });
    await settle();
    stream.received({ snapshotStarted: true });
    await Promise.allSettled([second, third]);

    expect(whileStopping).toHaveLength(1);
    expect(stream.followers).toEqual([3]);
  });

  it("ends for all when the device gives up", async () => {
    await follow(1);
    await stream.follow(2);
    stream.received({ inferenceStreamFailed: true, error: "camera gone" });

    expect(ended).toEqual([
      { streamId: 1, reason: "camera gone" },
      { streamId: 2, reason: "camera gone" },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("has room for 20", async () => {
    await follow(1);
    for (let streamId = 2; streamId <= 20; streamId++) await stream.follow(streamId);

    await expect(stream.follow(21)).rejects.toThrow("followed by 20 streams already");
  });
});
