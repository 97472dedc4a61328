import { decodeEntries, FEED, type Entry, type Run } from "@windowscope/protocol";
import {
  createMemoryRunLog,
  RunLogUnavailableError,
  RunLogWriteError,
  type Append,
  type RunLog,
} from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { classifyAnswer, createFakeStudio, type FakeStudio } from "../fakes.ts";
import { createForgetfulRunLog } from "./forgetful-run-log.ts";
import { createRandom, startReplica, type Replica, type Wire } from "./fake-replica.ts";

const request = { projectId: 1, sampleId: 7 };
const sample = { name: "idle.7", label: "idle" };

let engine: RunLog;
let studio: FakeStudio;
let replicas: Replica[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  engine = createMemoryRunLog();
  studio = createFakeStudio({ classifySampleV2: () => classifyAnswer(1200) });
  replicas = [];
});

afterEach(async () => {
  for (const replica of replicas) await replica.close();
  vi.useRealTimers();
});

async function start(wire: Wire = {}): Promise<Replica> {
  const replica = await startReplica(engine, studio, wire);
  replicas.push(replica);
  await replica.runs.resume();
  return replica;
}

async function entriesOf(log: string): Promise<Entry[]> {
  const { epoch } = await engine.open(log);
  const slice = await engine.read(log, { epoch, from: 0, maxBytes: 1e9 });
  if (slice.type !== "slice") throw new Error("reset");
  return decodeEntries(slice.bytes);
}

/** Every window once, in order, and the end. */
async function expectWhole(replica: Replica, runId: string, windows = 1200): Promise<Run> {
  const run = (await replica.journal.find(runId))?.run;
  expect(run).toMatchObject({ state: "finished", windows });
  const entries = await entriesOf(runId);
  const indexes = entries.flatMap((entry) =>
    entry.kind === "windows" ? Array.from({ length: entry.count }, (_, i) => entry.first + i) : [],
  );
  expect(indexes).toEqual(Array.from({ length: windows }, (_, i) => i));
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i));
  return run as Run;
}

async function statesInFeed(): Promise<string[]> {
  const entries = await entriesOf(FEED);
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i));
  return entries.map((entry) => (entry.kind === "run" ? entry.run.state : entry.kind));
}

async function flush(): Promise<void> {
  for (const { log } of await engine.list({ prefix: "", limit: 1e6 })) await engine.delete(log);
}

describe("an engine that fails or loses answers now and then", () => {
  it("ends up with every window once and every state told once, whatever fails", { timeout: 120_000 }, async () => {
    let failures = 0;
    for (let seed = 1; seed <= 200; seed++) {
      engine = createMemoryRunLog();
      const random = createRandom(seed);
      let isSteady = true;
      const hiccup = (method: keyof RunLog) => {
        if (isSteady || random() > (method === "append" ? 0.3 : 0.1)) return;
        failures++;
        throw new Error("The engine cannot be used now");
      };
      const wire = { before: hiccup, after: hiccup };
      const [first, second] = [await start(wire), await start(wire)];
      const { runId } = await first.runs.start(request, sample);
      isSteady = false;
      await vi.advanceTimersByTimeAsync(120_000);
      isSteady = true;
      await vi.advanceTimersByTimeAsync(20_000);

      await expectWhole(second, runId);
      expect(await statesInFeed(), `seed ${seed}`).toEqual(["waiting", "streaming", "finished"]);
      for (const replica of replicas.splice(0)) await replica.close();
    }
    expect(failures).toBeGreaterThan(200);
  });

  it("finds out that an append was stored whose answer was lost, and asks Studio for nothing again", async () => {
    let appends = 0;
    const replica = await start({
      after: (method) => {
        if (method === "append" && ++appends % 2 === 0) throw new Error("The engine cannot be used now");
      },
    });
    const { runId } = await replica.runs.start(request, sample);
    await vi.advanceTimersByTimeAsync(5_000);

    await expectWhole(replica, runId);
    expect(await statesInFeed()).toEqual(["waiting", "streaming", "finished"]);
    expect(studio.calls.filter((call) => call === "classifySampleV2")).toHaveLength(1);
  });

  it("keeps the process and the run alive while nothing can be stored, and says so in the metrics", async () => {
    let isFull = false;
    const replica = await start({
      before: (method) => {
        if (isFull && method === "append") throw new Error("SQLITE_FULL");
      },
    });
    const { runId } = await replica.runs.start(request, sample);
    isFull = true;
    await vi.advanceTimersByTimeAsync(600_000);
    const { metrics } = replica.journal.store;
    expect(await metrics.registry.getSingleMetricAsString("windowscope_store_errors_total")).toMatch(
      /error="Error"} \d\d/,
    );
    expect(studio.calls.filter((call) => call === "classifySampleV2")).toHaveLength(1);

    isFull = false;
    await vi.advanceTimersByTimeAsync(10_000);

    await expectWhole(replica, runId);
  });

  it("tells viewers why a run waits when only that can be stored", async () => {
    let isFull = true;
    const replica = await start({
      before: (method, [appends]) => {
        if (!isFull || method !== "append") return;
        const bytes = (appends as Append[])
          .flatMap(({ entries }) => entries)
          .reduce((sum, { length }) => sum + length, 0);
        if (bytes > 5_000) throw new RunLogWriteError("runs.db", { cause: new Error("disk full") });
      },
    });
    const { runId } = await replica.runs.start(request, sample);
    await vi.advanceTimersByTimeAsync(30_000);
    const waiting = (await replica.journal.find(runId))?.run;
    const told = (await entriesOf(runId)).length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(waiting?.warning).toBe("Cannot write to runs.db: disk full.");
    expect(await entriesOf(runId)).toHaveLength(told);

    isFull = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await expectWhole(replica, runId)).warning).toBeUndefined();
  });

  it("[P42] tells without storing it that nothing can be stored, and when nothing waits any more", async () => {
    let trouble: Error | undefined;
    const replica = await start({
      before: (method) => {
        if (trouble && method === "append") throw trouble;
      },
    });
    const { runId } = await replica.runs.start(request, sample);
    await replica.runs.start({ ...request, sampleId: request.sampleId + 1 }, sample);
    expect(replica.storeStates).toEqual([]);

    trouble = new RunLogWriteError("/secret/runs.db", { cause: new Error("disk full") });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(new Set(replica.storeStates)).toEqual(
      new Set(["refusing: Results cannot be stored for the moment: disk full"]),
    );
    trouble = new RunLogUnavailableError("redis://secret", "no connection");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(replica.storeStates.at(-1)).toBe(
      "refusing: Results cannot be stored for the moment: its store does not answer",
    );

    trouble = undefined;
    replica.storeStates.length = 0;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(replica.storeStates).toEqual(["storing: What happens is stored"]);
    await expectWhole(replica, runId);
  });

  it("[P42] says that nothing waits any more when the process stops trying", async () => {
    let isFull = false;
    const replica = await start({
      before: (method) => {
        if (isFull && method === "append") throw new Error("SQLITE_FULL");
      },
    });
    await replica.runs.start(request, sample);
    isFull = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(replica.storeStates.at(-1)).toMatch(/^refusing/);

    await replica.close();
    expect(replica.storeStates.at(-1)).toMatch(/^storing/);
  });

  it("does not try again what fails because of a mistake of the program", async () => {
    const replica = await start();
    const { writer } = await replica.journal.create(request, sample, [], new AbortController().signal);

    const written = writer?.appendWindows(
      () => {
        throw new RangeError("Invalid string length");
      },
      { windows: 1, verdicts: {}, comparable: 0, matching: 0 },
    );
    const refused = expect(written).rejects.toThrow(RangeError);
    await vi.advanceTimersByTimeAsync(1_000);

    await refused;
    expect(await replica.journal.find(writer?.run.runId ?? "")).toMatchObject({ run: { windows: 0 } });
    await writer?.release();
  });

  it("stops trying when the process ends", async () => {
    let isFull = false;
    const replica = await start({
      before: (method) => {
        if (isFull && method === "append") throw new Error("SQLITE_FULL");
      },
    });
    await replica.runs.start(request, sample);
    isFull = true;
    await vi.advanceTimersByTimeAsync(10_000);

    await replica.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("an engine that forgets everything", () => {
  it("gets the run once more, from memory and under a new epoch, at whatever moment", { timeout: 30_000 }, async () => {
    for (let n = 1; n <= 8; n++) {
      engine = createMemoryRunLog();
      studio = createFakeStudio({ classifySampleV2: () => classifyAnswer(1200) });
      let appends = 0;
      let epoch: string | undefined;
      const replica = await start({
        after: async (method) => {
          if (method !== "append" || ++appends !== n) return;
          epoch = (await engine.list({ prefix: "run-", limit: 1 }))[0]?.epoch;
          await flush();
        },
      });
      const { runId } = await replica.runs.start(request, sample);
      await vi.advanceTimersByTimeAsync(10_000);

      // What was over when it was forgotten stays forgotten.
      if (appends > n) {
        await expectWhole(replica, runId);
        expect((await engine.stat(runId))?.epoch).not.toBe(epoch);
        expect(studio.calls.filter((call) => call === "classifySampleV2")).toHaveLength(1);
        expect((await statesInFeed()).at(-1)).toBe("finished");
      }
      await replica.close();
    }
  });

  it("gets a run that waits for Studio back within two seconds", async () => {
    let answer: (() => void) | undefined;
    studio.answer("classifySampleV2", () => new Promise((resolve) => (answer = () => resolve(classifyAnswer(1200)))));
    const replica = await start();
    const { runId } = await replica.runs.start(request, sample);
    await vi.advanceTimersByTimeAsync(500);
    await flush();
    await vi.advanceTimersByTimeAsync(2_000);

    expect(await engine.stat(runId)).toMatchObject({ next: 1, isSealed: false });
    answer?.();
    await vi.advanceTimersByTimeAsync(1_000);
    await expectWhole(replica, runId);
  });

  it("gets a run back that nobody had a turn for yet", async () => {
    const answers: (() => void)[] = [];
    studio.answer("classifySampleV2", () => new Promise((resolve) => answers.push(() => resolve(classifyAnswer(3)))));
    const replica = await start();
    const runIds = [];
    for (let sampleId = 1; sampleId <= 6; sampleId++) {
      runIds.push((await replica.runs.start({ projectId: 1, sampleId }, sample)).runId);
    }
    await flush();
    await vi.advanceTimersByTimeAsync(2_500);
    for (let i = 0; i < 6; i++) {
      for (const answer of answers.splice(0)) answer();
      await vi.advanceTimersByTimeAsync(3_000);
    }

    for (const runId of runIds) await expectWhole(replica, runId, 3);
  });
});

describe("an engine that loses what it has acknowledged last", () => {
  it.each([2, 3, 4, 5])(
    "gets it once more, under new epochs, when that was append %i",
    { timeout: 30_000 },
    async (n) => {
      const forgetful = createForgetfulRunLog();
      engine = forgetful;
      let appends = 0;
      const replica = await start({
        before: async (method) => {
          if (method === "append" && ++appends === n + 1) await forgetful.loseTail(1);
        },
      });
      const feed = await engine.open(FEED);
      const { runId } = await replica.runs.start(request, sample);
      const { epoch } = await engine.open(runId);
      await vi.advanceTimersByTimeAsync(20_000);

      await expectWhole(replica, runId);
      expect((await engine.open(runId)).epoch).not.toBe(epoch);
      expect(studio.calls.filter((call) => call === "classifySampleV2")).toHaveLength(1);
      expect((await statesInFeed()).at(-1)).toBe("finished");
      // Only the loss of an append that was announced is one for the feed.
      expect((await engine.open(FEED)).epoch === feed.epoch).toBe(n > 2);
    },
  );

  it("ends a run once more whose end was lost", async () => {
    const forgetful = createForgetfulRunLog();
    engine = forgetful;
    const [first, second] = [await start(), await start()];
    const { runId } = await first.runs.start(request, sample);
    await vi.advanceTimersByTimeAsync(5_000);
    await expectWhole(first, runId);
    await forgetful.loseTail(1);
    await vi.advanceTimersByTimeAsync(15_000);

    await expectWhole(second, runId);
    expect(await statesInFeed()).toContain("finished");
  });

  it("goes on with a feed that has lost its end under a new epoch, in every process", async () => {
    const forgetful = createForgetfulRunLog();
    engine = forgetful;
    const [first, second] = [await start(), await start()];
    await first.runs.start(request, sample);
    await vi.advanceTimersByTimeAsync(5_000);
    await second.runs.start(request, sample);
    await vi.advanceTimersByTimeAsync(5_000);
    const { epoch, next } = await engine.open(FEED);
    await forgetful.loseTail(2);
    await first.runs.start({ projectId: 1, sampleId: 8 }, sample);
    await second.runs.start({ projectId: 1, sampleId: 9 }, sample);
    await vi.advanceTimersByTimeAsync(20_000);

    const feed = await engine.open(FEED);
    expect(feed.epoch).not.toBe(epoch);
    expect(next).toBe(6);
    expect((await statesInFeed()).length).toBe(feed.next);
    for (const { runId, sampleId } of (await first.journal.list(9)).runs) {
      expect({ sampleId, run: (await first.journal.find(runId))?.run.state }).toEqual({ sampleId, run: "finished" });
    }
  });
});
