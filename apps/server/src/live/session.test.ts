import { decodeEntries, encodeReadings, parseServerMessage, type ServerMessage } from "@windowscope/protocol";
import { createMemoryRunLog, type LogState, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { HEARTBEAT_MS, ViewerSession, type ViewerSocket } from "./session.ts";

/** A socket whose wire the test holds in its hand. */
class FakeViewer implements ViewerSocket {
  readonly messages: ServerMessage[] = [];
  readonly seqs: number[] = [];
  receivedBytes = 0;
  bufferedAmount = 0;
  /** When false, what is sent stays in the buffer. */
  reads = true;
  closed: { code: number; reason: string } | undefined;
  isTerminated = false;
  pings = 0;
  readonly #unsent: { bytes: number; onSent: () => void }[] = [];

  send(data: string | Uint8Array, onSent?: () => void): void {
    if (typeof data === "string") this.messages.push(parseServerMessage(data) as ServerMessage);
    else {
      this.receivedBytes += data.length;
      for (const { seq } of decodeEntries(new Uint8Array(data))) this.seqs.push(seq);
    }
    this.bufferedAmount += data.length;
    this.#unsent.push({ bytes: data.length, onSent: () => onSent?.() });
    if (this.reads) queueMicrotask(() => this.drain());
  }

  drain(): void {
    for (const { bytes, onSent } of this.#unsent.splice(0)) {
      this.bufferedAmount -= bytes;
      onSent();
    }
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  ping(): void {
    this.pings++;
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

const status = { state: "connected", message: "Connected" } as const;

let runLog: RunLog;
let state: LogState;
let viewer: FakeViewer;
let session: ViewerSession;

beforeEach(async () => {
  vi.useFakeTimers();
  lastId = 0;
  runLog = createMemoryRunLog();
  state = await runLog.open("r1");
  viewer = new FakeViewer();
  session = new ViewerSession(viewer, { runLog, status, log: () => undefined });
});

afterEach(() => {
  session.closed();
  vi.useRealTimers();
});

function say(message: object): void {
  session.received(JSON.stringify(message));
}

function greet(): void {
  say({ type: "hello", client: "test" });
  viewer.messages.length = 0;
}

/** Appends so many entries, each of so many bytes of readings. */
async function append(count: number, options: { readings?: number; seal?: boolean } = {}): Promise<void> {
  const { next } = await runLog.open("r1");
  const entries = Array.from({ length: count }, (_, i) => {
    const values = new Float32Array(options.readings ?? 1);
    return encodeReadings({ log: state.number, seq: next + i }, { first: 0, axisCount: 1, values });
  });
  await runLog.append([{ log: "r1", at: next, entries, seal: options.seal ?? false }]);
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

let lastId: number;

/** @returns The subscription's id. */
async function subscribe(from: unknown = "start", log = "r1"): Promise<number> {
  const id = ++lastId;
  say({ type: "sub", id, log, from });
  await settle();
  return id;
}

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

describe("ViewerSession", () => {
  it("[P4] welcomes who says hello, and tells how it stands with Studio", () => {
    say({ type: "hello", client: "test" });

    expect(viewer.messages).toEqual([
      { type: "welcome", server: "windowscope", heartbeatMs: HEARTBEAT_MS },
      { type: "studio", ...status },
    ]);
    session.setStatus({ state: "unreachable", message: "gone" });
    expect(viewer.messages.at(-1)).toEqual({ type: "studio", state: "unreachable", message: "gone" });
  });

  it("[P4] closes with 4108 when no hello comes within 5 s", () => {
    vi.advanceTimersByTime(4_999);
    expect(viewer.closed).toBeUndefined();
    vi.advanceTimersByTime(1);

    expect(viewer.closed?.code).toBe(4108);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    { what: "a second hello", send: () => (greet(), say({ type: "hello", client: "again" })) },
    { what: "anything before hello", send: () => say({ type: "sub", id: 1, log: "r1", from: "start" }) },
    { what: "an unknown type", send: () => (greet(), say({ type: "open" })) },
    { what: "what is no JSON", send: () => session.received("hello") },
    { what: "a binary frame", send: () => session.received(undefined) },
  ])("[P3] closes with 4400 on $what", ({ send }) => {
    send();

    expect(viewer.closed?.code).toBe(4400);
  });

  it("[P6] speaks and pings after every heartbeat of silence, and drops who does not answer", async () => {
    greet();
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
    expect(viewer.messages).toEqual([{ type: "hb" }]);
    session.heard();
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
    expect(viewer.messages).toEqual([{ type: "hb" }, { type: "hb" }]);
    expect(viewer.pings).toBe(2);

    session.heard();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(viewer.isTerminated).toBe(false);
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
    expect(viewer.isTerminated).toBe(true);
  });

  it("[P6] is never silent for longer than a heartbeat, whenever it last spoke", async () => {
    greet();
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS + 1);
    session.heard();
    session.setStatus({ state: "unreachable", message: "gone" });
    viewer.messages.length = 0;
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);

    expect(viewer.messages).toEqual([{ type: "hb" }]);
  });

  it("closes with 1013 who leaves megabytes of answers unread", () => {
    greet();
    viewer.reads = false;
    for (let i = 0; i < 100_000 && !viewer.closed; i++) {
      session.setStatus({ state: "unreachable", message: "x".repeat(150) });
    }

    expect(viewer.closed?.code).toBe(1013);
    expect(viewer.bufferedAmount).toBeLessThan(5 * 1024 * 1024);
  });

  it("says goodbye with the wait that it asks for", () => {
    greet();
    session.sayGoodbye(700);

    expect(viewer.messages).toEqual([{ type: "bye", inMs: 700 }]);
    expect(viewer.closed?.code).toBe(1012);
  });

  describe("sub", () => {
    beforeEach(() => greet());

    it("[P7] answers a baseline also for an empty log, and [P11] says that this is live", async () => {
      await subscribe();

      expect(viewer.messages).toEqual([
        { type: "subok", id: 1, log: "r1", number: state.number, epoch: state.epoch, first: 0, next: 0, from: 0 },
        { type: "live", id: 1, next: 0 },
      ]);
    });

    it("[P9] sends what there is and what comes, in order, and [P11] says live once in between", async () => {
      await append(3);
      await subscribe();
      await append(2);
      await append(1);
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
      await append(5);
      await subscribe(from);
      await append(1);
      await settle();

      expect(viewer.seqs).toEqual(seqs);
    });

    it.each(upTo(6))("[P8] resumes from entry %i", async (seq) => {
      await append(5);
      await subscribe({ epoch: state.epoch, seq: Math.min(seq, 5) });

      expect(viewer.messages[0]).toMatchObject({ type: "subok", from: seq });
      expect(viewer.seqs).toEqual(upTo(5).slice(seq));
    });

    it.each([
      { why: "ahead", from: () => ({ epoch: state.epoch, seq: 9 }) },
      { why: "epoch", from: () => ({ epoch: "another", seq: 1 }) },
    ])("[P10] resets a viewer whose position cannot be served: $why", async ({ why, from }) => {
      await append(2);
      await subscribe(from());

      expect(viewer.messages[0]).toMatchObject({ type: "reset", why, epoch: state.epoch, first: 0, next: 2 });
      expect(viewer.seqs).toEqual([0, 1]);
    });

    it("[P10] resets a viewer when the log begins anew under its feet", async () => {
      await append(2);
      await subscribe();
      const { epoch } = await runLog.restart("r1");
      await append(1);
      await settle();

      expect(viewer.messages.find(({ type }) => type === "reset")).toMatchObject({ why: "epoch", epoch });
      expect(viewer.seqs).toEqual([0, 1, 0]);
    });

    it("[P12] says end after the last entry of a sealed log, at once or later", async () => {
      await append(1);
      await subscribe();
      expect(viewer.messages.at(-1)?.type).toBe("live");
      await append(1, { seal: true });
      await settle();

      expect(viewer.seqs).toEqual([0, 1]);
      expect(viewer.messages.at(-1)).toEqual({ type: "end", id: 1, next: 2 });
    });

    it("[P13] answers err for a log that does not exist, and stays open", async () => {
      await subscribe("start", "nothing");

      expect(viewer.messages).toMatchObject([{ type: "err", id: 1, code: "no_such_log" }]);
      expect(viewer.closed).toBeUndefined();
    });

    it("tells when the log is deleted while it is followed", async () => {
      await subscribe();
      await runLog.delete("r1");
      await settle();

      expect(viewer.messages.at(-1)).toMatchObject({ type: "err", id: 1, code: "no_such_log" });
    });

    it("[P14] closes with 4409 on a second sub to the same log, and takes one after unsub", async () => {
      say({ type: "unsub", id: await subscribe() });
      await subscribe();
      expect(viewer.closed).toBeUndefined();
      await subscribe();

      expect(viewer.closed?.code).toBe(4409);
    });

    it("answers once when a viewer leaves and comes back before it was answered", async () => {
      await append(2);
      say({ type: "sub", id: 99, log: "r1", from: "start" });
      say({ type: "unsub", id: 99 });
      await subscribe();

      expect(viewer.messages.filter(({ type }) => type === "subok")).toMatchObject([{ id: 1 }]);
      expect(viewer.seqs).toEqual([0, 1]);
    });

    it("[P14] takes another sub to a log that has ended", async () => {
      await append(2, { seal: true });
      await subscribe();
      await subscribe();

      expect(viewer.closed).toBeUndefined();
      expect(viewer.seqs).toEqual([0, 1, 0, 1]);
    });

    it("sends nothing more after unsub", async () => {
      say({ type: "unsub", id: await subscribe() });
      await append(3);
      await settle();

      expect(viewer.seqs).toEqual([]);
    });

    it("[P15] holds back at 1 MiB without ack, goes on with it, and sends everything once", async () => {
      await append(40, { readings: 16_000 });
      await subscribe();
      const before = viewer.seqs.length;
      expect(viewer.receivedBytes).toBeGreaterThan(900_000);
      expect(viewer.receivedBytes).toBeLessThan(1_200_000);

      for (let i = 0; i < 5; i++) {
        say({ type: "ack", id: 1, seq: viewer.seqs.length });
        await settle();
      }

      expect(before).toBeLessThan(40);
      expect(viewer.seqs).toEqual(upTo(40));
    });

    it("[P15] closes with 4200 who takes nothing for 30 s", async () => {
      await append(40, { readings: 16_000 });
      await subscribe();
      await vi.advanceTimersByTimeAsync(24_000);
      say({ type: "ack", id: 1, seq: 1 });
      await vi.advanceTimersByTimeAsync(24_000);
      session.heard();
      expect(viewer.closed).toBeUndefined();
      await vi.advanceTimersByTimeAsync(7_000);

      expect(viewer.closed?.code).toBe(4200);
    });

    it("[P15] is not put off by another log that goes on meanwhile", async () => {
      await append(40, { readings: 16_000 });
      await runLog.open("r2");
      await subscribe();
      await subscribe("start", "r2");
      for (let seconds = 0; seconds < 35; seconds++) {
        const { number, next } = await runLog.open("r2");
        const entry = encodeReadings(
          { log: number, seq: next },
          { first: 0, axisCount: 1, values: new Float32Array(1) },
        );
        await runLog.append([{ log: "r2", at: next, entries: [entry], seal: false }]);
        session.heard();
        say({ type: "ack", id: 2, seq: next });
        await vi.advanceTimersByTimeAsync(1_000);
      }

      expect(viewer.closed?.code).toBe(4200);
    });

    it("has room for one log when what another filled the wire with has gone", async () => {
      viewer.reads = false;
      await append(14, { readings: 16_000 });
      say({ type: "unsub", id: await subscribe() });
      await runLog.open("r2");
      await runLog.append([{ log: "r2", at: 0, entries: [], seal: true }]);
      await subscribe("start", "r2");
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
        await runLog.open(`many-${i}`);
        await subscribe("start", `many-${i}`);
      }
      await subscribe();

      expect(viewer.messages.at(-1)).toMatchObject({ type: "err", id: 65, code: "too_many" });
      expect(viewer.closed).toBeUndefined();
    });

    it("leaves alone who has everything, however long nothing comes", async () => {
      await append(3);
      await subscribe();
      for (let i = 0; i < 20; i++) {
        await vi.advanceTimersByTimeAsync(9_000);
        session.heard();
      }

      expect(viewer.closed).toBeUndefined();
    });

    it("reads no more from the log than the wire takes, and goes on when it drains", async () => {
      viewer.reads = false;
      await append(14, { readings: 16_000 });
      await subscribe();
      expect(viewer.bufferedAmount).toBeLessThan(256 * 1024 + 65 * 1024);

      for (let i = 0; i < 10; i++) {
        viewer.drain();
        await settle();
      }

      expect(viewer.seqs).toEqual(upTo(14));
    });

    it("leaves no timer and no watcher behind when the connection closes", async () => {
      await subscribe();
      session.closed();
      await append(3);
      await settle();

      expect(viewer.seqs).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
