import { createMemoryRunLog, type LogState, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { SILENT_LOG } from "../log.ts";
import { append, FakeViewer, settle, upTo } from "./fakes.ts";
import { LiveHub } from "./hub.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const status = { state: "connected", message: "Connected" } as const;

let runLog: RunLog;
let state: LogState;
let hub: LiveHub;
let viewer: FakeViewer;

beforeEach(async () => {
  vi.useFakeTimers();
  runLog = createMemoryRunLog();
  state = await runLog.open("run-1");
  hub = new LiveHub({ runLog, log: SILENT_LOG });
  hub.setStatus(status);
  viewer = new FakeViewer(hub);
});

afterEach(() => {
  viewer.disconnect();
  vi.useRealTimers();
});

/** Time passes, in which the viewer answers pings and does nothing else. */
async function letPass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    viewer.session.heard();
    await vi.advanceTimersByTimeAsync(1_000);
  }
}

describe("sub", () => {
  beforeEach(() => viewer.greet());

  it("[P7] answers a baseline also for an empty log, and [P11] says that this is live", async () => {
    await viewer.subscribe();

    expect(viewer.messages).toEqual([
      { type: "subok", id: 1, log: "run-1", number: state.number, epoch: state.epoch, first: 0, next: 0, from: 0 },
      { type: "live", id: 1, next: 0 },
    ]);
  });

  it("[P9] sends what there is and what comes, in order, and [P11] says live once in between", async () => {
    await append(runLog, 3);
    await viewer.subscribe();
    await append(runLog, 2);
    await append(runLog, 1);
    await settle();

    expect(viewer.seqs).toEqual(upTo(6));
    expect(viewer.messages.filter(({ type }) => type === "live")).toEqual([{ type: "live", id: 1, next: 3 }]);
  });

  it.each([
    { from: "start", seqs: [0, 1, 2, 3, 4, 5] },
    { from: "now", seqs: [5] },
    { from: { tail: 2 }, seqs: [3, 4, 5] },
    { from: { tail: 99 }, seqs: [0, 1, 2, 3, 4, 5] },
  ])("[P8] begins at $from", async ({ from, seqs }) => {
    await append(runLog, 5);
    await viewer.subscribe(from);
    await append(runLog, 1);
    await settle();

    expect(viewer.seqs).toEqual(seqs);
  });

  it.each(upTo(6))("[P8] resumes from entry %i", async (seq) => {
    await append(runLog, 5);
    await viewer.subscribe({ epoch: state.epoch, seq: Math.min(seq, 5) });

    expect(viewer.messages[0]).toMatchObject({ type: "subok", from: seq });
    expect(viewer.seqs).toEqual(upTo(5).slice(seq));
  });

  it.each([
    { why: "ahead", from: () => ({ epoch: state.epoch, seq: 9 }) },
    { why: "epoch", from: () => ({ epoch: "another", seq: 1 }) },
  ])("[P10] resets a viewer whose position cannot be served: $why", async ({ why, from }) => {
    await append(runLog, 2);
    await viewer.subscribe(from());

    expect(viewer.messages[0]).toMatchObject({ type: "reset", why, epoch: state.epoch, first: 0, next: 2 });
    expect(viewer.seqs).toEqual([0, 1]);
  });

  it("[P10] resets a viewer when the log begins anew under its feet", async () => {
    await append(runLog, 2);
    await viewer.subscribe();
    const { epoch } = await runLog.restart("run-1");
    await append(runLog, 1);
    await settle();

    expect(viewer.messages.find(({ type }) => type === "reset")).toMatchObject({ why: "epoch", epoch });
    expect(viewer.seqs).toEqual([0, 1, 0]);
  });

  it("[P12] says end after the last entry of a sealed log, at once or later", async () => {
    await append(runLog, 1);
    await viewer.subscribe();
    expect(viewer.messages.at(-1)?.type).toBe("live");
    await append(runLog, 1, { seal: true });
    await settle();

    expect(viewer.seqs).toEqual([0, 1]);
    expect(viewer.messages.at(-1)).toEqual({ type: "end", id: 1, next: 2 });
  });

  it("[P13] answers err for a log that does not exist, and stays open", async () => {
    await viewer.subscribe("start", "nothing");

    expect(viewer.messages).toMatchObject([{ type: "err", id: 1, code: "no_such_log" }]);
    expect(viewer.closed).toBeUndefined();
  });

  it("tells when the log is deleted while it is followed", async () => {
    await viewer.subscribe();
    await runLog.delete("run-1");
    await vi.advanceTimersByTimeAsync(4_000);
    expect(viewer.told("err")).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);

    expect(viewer.messages.at(-1)).toMatchObject({ type: "err", id: 1, code: "no_such_log" });
  });

  it("[P14] closes with 4409 on a second sub to the same log, and takes one after unsub", async () => {
    viewer.say({ type: "unsub", id: await viewer.subscribe() });
    await viewer.subscribe();
    expect(viewer.closed).toBeUndefined();
    await viewer.subscribe();

    expect(viewer.closed?.code).toBe(4409);
  });

  it("answers once when a viewer leaves and comes back before it was answered", async () => {
    await append(runLog, 2);
    viewer.say({ type: "sub", id: 99, log: "run-1", from: "start" });
    viewer.say({ type: "unsub", id: 99 });
    await viewer.subscribe();

    expect(viewer.messages.filter(({ type }) => type === "subok")).toMatchObject([{ id: 1 }]);
    expect(viewer.seqs).toEqual([0, 1]);
  });

  it("gives an id that is used again the log that was asked for last", async () => {
    await runLog.open("run-2");
    await append(runLog, 3, { log: "run-2" });
    viewer.say({ type: "sub", id: 99, log: "run-1", from: "start" });
    viewer.say({ type: "unsub", id: 99 });
    viewer.say({ type: "sub", id: 99, log: "run-2", from: "start" });
    await settle();

    expect(viewer.messages.filter(({ type }) => type === "subok")).toMatchObject([{ id: 99, log: "run-2" }]);
    expect(viewer.seqs).toEqual([0, 1, 2]);
  });

  it("[P14] takes another sub to a log that has ended", async () => {
    await append(runLog, 2, { seal: true });
    await viewer.subscribe();
    await viewer.subscribe();

    expect(viewer.closed).toBeUndefined();
    expect(viewer.seqs).toEqual([0, 1, 0, 1]);
  });

  it("sends nothing more after unsub", async () => {
    viewer.say({ type: "unsub", id: await viewer.subscribe() });
    await append(runLog, 3);
    await settle();

    expect(viewer.seqs).toEqual([]);
  });

  it("[P15] holds back at 1 MiB without ack, goes on with it, and sends everything once", async () => {
    await append(runLog, 40, { readings: 16_000 });
    await viewer.subscribe();
    const before = viewer.seqs.length;
    expect(viewer.receivedBytes).toBeGreaterThan(900_000);
    expect(viewer.receivedBytes).toBeLessThan(1_200_000);

    for (let i = 0; i < 5; i++) {
      viewer.say({ type: "ack", id: 1, seq: viewer.seqs.length });
      await settle();
    }

    expect(before).toBeLessThan(40);
    expect(viewer.seqs).toEqual(upTo(40));
  });

  it("[P15] closes with 4200 who takes nothing for 30 s", async () => {
    await append(runLog, 40, { readings: 16_000 });
    await viewer.subscribe();
    await letPass(24);
    viewer.say({ type: "ack", id: 1, seq: 1 });
    await letPass(24);
    expect(viewer.closed).toBeUndefined();
    await letPass(7);

    expect(viewer.closed?.code).toBe(4200);
  });

  it("[P6] [P15] gives who has as much to take as may be on its way 30 s, whether it answers pings or not", async () => {
    await letPass(DEFAULT_LIMITS.heartbeatMs / 1_000 - 1);
    await append(runLog, 40, { readings: 16_000 });
    await viewer.subscribe();
    await vi.advanceTimersByTimeAsync(29_000);
    expect(viewer.pings).toBeGreaterThan(0);
    expect(viewer.isTerminated).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);

    expect(viewer.closed?.code).toBe(4200);
  });

  it("[P15] closes with 4200 whose wire takes nothing for 30 s, and not who takes a little", async () => {
    await append(runLog, 14, { readings: 16_000 });
    viewer.reads = false;
    await viewer.subscribe();
    await letPass(25);
    viewer.drain(1);
    await letPass(25);
    expect(viewer.closed).toBeUndefined();
    await letPass(7);

    expect(viewer.closed?.code).toBe(4200);
  });

  it("[P15] is not put off by another log that goes on meanwhile", async () => {
    await append(runLog, 40, { readings: 16_000 });
    await runLog.open("run-2");
    await viewer.subscribe();
    await viewer.subscribe("start", "run-2");
    for (let seconds = 0; seconds < 35; seconds++) {
      await append(runLog, 1, { log: "run-2" });
      viewer.session.heard();
      viewer.say({ type: "ack", id: 2, seq: seconds });
      await vi.advanceTimersByTimeAsync(1_000);
    }

    expect(viewer.closed?.code).toBe(4200);
  });

  it("has room for one log when what another filled the wire with has gone", async () => {
    viewer.reads = false;
    await append(runLog, 14, { readings: 16_000 });
    viewer.say({ type: "unsub", id: await viewer.subscribe() });
    await runLog.open("run-2");
    await append(runLog, 1, { log: "run-2", seal: true });
    await viewer.subscribe("start", "run-2");
    expect(viewer.messages.at(-1)).toMatchObject({ type: "subok", id: 2 });
    viewer.drain();
    await settle();

    expect(viewer.messages.slice(-2)).toMatchObject([
      { type: "live", id: 2 },
      { type: "end", id: 2 },
    ]);
  });

  it("[P14] takes 64 subscriptions and refuses one more", async () => {
    for (let i = 0; i < 64; i++) {
      await runLog.open(`run-many-${i}`);
      await viewer.subscribe("start", `run-many-${i}`);
    }
    await viewer.subscribe();

    expect(viewer.messages.at(-1)).toMatchObject({ type: "err", id: 65, code: "too_many" });
    expect(viewer.closed).toBeUndefined();
  });

  it("leaves alone who has everything, however long nothing comes", async () => {
    await append(runLog, 3);
    await viewer.subscribe();
    for (let i = 0; i < 20; i++) {
      await vi.advanceTimersByTimeAsync(9_000);
      viewer.session.heard();
    }

    expect(viewer.closed).toBeUndefined();
  });

  it("reads no more from the log than the wire takes, and goes on when it drains", async () => {
    viewer.reads = false;
    await append(runLog, 14, { readings: 16_000 });
    await viewer.subscribe();
    expect(viewer.bufferedAmount).toBeLessThan(256 * 1024 + 65 * 1024);

    for (let i = 0; i < 10; i++) {
      viewer.drain();
      await settle();
    }

    expect(viewer.seqs).toEqual(upTo(14));
  });

  it("leaves no timer and no watcher behind when the connection closes", async () => {
    await viewer.subscribe();
    viewer.disconnect();
    await append(runLog, 3);
    await settle();

    expect(viewer.seqs).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
