import { parseServerMessage } from "@windowscope/protocol";
import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { SILENT_LOG } from "../log.ts";
import { Metrics } from "../metrics.ts";
import { append, FakeViewer, settle, upTo } from "./fakes.ts";
import { LiveHub } from "./hub.ts";
import type { LiveLimits } from "./limits.ts";

let runLog: RunLog;
let metrics: Metrics;
let hub: LiveHub;
let viewers: FakeViewer[];

beforeEach(async () => {
  vi.useFakeTimers();
  runLog = createMemoryRunLog();
  await runLog.open("run-1");
  start();
});

afterEach(() => {
  for (const viewer of viewers) viewer.disconnect();
  expect(vi.getTimerCount()).toBe(0);
  expect(hub.tails.size).toBe(0);
  vi.useRealTimers();
});

function start(limits: Partial<LiveLimits> = {}): void {
  metrics = new Metrics();
  hub = new LiveHub({ runLog, log: SILENT_LOG, metrics, limits });
  viewers = [];
}

function connect(more: object = {}): FakeViewer {
  const viewer = new FakeViewer(hub);
  viewer.greet(more);
  viewers.push(viewer);
  return viewer;
}

async function read(name: string): Promise<unknown> {
  return (await metrics.registry.getSingleMetric(name)?.get())?.values;
}

describe("what viewers share", () => {
  it("reads an append once for 1,000 subscriptions, and hands all of them the same bytes", async () => {
    for (let i = 0; i < 1_000; i++) connect().say({ type: "sub", id: 1, log: "run-1", from: "now" });
    await settle();
    const reads = vi.spyOn(runLog, "read");
    await append(runLog, 1);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();

    expect(reads).toHaveBeenCalledTimes(1);
    expect(viewers.every(({ seqs }) => seqs.length === 1)).toBe(true);
    expect(new Set(viewers.map(({ frames }) => frames[0])).size).toBe(1);
  });

  it("reads a place once for all who catch up from it at the same time", async () => {
    await append(runLog, 20, { readings: 16_000 });
    const reads = vi.spyOn(runLog, "read");
    for (let i = 0; i < 50; i++) connect().say({ type: "sub", id: 1, log: "run-1", from: "start" });
    for (let i = 0; i < 10; i++) {
      await settle();
      for (const viewer of viewers) viewer.say({ type: "ack", id: 1, seq: viewer.seqs.length });
    }

    for (const { seqs } of viewers) expect(seqs).toEqual(upTo(20));
    expect(reads.mock.calls.length).toBeLessThan(30);
  });

  it("serves from memory who is a little behind", async () => {
    const slow = connect();
    await slow.subscribe();
    slow.reads = false;
    await append(runLog, 30, { readings: 4_000 });
    await settle();
    const reads = vi.spyOn(runLog, "read");
    slow.reads = true;
    slow.drain();
    await settle();

    expect(slow.seqs).toEqual(upTo(30));
    expect(reads).not.toHaveBeenCalled();
  });

  it("serves what is live before those who catch up, however many they are", async () => {
    await append(runLog, 200, { readings: 4_000 });
    const live = connect();
    await live.subscribe("now");
    for (let i = 0; i < 100; i++) connect().say({ type: "sub", id: 1, log: "run-1", from: { tail: 100 + i } });
    await append(runLog, 1);
    for (let i = 0; i < 5; i++) await Promise.resolve();

    expect(live.seqs).toEqual([200]);
    expect(viewers.slice(1).every(({ seqs }) => seqs.length === 0)).toBe(true);
    await settle();
  });

  it("makes JSON once for all who asked for it, with null for what is no number", async () => {
    const [first, second] = [connect({ caps: ["json"] }), connect({ caps: ["json", "more"] })];
    const sent = vi.spyOn(first, "sendMessage");
    const sentToo = vi.spyOn(second, "sendMessage");
    for (const viewer of [first, second]) await viewer.subscribe();
    await append(runLog, 2);
    await settle();

    expect(first.frames).toEqual([]);
    const [message] = sent.mock.calls.at(-1) ?? [];
    expect(message).toBe(sentToo.mock.calls.at(-1)?.[0]);
    expect(parseServerMessage(String(message?.payload))).toMatchObject({
      type: "entries",
      entries: [
        { kind: "readings", seq: 0, values: [0] },
        { kind: "readings", seq: 1, values: [1] },
      ],
    });
  });

  it("finds within a second what no hint told of", async () => {
    vi.spyOn(runLog, "watch").mockReturnValue(() => undefined);
    const viewer = connect();
    await viewer.subscribe();
    await append(runLog, 3, { seal: true });
    await vi.advanceTimersByTimeAsync(1_100);

    expect(viewer.seqs).toEqual([0, 1, 2]);
    expect(viewer.told("end")).toHaveLength(1);
  });

  it("waits for a run log that does not answer, and goes on where it was", async () => {
    const viewer = connect();
    await viewer.subscribe();
    const broken = vi.spyOn(runLog, "read").mockRejectedValue(new Error("connection lost"));
    await append(runLog, 3);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(viewer.closed).toBeUndefined();
    broken.mockRestore();
    await vi.advanceTimersByTimeAsync(1_100);

    expect(viewer.seqs).toEqual([0, 1, 2]);
  });

  it("closes with 1011 when the run log has not answered for 30 s", async () => {
    const viewer = connect();
    await viewer.subscribe();
    vi.spyOn(runLog, "read").mockRejectedValue(new Error("connection lost"));
    for (let i = 0; i < 33; i++) {
      viewer.session.heard();
      await vi.advanceTimersByTimeAsync(1_000);
    }

    expect(viewer.closed?.code).toBe(1011);
  });

  it("[P10] resets who follows a log that was gone for a moment", async () => {
    await append(runLog, 2);
    const [following, returning] = [connect(), connect()];
    await following.subscribe();
    const { epoch } = await runLog.open("run-1");
    await runLog.delete("run-1");
    await vi.advanceTimersByTimeAsync(2_000);
    await returning.subscribe({ epoch, seq: 2 });
    await append(runLog, 1);
    await vi.advanceTimersByTimeAsync(1_100);

    expect(following.told("reset")).toMatchObject([{ why: "epoch" }]);
    expect(following.seqs).toEqual([0, 1, 0]);
    expect(returning.told("reset")).toMatchObject([{ why: "epoch" }]);
    expect(returning.seqs).toEqual([0]);
  });

  it("[P10] resets who follows a log that lost its newest entries", async () => {
    await append(runLog, 3);
    const viewer = connect();
    await viewer.subscribe();
    const state = await runLog.open("run-1");
    vi.spyOn(runLog, "read").mockResolvedValueOnce({ type: "reset", why: "ahead", state: { ...state, next: 2 } });
    await vi.advanceTimersByTimeAsync(1_100);

    expect(viewer.told("reset")).toMatchObject([{ why: "ahead", first: 0 }]);
    expect(viewer.seqs.slice(3)).toEqual([0, 1, 2]);
  });
});

describe("limits", () => {
  it("closes with 4129 who sends 41 control messages at once, and not who sends 40", () => {
    const viewer = connect();
    for (let t = 0; t < 39; t++) viewer.say({ type: "ping", t });
    expect(viewer.closed).toBeUndefined();
    expect(viewer.told("hb").map(({ t }) => t)).toEqual(upTo(39));
    viewer.say({ type: "ping", t: 39 });

    expect(viewer.closed?.code).toBe(4129);
  });

  it("takes 20 control messages a second for ever", async () => {
    const viewer = connect();
    for (let i = 0; i < 300; i++) {
      viewer.say({ type: "ping", t: i });
      await vi.advanceTimersByTimeAsync(50);
    }

    expect(viewer.closed).toBeUndefined();
  });

  it("counts no acknowledgement that says something new, and any other", async () => {
    await append(runLog, 200);
    const viewer = connect();
    const id = await viewer.subscribe();
    for (let seq = 1; seq <= 200; seq++) viewer.say({ type: "ack", id, seq });
    expect(viewer.closed).toBeUndefined();
    for (let i = 0; i < 50; i++) viewer.say({ type: "ack", id, seq: 200 });

    expect(viewer.closed?.code).toBe(4129);
  });

  it("[P15] queues at most 256 KiB for a viewer that does not read", async () => {
    const viewer = connect();
    viewer.reads = false;
    await viewer.subscribe();
    for (let i = 0; i < 100; i++) {
      await append(runLog, 1, { readings: 4_000 });
      await settle();
    }

    expect(viewer.mostBuffered).toBeGreaterThan(128 * 1024);
    expect(viewer.mostBuffered).toBeLessThanOrEqual(256 * 1024 + 1024);
  });

  it("closes with 1013 who is furthest behind when too much waits in all", async () => {
    start({ bufferedBytes: 300_000 });
    for (let i = 0; i < 3; i++) await connect().subscribe();
    for (const viewer of viewers) viewer.reads = false;
    await append(runLog, 3, { readings: 8_000 });
    await settle();
    viewers[1]?.drain();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(viewers.map(({ closed }) => closed?.code)).toEqual([undefined, undefined, undefined]);
    await append(runLog, 3, { readings: 8_000 });
    await vi.advanceTimersByTimeAsync(1_000);

    expect(viewers.map(({ closed }) => closed?.code).filter((code) => code === 1013)).toHaveLength(1);
    expect(viewers[1]?.closed).toBeUndefined();
  });
});

describe("drain", () => {
  it("lets nobody in, says goodbye to everybody in slices, and resolves when all have left", async () => {
    for (let i = 0; i < 250; i++) connect();
    const drained = hub.drain();
    expect(hub.admission.admit({ address: "127.0.0.1", isLocal: true })).toHaveProperty("refusal");
    expect(viewers.filter(({ closed }) => closed)).toHaveLength(100);
    await vi.advanceTimersByTimeAsync(100);
    await drained;

    expect(viewers.every(({ closed }) => closed?.code === 1012)).toBe(true);
    const waits = viewers.map((viewer) => viewer.told("bye")[0]?.inMs ?? NaN);
    expect(Math.min(...waits)).toBeLessThan(1_000);
    expect(Math.max(...waits)).toBeGreaterThan(5_000);
    expect(Math.max(...waits)).toBeLessThan(7_000);
  });

  it("cuts off who does not leave, so early that `start` need not kill the server", async () => {
    const viewer = connect();
    vi.spyOn(viewer, "close").mockReturnValue();
    const drained = hub.drain();
    await vi.advanceTimersByTimeAsync(3_000);
    await drained;

    expect(viewer.isTerminated).toBe(true);
  });

  it("sends away who was just coming in", async () => {
    await hub.drain();
    const viewer = new FakeViewer(hub);
    await Promise.resolve();

    expect(viewer.closed?.code).toBe(1012);
  });
});

describe("metrics", () => {
  it("count viewers, subscriptions, lag, bytes, and closes by code", async () => {
    const [fast, slow] = [connect(), connect()];
    for (const viewer of viewers) await viewer.subscribe();
    slow.reads = false;
    await append(runLog, 5);
    await settle();
    fast.say({ type: "ack", id: 1, seq: 5 });
    await vi.advanceTimersByTimeAsync(1_000);

    expect(await read("windowscope_viewers")).toMatchObject([{ value: 2 }]);
    expect(await read("windowscope_subscriptions")).toMatchObject([{ value: 2 }]);
    expect(await read("windowscope_viewer_lag_entries")).toMatchObject([{ value: 5 }]);
    expect(await read("windowscope_buffered_bytes")).toMatchObject([{ value: slow.bufferedAmount }]);
    expect(await read("windowscope_sent_bytes_total")).toMatchObject([{ value: fast.receivedBytes * 2 }]);
    slow.say({ type: "nonsense" });
    expect(await read("windowscope_viewer_closes_total")).toMatchObject([{ labels: { code: 4400 }, value: 1 }]);
  });
});
