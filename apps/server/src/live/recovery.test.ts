import { connectLive, encodeReadings, type Entry, type LiveSocket } from "@windowscope/protocol";
import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

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
function connectInMemory(runLog: RunLog, random: () => number) {
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
    send: (data, onSent) => {
      const copy = typeof data === "string" ? data : data.slice().buffer;
      enqueue(toClient, () => client.onmessage?.({ data: copy } as never));
      later(() => onSent?.());
    },
    close: (code, reason) => cut(code, reason),
    ping: () => enqueue(toClient, () => session.heard()),
    terminate: () => cut(),
  };
  const session = new ViewerSession(server, {
    runLog,
    status: { state: "connected", message: "Connected" },
    log: (line) => {
      throw new Error(line);
    },
  });
  function cut(code = 1006, reason = ""): void {
    if (isCut) return;
    isCut = true;
    session.closed();
    setTimeout(() => client.onclose?.({ code, reason } as never));
  }
  later(() => client.onopen?.({} as never));
  return { client, cut };
}

it("loses nothing and repeats nothing through a storm of 2,000 lost connections", { timeout: 60_000 }, async () => {
  const [viewers, entries, losses] = [40, 2_000, 2_000];
  const random = createRandom(7);
  const runLog = createMemoryRunLog();
  const { number } = await runLog.open("r1");
  const stop = new AbortController();
  const cuts: (() => void)[] = [];
  const seen = Array.from({ length: viewers }, () => [] as number[]);

  const following = seen.map(async (seqs, viewer) => {
    const live = connectLive("ws://memory", {
      client: "storm",
      signal: AbortSignal.any([stop.signal]),
      openSocket: () => {
        const { client, cut } = connectInMemory(runLog, random);
        cuts[viewer] = cut;
        return client;
      },
    });
    for await (const event of live.subscribe("r1", "start")) {
      if (event.type === "reset") throw new Error("reset");
      if (event.type === "entries") seqs.push(...event.entries.map(({ seq }: Entry) => seq));
    }
  });

  let [written, lost] = [0, 0];
  while (written < entries || lost < losses) {
    if (written < entries) {
      const entry = encodeReadings(
        { log: number, seq: written },
        { first: written, axisCount: 1, values: Float32Array.of(1) },
      );
      await runLog.append([
        { log: "r1", at: written, entries: [entry], seal: ++written === entries && lost >= losses },
      ]);
    }
    if (lost < losses) {
      cuts[Math.floor(random() * viewers)]?.();
      lost++;
    }
    await vi.advanceTimersByTimeAsync(5);
  }
  const state = await runLog.open("r1");
  if (!state.isSealed) await runLog.append([{ log: "r1", at: written, entries: [], seal: true }]);
  await vi.advanceTimersByTimeAsync(120_000);
  await Promise.all(following);
  stop.abort();

  const everything = Array.from({ length: entries }, (_, i) => i);
  for (const seqs of seen) expect(seqs).toEqual(everything);
});
