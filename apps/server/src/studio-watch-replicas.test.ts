import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createFakeStudio, type FakeStudio } from "./fakes.ts";
import { createRandom, startReplica, type Replica, type Wire } from "./runs/fake-replica.ts";
import { watchStudio, type StudioStatus } from "./studio-watch.ts";

let engine: RunLog;
let studio: FakeStudio;
let ids: number[];
let stops: (() => Promise<void>)[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  engine = createMemoryRunLog();
  ids = [1, 2];
  studio = createFakeStudio({
    listSamples: (_path, { minId = 0 }) => {
      const samples = ids.filter((id) => id >= (minId as number)).sort((a, b) => b - a);
      return { samples: samples.map((id) => ({ id, filename: `s${id}`, label: "idle" })), totalCount: samples.length };
    },
  });
  stops = [];
});

afterEach(async () => {
  for (const stop of stops) await stop();
  vi.useRealTimers();
});

interface Watcher extends Replica {
  readonly statuses: StudioStatus[];
  stop(): Promise<void>;
}

/** A process that watches, and works on runs. */
async function startWatcher(wire: Wire = {}): Promise<Watcher> {
  const replica = await startReplica(engine, studio, wire);
  const { journal, runs } = replica;
  await runs.resume();
  const ending = new AbortController();
  const statuses: StudioStatus[] = [];
  const watching = watchStudio({
    ...{ studio, journal, runs },
    categories: ["testing"],
    onStatus: (status) => void statuses.push(status),
    signal: ending.signal,
  });
  let isKilled = false;
  const watcher: Watcher = {
    ...replica,
    statuses,
    kill() {
      isKilled = true;
      replica.kill();
    },
    async stop() {
      if (isKilled) return;
      ending.abort();
      await Promise.all([watching, replica.close()]);
    },
  };
  stops.push(() => watcher.stop());
  return watcher;
}

/** Samples in the order in which their runs were made. */
async function sampleIds({ journal }: Replica): Promise<number[]> {
  return (await journal.list(200)).runs.map(({ sampleId }) => sampleId).reverse();
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

describe("watchStudio in several processes on one log", () => {
  it("makes one run of each sample", async () => {
    const [a] = [await startWatcher(), await startWatcher(), await startWatcher()];
    for (let id = 3; id <= 20; id++) {
      await pass(700);
      ids.push(id);
    }
    await pass(3_000);

    expect(await sampleIds(a)).toEqual(ids.slice(2));
  });

  it("goes on in another process when the one that watches is killed, without a second run of a sample", async () => {
    const first = await startWatcher();
    await pass(1_500);
    const second = await startWatcher();
    ids.push(3);
    await pass(1_500);
    first.kill();
    ids.push(4, 5);
    await pass(9_000);
    expect(await sampleIds(second)).toEqual([3]);
    await pass(5_000);

    expect(await sampleIds(second)).toEqual([3, 4, 5]);
  });

  it("goes on at once in another process when the one that watches is closed", async () => {
    const first = await startWatcher();
    await pass(1_500);
    const second = await startWatcher();
    await pass(100);
    await first.stop();
    ids.push(3);
    await pass(4_500);

    expect(await sampleIds(second)).toEqual([3]);
  });

  it("refuses the run of one that was stopped for longer than its lease, between any two calls", async () => {
    for (let n = 1; n <= 24; n++) {
      engine = createMemoryRunLog();
      ids = [1, 2];
      let calls = 0;
      let isCounting = false;
      const first = await startWatcher({
        before: () => {
          if (isCounting && ++calls === n) first.freeze();
        },
      });
      await pass(1_500);
      const second = await startWatcher();
      isCounting = true;
      ids.push(3);
      await pass(2_000);
      ids.push(4);
      await pass(16_000);
      first.thaw();
      await pass(3_000);
      ids.push(5);
      await pass(16_000);

      expect(await sampleIds(second), `stopped at call ${n}`).toEqual([3, 4, 5]);
      for (const stop of stops.splice(0)) await stop();
    }
  });

  it(
    "makes one run of each sample while the log fails or loses answers now and then",
    { timeout: 60_000 },
    async () => {
      for (let seed = 1; seed <= 50; seed++) {
        engine = createMemoryRunLog();
        ids = [1, 2];
        const random = createRandom(seed);
        let isSteady = true;
        const hiccup = () => {
          if (!isSteady && random() < 0.2) throw new Error("The engine cannot be used now");
        };
        const first = await startWatcher({ before: hiccup, after: hiccup });
        await startWatcher({ before: hiccup, after: hiccup });
        await pass(1_500);
        isSteady = false;
        for (let id = 3; id <= 10; id++) {
          ids.push(id);
          await pass(2_000 * random());
        }
        await pass(30_000);
        isSteady = true;
        await pass(20_000);

        expect(await sampleIds(first), `seed ${seed}`).toEqual(ids.slice(2));
        expect(new Set(first.statuses.map(({ state }) => state))).toEqual(new Set(["connected"]));
        for (const stop of stops.splice(0)) await stop();
      }
    },
  );

  it("remembers what was seen when the engine forgets everything", async () => {
    const first = await startWatcher();
    const second = await startWatcher();
    await pass(1_500);
    ids.push(3);
    await pass(3_000);
    for (const { log } of await engine.list({ prefix: "", limit: 100 })) await engine.delete(log);
    await pass(2_500);
    expect((await engine.stat("watch-1-testing"))?.meta).toBe("3");
    ids.push(4);
    await pass(2_000);
    first.kill();
    ids.push(5);
    await pass(15_000);

    expect(await sampleIds(second)).toEqual([4, 5]);
  });

  it("makes no second run of a sample when the engine forgets everything before others have read of it", async () => {
    for (let atMs = 0; atMs < 2_000; atMs += 100) {
      engine = createMemoryRunLog();
      ids = [1, 2];
      // Studio answers the runs later: they are not over when they are forgotten, and are brought back.
      studio.answer("classifySampleV2", () => new Promise(() => undefined));
      const first = await startWatcher();
      await pass(500);
      await startWatcher();
      await pass(5_000 + atMs);
      ids.push(3);
      await pass(1_200);
      for (const { log } of await engine.list({ prefix: "", limit: 100 })) await engine.delete(log);
      await pass(6_000);
      ids.push(4);
      await pass(6_000);

      expect(await sampleIds(first), `forgotten at ${atMs} ms`).toEqual([3, 4]);
      for (const stop of stops.splice(0)) await stop();
    }
  });
});
