import { decodeEntries, FEED, type Entry, type Run } from "@windowscope/protocol";
import { createMemoryRunLog, FencedError, type RunLog } from "@windowscope/runlog";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { classifyAnswer, createFakeStudio, type FakeStudio } from "../fakes.ts";
import { startReplica, type Replica } from "./fake-replica.ts";

const request = { projectId: 1, sampleId: 7 };
const sample = { name: "idle.7", label: "idle" };
/** The time of a lease and of a look. */
const TAKEOVER_MS = 12_500;

let engine: RunLog;
let studio: FakeStudio;
let a: Replica;
let b: Replica;
let c: Replica;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  engine = createMemoryRunLog();
  studio = createFakeStudio();
  [a, b, c] = [
    await startReplica(engine, studio),
    await startReplica(engine, studio),
    await startReplica(engine, studio),
  ];
  for (const { runs } of [a, b, c]) await runs.resume();
});

afterEach(async () => {
  for (const replica of [a, b, c]) await replica.close();
  vi.useRealTimers();
});

async function entriesOf(log: string): Promise<Entry[]> {
  const { epoch } = await engine.open(log);
  const slice = await engine.read(log, { epoch, from: 0, maxBytes: 1e9 });
  if (slice.type !== "slice") throw new Error("reset");
  return decodeEntries(slice.bytes);
}

async function runOf(runId: string): Promise<Run | undefined> {
  return (await c.journal.find(runId))?.run;
}

function windowIndexes(entries: readonly Entry[]): number[] {
  return entries.flatMap((entry) =>
    entry.kind === "windows" ? Array.from({ length: entry.count }, (_, i) => entry.first + i) : [],
  );
}

/** Every window once, in order, and the end. */
async function expectWhole(runId: string, windows: number): Promise<void> {
  expect(await runOf(runId)).toMatchObject({ state: "finished", windows });
  const entries = await entriesOf(runId);
  expect(windowIndexes(entries)).toEqual(Array.from({ length: windows }, (_, i) => i));
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i));
  expect(await engine.stat(runId)).toMatchObject({ isSealed: true });
}

/** Sample ids in the order in which Studio was asked, with a way to answer each. */
function holdStudio(windows = 3) {
  const asked = new Map<number, () => void>();
  studio.answer(
    "classifySampleV2",
    ({ sampleId }) => new Promise((resolve) => asked.set(sampleId as number, () => resolve(classifyAnswer(windows)))),
  );
  return asked;
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

describe("processes that share a log", () => {
  it("share the runs: one that has a free turn takes what another one has no turn for", async () => {
    const asked = holdStudio();
    for (let sampleId = 1; sampleId <= 14; sampleId++) await a.runs.start({ projectId: 1, sampleId }, sample);
    await pass(100);

    expect([...asked.keys()].sort((x, y) => x - y)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    asked.get(9)?.();
    await pass(100);
    expect(asked.has(13)).toBe(true);
    expect(asked.has(14)).toBe(false);
  });

  it("start a run in the process that was asked at once", async () => {
    const asked = holdStudio();
    await b.runs.start(request, sample);
    await pass(0);

    expect(asked.has(7)).toBe(true);
  });

  it("go on with the runs of one that was killed when its leases are over, and not before", async () => {
    const asked = holdStudio(1200);
    const { runId } = await a.runs.start(request, sample);
    await pass(0);
    a.kill();
    asked.clear();

    await pass(9_000);
    expect(asked.size).toBe(0);
    await pass(TAKEOVER_MS - 9_000);
    asked.get(7)?.();
    await pass(1_000);

    await expectWhole(runId, 1200);
  });

  it("go on at once with the runs of one that was closed", async () => {
    const asked = holdStudio();
    const { runId } = await a.runs.start(request, sample);
    await pass(0);
    asked.clear();
    await a.close();
    await pass(2_500);
    asked.get(7)?.();
    await pass(1_000);

    await expectWhole(runId, 3);
  });

  it("leave a run to one whose lease is kept, however long Studio takes", async () => {
    const asked = holdStudio();
    const { runId } = await a.runs.start(request, sample);
    await pass(300_000);

    expect(studio.calls.filter((call) => call === "classifySampleV2")).toHaveLength(1);
    asked.get(7)?.();
    await pass(1_000);
    await expectWhole(runId, 3);
  });

  it("wait for the job that the one before has started", async () => {
    let isDone = false;
    let jobs = 0;
    studio.answer("classifySampleV2", () => (isDone ? classifyAnswer(3) : { id: ++jobs }));
    studio.answer("getJobStatus", () => ({ job: { id: 1, ...(isDone && { finishedSuccessful: true }) } }));
    const { runId } = await a.runs.start(request, sample);
    await pass(1_000);
    a.kill();
    await pass(TAKEOVER_MS);
    isDone = true;
    await pass(6_000);

    await expectWhole(runId, 3);
    expect(jobs).toBe(1);
  });

  it(
    "write what one that was killed at any moment has left, byte for byte as if it had lived",
    { timeout: 60_000 },
    async () => {
      studio.answer("classifySampleV2", () => classifyAnswer(1200));
      /** Kills a process at its n-th call of the log, before or after the log has done it. */
      async function outcome(when: "before" | "after", n: number) {
        vi.setSystemTime(0);
        engine = createMemoryRunLog();
        let isStarted = false;
        let calls = 0;
        const dying = await startReplica(engine, studio, {
          [when]: () => {
            if (isStarted && ++calls > n) dying.kill();
          },
        });
        isStarted = true;
        void dying.runs.start(request, sample).catch(() => undefined);
        await pass(2_000);
        const isKilled = calls > n;
        dying.kill();
        c = await startReplica(engine, studio);
        await c.runs.resume();
        await pass(TAKEOVER_MS);
        // The caller has no answer, and asks again.
        const runId = (await c.journal.list(9)).runs[0]?.runId ?? (await c.runs.start(request, sample)).runId;
        await pass(2_000);
        await expectWhole(runId, 1200);
        expect((await c.journal.list(9)).runs).toHaveLength(1);
        const feed = (await entriesOf(FEED)).map((entry) => (entry.kind === "run" ? entry.run.state : entry.kind));
        await c.close();
        const content = (await entriesOf(runId)).map((entry) =>
          entry.kind === "run" ? entry.run.state : { ...entry, log: 0 },
        );
        return { isKilled, content, feed };
      }

      for (const replica of [a, b, c]) await replica.close();
      const whole = await outcome("before", 1_000);
      expect(whole.isKilled).toBe(false);
      let moments = 0;
      for (const when of ["before", "after"] as const) {
        for (let n = 0; ; n++, moments++) {
          const { isKilled, ...rest } = await outcome(when, n);
          expect(rest, `${when} call ${n}`).toEqual({ content: whole.content, feed: whole.feed });
          if (!isKilled) break;
        }
      }
      expect(moments).toBeGreaterThan(20);
    },
  );
});

describe("a process that is stopped for longer than its lease", () => {
  it("is refused whatever it was about to write, when another one has gone on", async () => {
    const refused: unknown[] = [];
    for (let n = 2; n <= 17; n++) {
      for (const replica of [a, b, c]) await replica.close();
      engine = createMemoryRunLog();
      studio = createFakeStudio({ classifySampleV2: () => classifyAnswer(1200) });
      c = await startReplica(engine, studio);
      await c.runs.resume();
      let calls = 0;
      const slow = await startReplica(engine, studio, {
        before: () => {
          if (++calls === n) slow.freeze();
        },
        refused: (method, error) => {
          if (method === "append") refused.push(error);
        },
      });
      const started = slow.runs.start(request, sample);
      await pass(TAKEOVER_MS + 2_000);
      const taken = (await c.journal.list(9)).runs[0];
      const before = taken && (await engine.stat(taken.runId));
      slow.thaw();
      await pass(3_000);

      const { runId } = await started;
      expect((await c.journal.list(9)).runs.map((run) => run.runId)).toEqual([runId]);
      await expectWhole(runId, 1200);
      // What the other one has written stayed as it was.
      if (before?.isSealed) expect(await engine.stat(runId)).toEqual(before);
      await slow.close();
    }

    expect(refused.length).toBeGreaterThanOrEqual(5);
    for (const error of refused) expect(error).toBeInstanceOf(FencedError);
  });
});

describe("a process that is stopped just before it empties a log", () => {
  it("is refused when another one has gone on, and what that one has written stays", async () => {
    studio.answer("classifySampleV2", () => classifyAnswer(1200));
    const slow = await startReplica(engine, studio, {
      before: (method) => {
        if (method === "restart") slow.freeze();
      },
    });
    const { record, writer } = await slow.journal.create(request, sample, [], new AbortController().signal);
    const restarted = expect(writer?.restart()).rejects.toThrow(FencedError);
    await pass(TAKEOVER_MS + 2_000);
    const before = await engine.stat(record.run.runId);
    slow.thaw();
    await restarted;

    expect(await engine.stat(record.run.runId)).toEqual(before);
    await expectWhole(record.run.runId, 1200);
    await slow.close();
  });
});

describe("Runs.cancel of a run that another process works on", () => {
  it("ends it, and the other one stops without a word", async () => {
    const asked = holdStudio();
    const { runId } = await a.runs.start(request, sample);
    await pass(0);

    expect(await b.runs.cancel(runId)).toBe(true);
    asked.get(7)?.();
    await pass(3_000);

    expect(await runOf(runId)).toMatchObject({ state: "cancelled" });
    const states = (await entriesOf(FEED)).map((entry) => (entry.kind === "run" ? entry.run.state : entry.kind));
    expect(states).toEqual(["waiting", "cancelled"]);
    expect(await a.runs.cancel(runId)).toBe(false);
  });

  it("answers both of two processes that cancel at once, and ends it once", async () => {
    holdStudio();
    const { runId } = await a.runs.start(request, sample);
    const answers = await Promise.all([b.runs.cancel(runId), c.runs.cancel(runId)]);
    await pass(3_000);

    expect(answers).toContain(true);
    expect(await runOf(runId)).toMatchObject({ state: "cancelled" });
    expect(
      (await entriesOf(FEED)).filter((entry) => entry.kind === "run" && entry.run.state === "cancelled"),
    ).toHaveLength(1);
  });
});

describe("Runs.start of the same request", () => {
  it("answers one run, however many processes are asked at once", async () => {
    holdStudio();
    const started = Promise.all([a, b, c, a, b, c].map(({ runs }) => runs.start(request, sample)));
    await pass(1_000);

    expect(new Set((await started).map(({ runId }) => runId)).size).toBe(1);
    expect((await a.journal.list(9)).runs).toHaveLength(1);
  });

  it("answers the run that another process has made while this one was stopped before it could", async () => {
    holdStudio();
    for (let n = 1; n <= 8; n++) {
      const wanted = { projectId: 1, sampleId: 100 + n };
      let calls = 0;
      const slow = await startReplica(engine, studio, {
        before: () => {
          if (++calls === n + 1) slow.freeze();
        },
      });
      const first = slow.runs.start(wanted, sample);
      await pass(3_000);
      const second = b.runs.start(wanted, sample);
      await pass(3_000);
      slow.thaw();
      await pass(3_000);

      expect((await first).runId, `stopped at call ${n}`).toBe((await second).runId);
      for (const { runId } of (await b.journal.list(9)).runs) await b.runs.cancel(runId);
      await slow.close();
    }
  });

  it("makes a new run when the other process's run is over", async () => {
    const first = await a.runs.start(request, sample);
    await pass(1_000);
    const second = await b.runs.start(request, sample);

    expect(second.runId).not.toBe(first.runId);
  });
});

describe("the feed", () => {
  it("has the announcements of all processes, one after another, without a gap", async () => {
    const replicas = [a, b, c];
    for (let sampleId = 1; sampleId <= 60; sampleId++) {
      void replicas[sampleId % 3]?.runs.start({ projectId: 1, sampleId }, sample);
    }
    await pass(30_000);

    const feed = await entriesOf(FEED);
    expect(feed.map(({ seq }) => seq)).toEqual(feed.map((_, i) => i));
    const states = feed.map((entry) => (entry.kind === "run" ? `${entry.run.runId} ${entry.run.state}` : entry.kind));
    expect(states).toHaveLength(60 * 3);
    expect(new Set(states).size).toBe(60 * 3);
  });
});
