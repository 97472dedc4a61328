import { connectLive, encodeReadings, type LiveSocket, type ReadingsEntry } from "@windowscope/protocol";
import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { SILENT_LOG } from "../log.ts";
import { LiveHub } from "./hub.ts";
import { ViewerSession, type ViewerSocket } from "./session.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Repeats for a seed (the "mulberry32" generator). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A connection in memory that takes its time and can be cut at any moment, losing what is under way. */
function connectInMemory(hub: LiveHub, random: () => number) {
  let isCut = false;
  const later = (deliver: () => void) => void setTimeout(() => !isCut && deliver(), random() * 20);
  // One queue for each direction: a wire does not reorder.
  const toClient: (() => void)[] = [];
  const toServer: (() => void)[] = [];
  const enqueue = (queue: (() => void)[], deliver: () => void) => {
    queue.push(deliver);
    later(() => queue.shift()?.());
  };
  const client: LiveSocket = {
    binaryType: "",
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send: (text) => enqueue(toServer, () => session.received(text)),
    close: () => cut(),
  };
  const server: ViewerSocket = {
    bufferedAmount: 0,
    send: (text, onSent) => {
      enqueue(toClient, () => client.onmessage?.({ data: text } as never));
      if (onSent) later(onSent);
    },
    // No viewer here asks for JSON, so every message is binary.
    sendMessage: ({ payload }, onSent) => {
      const copy = new Uint8Array(payload).buffer;
      enqueue(toClient, () => client.onmessage?.({ data: copy } as never));
      if (onSent) later(onSent);
    },
    close: (code, reason) => cut(code, reason),
    ping: () => enqueue(toClient, () => session.heard()),
    terminate: () => cut(),
  };
  const session = new ViewerSession(server, hub);
  const leave = hub.enter(session, () => cut());
  function cut(code = 1006, reason = ""): void {
    if (isCut) return;
    isCut = true;
    session.closed();
    leave();
    setTimeout(() => client.onclose?.({ code, reason } as never));
  }
  later(() => client.onopen?.({} as never));
  return { client, cut };
}

/** Viewers that lose their connections all the time, and what each has applied since its last reset. */
function startStorm(runLog: RunLog, random: () => number, { viewers }: { readonly viewers: number }) {
  const hub = new LiveHub({
    runLog,
    log: SILENT_LOG,
    // So little that most viewers change between ring and history all the time.
    limits: { ringBytes: 2_000, messageBytes: 400, highWaterBytes: 2_000, unackedBytes: 4_000, vanishedMs: 5_000 },
  });
  const stop = new AbortController();
  const cuts: (() => void)[] = [];
  const seen = Array.from({ length: viewers }, () => ({ seqs: [] as number[], values: [] as number[], resets: 0 }));
  const following = seen.map(async (applied, viewer) => {
    const live = connectLive("ws://memory", {
      client: "storm",
      signal: AbortSignal.any([stop.signal]),
      openSocket: () => {
        const { client, cut } = connectInMemory(hub, random);
        cuts[viewer] = cut;
        return client;
      },
    });
    for await (const event of live.subscribe("run-1", "start")) {
      if (event.type === "reset") {
        applied.seqs.length = 0;
        applied.values.length = 0;
        applied.resets++;
      }
      if (event.type !== "entries") continue;
      for (const entry of event.entries as readonly ReadingsEntry[]) {
        const last = applied.seqs.at(-1);
        if (last !== undefined && entry.seq !== last + 1) throw new Error(`${entry.seq} follows ${last}`);
        applied.seqs.push(entry.seq);
        applied.values.push(entry.values[0] as number);
      }
    }
  });
  const cutOne = () => cuts[Math.floor(random() * viewers)]?.();
  const end = async () => {
    await vi.advanceTimersByTimeAsync(120_000);
    await Promise.all(following);
    stop.abort();
    await vi.advanceTimersByTimeAsync(1_000);
  };
  return { hub, seen, cutOne, end };
}

/** Appends entries whose value is `generation` and their number, so that one generation is not taken for another. */
async function write(runLog: RunLog, count: number, generation: number): Promise<void> {
  const { number, next } = await runLog.open("run-1");
  const entries = Array.from({ length: count }, (_, i) => {
    const values = Float32Array.of(generation * 100_000 + next + i);
    return encodeReadings({ log: number, seq: next + i }, { first: next + i, axisCount: 1, values });
  });
  await runLog.append([{ log: "run-1", at: next, entries }]);
}

async function seal(runLog: RunLog): Promise<number> {
  const { next } = await runLog.open("run-1");
  await runLog.append([{ log: "run-1", at: next, entries: [], seal: true }]);
  return next;
}

it(
  "[P9] loses nothing and repeats nothing through a storm of 2,000 lost connections",
  { timeout: 60_000 },
  async () => {
    const random = createRandom(7);
    const runLog = createMemoryRunLog();
    await runLog.open("run-1");
    const storm = startStorm(runLog, random, { viewers: 40 });

    for (let i = 0; i < 2_000; i++) {
      await write(runLog, 1, 0);
      storm.cutOne();
      await vi.advanceTimersByTimeAsync(5);
    }
    await seal(runLog);
    await storm.end();

    const everything = Array.from({ length: 2_000 }, (_, i) => i);
    for (const { seqs, resets } of storm.seen) {
      expect(seqs).toEqual(everything);
      expect(resets).toBe(0);
    }
    expect(storm.hub.tails.size).toBe(0);
  },
);

it.each([1, 2, 3, 4, 5])(
  "[P9] [P10] shows every viewer the log as it ends up, through trims, restarts and deletions (seed %i)",
  { timeout: 60_000 },
  async (seed) => {
    const random = createRandom(seed);
    const runLog = createMemoryRunLog();
    await runLog.open("run-1");
    const storm = startStorm(runLog, random, { viewers: 15 });
    // Who has never heard of a log is told at once when it is not there.
    await vi.advanceTimersByTimeAsync(3_000);

    let generation = 0;
    for (let i = 0; i < 600; i++) {
      const dice = random();
      if (dice < 0.01) {
        generation++;
        await runLog.restart("run-1");
      } else if (dice < 0.015) {
        generation++;
        await runLog.delete("run-1");
        await vi.advanceTimersByTimeAsync(random() * 3_000);
        await runLog.open("run-1");
        // Who waits for it looks once a second; deleted again before that, it has not come back for them.
        await vi.advanceTimersByTimeAsync(1_000);
      } else if (dice < 0.06) {
        const { first, next } = await runLog.open("run-1");
        await runLog.trim("run-1", first + Math.floor(random() * (next - first)));
      } else await write(runLog, 1 + Math.floor(random() * 8), generation);
      if (random() < 0.5) storm.cutOne();
      await vi.advanceTimersByTimeAsync(random() * 20);
    }
    await write(runLog, 50, generation);
    const next = await seal(runLog);
    await storm.end();

    for (const { seqs, values } of storm.seen) {
      expect(seqs.at(-1)).toBe(next - 1);
      expect(values).toEqual(seqs.map((seq) => generation * 100_000 + seq));
    }
    expect(storm.hub.tails.size).toBe(0);
  },
);
