import { decodeEntries, FEED, VERDICT, type Entry, type Run } from "@windowscope/protocol";
import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { StudioAuthenticationError, JobFailedError, StudioUnreachableError } from "@windowscope/sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { classifyAnswer, createFakeStudio, fakeablePause, type FakeStudio } from "../fakes.ts";
import { startReplica } from "./fake-replica.ts";
import { RunJournal } from "./journal.ts";
import { Runs } from "./runs.ts";

const request = { projectId: 1, sampleId: 7 };
const sample = { name: "idle.7", label: "idle" };
const noHints = { watch: () => () => undefined };

let runLog: RunLog;
let studio: FakeStudio;
let journal: RunJournal;
let runs: Runs;

/** What a server does when it starts on a log: nothing is kept in memory from an earlier one. */
async function startRuns(): Promise<void> {
  journal = await RunJournal.open(runLog, { pause: fakeablePause });
  runs = new Runs({ studio, journal, hintsFor: () => noHints });
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  runLog = createMemoryRunLog();
  studio = createFakeStudio();
  await startRuns();
});

afterEach(async () => {
  await runs.close();
  vi.useRealTimers();
});

async function entriesOf(log: string): Promise<Entry[]> {
  const { epoch } = await runLog.open(log);
  const slice = await runLog.read(log, { epoch, from: 0, maxBytes: 1e9 });
  if (slice.type !== "slice") throw new Error("reset");
  return decodeEntries(slice.bytes);
}

/** The run once it is over. */
async function outcomeOf(runId: string): Promise<Run> {
  return vi.waitFor(
    async () => {
      const run = (await journal.find(runId))?.run;
      expect(run?.endedAt).toBeDefined();
      return run as Run;
    },
    { timeout: 15_000 },
  );
}

/** What a log says, without the parts that differ from run to run. */
function outline(entries: readonly Entry[]): string[] {
  return entries.map((entry) => {
    switch (entry.kind) {
      case "run":
        return `run ${entry.run.state}`;
      case "windows":
        return `windows ${entry.first}..${entry.first + entry.count - 1}`;
      case "readings":
        return `readings ${entry.first}..${entry.first + entry.count - 1}`;
      case "details":
      case "test-run":
      case "predictions":
      case "recording":
      case "unknown":
        return entry.kind;
      default:
        return entry satisfies never;
    }
  });
}

function windowIndexes(entries: readonly Entry[]): number[] {
  return entries.flatMap((entry) =>
    entry.kind === "windows" ? Array.from({ length: entry.count }, (_, i) => entry.first + i) : [],
  );
}

const unreachable = new StudioUnreachableError("Studio does not answer");

describe("Runs.start", () => {
  it("writes the run, its signal, its windows and its end into the run's log, and each state into the feed", async () => {
    const { runId } = await runs.start(request, sample);
    const run = await outcomeOf(runId);

    expect(outline(await entriesOf(runId))).toEqual([
      "run waiting",
      "run streaming",
      "readings 0..7",
      "windows 0..2",
      "run finished",
    ]);
    expect(outline(await entriesOf(FEED))).toEqual(["run waiting", "run streaming", "run finished"]);
    expect(await runLog.stat(runId)).toMatchObject({ isSealed: true });
    expect(run).toMatchObject({
      sampleName: "idle.7",
      expectedLabel: "idle",
      windows: 3,
      verdicts: { idle: 2, anomaly: 1 },
      result: {
        classes: ["idle", "wave"],
        axes: [{ name: "accX", units: "m/s2" }],
        windows: 3,
        thresholds: { minimumConfidence: 0.6, anomaly: 0.3 },
        expected: [{ startMs: 0, endMs: 2000, label: "idle" }],
      },
    });
  });

  it("gives each window its times, scores, anomaly score and verdict", async () => {
    const { runId } = await runs.start(request, sample);
    await outcomeOf(runId);

    expect((await entriesOf(runId)).find(({ kind }) => kind === "windows")).toMatchObject({
      first: 0,
      startMs: Float64Array.of(0, 500, 1000),
      endMs: Float64Array.of(1000, 1500, 2000),
      scores: Float32Array.of(0.75, 0.25, 0.75, 0.25, 0.75, 0.25),
      anomaly: Float32Array.of(-0.25, 0.5, -0.25),
      verdicts: Uint8Array.of(0, VERDICT.anomaly, 0),
    });
  });

  it("tells that Studio needs a job", async () => {
    let isDone = false;
    studio.answer("classifySampleV2", () => (isDone ? classifyAnswer(3) : { id: 9 }));
    studio.answer("getJobStatus", () => ({ job: { id: 9, ...(isDone && { finishedSuccessful: true }) } }));
    const { runId } = await runs.start(request, sample);

    await vi.waitFor(async () => expect((await journal.find(runId))?.run.state).toBe("classifying"), {
      timeout: 15_000,
    });
    isDone = true;
    await vi.advanceTimersByTimeAsync(1_000);

    expect((await outcomeOf(runId)).state).toBe("finished");
    expect(outline(await entriesOf(FEED))).toEqual(["run waiting", "run classifying", "run streaming", "run finished"]);
  });

  it("answers the run that is under way for the same request, and a new one for another", async () => {
    studio.answer("classifySampleV2", () => new Promise(() => undefined));

    const first = await runs.start(request, sample);
    const same = await runs.start({ sampleId: 7, projectId: 1, variant: undefined }, sample);
    const other = await runs.start({ ...request, variant: "int8" }, sample);

    expect(same.runId).toBe(first.runId);
    expect(other.runId).not.toBe(first.runId);
  });

  it("makes one run of the same request made twice at once", async () => {
    studio.answer("classifySampleV2", () => new Promise(() => undefined));
    const open = runLog.open.bind(runLog);
    vi.spyOn(runLog, "open").mockImplementation(async (log) => {
      await new Promise((resolve) => setImmediate(resolve));
      return open(log);
    });

    const [first, second] = await Promise.all([runs.start(request, sample), runs.start(request, sample)]);

    expect(second.runId).toBe(first.runId);
  });

  it("finishes a sample without windows with a warning", async () => {
    studio.answer("classifySampleV2", () => classifyAnswer(0));
    const { runId } = await runs.start(request, sample);

    expect(await outcomeOf(runId)).toMatchObject({
      state: "finished",
      windows: 0,
      warning: "No window fits into the sample.",
    });
  });

  it("writes 100,000 windows, each once", { timeout: 30_000 }, async () => {
    studio.answer("classifySampleV2", () => classifyAnswer(100_000));
    vi.useRealTimers();
    const { runId } = await runs.start(request, sample);
    await vi.waitFor(async () => expect((await journal.find(runId))?.run.state).toBe("finished"), { timeout: 25_000 });

    const indexes = windowIndexes(await entriesOf(runId));
    expect(indexes).toHaveLength(100_000);
    expect(indexes.every((index, i) => index === i)).toBe(true);
  });

  it("fails with Studio's reason when the job fails", async () => {
    studio.answer("classifySampleV2", () => Promise.reject(new JobFailedError(9, ["The sample has no accX"])));
    const { runId } = await runs.start(request, sample);

    expect(await outcomeOf(runId)).toMatchObject({
      state: "failed",
      error: "Job 9 failed in Studio: The sample has no accX",
    });
    expect(outline(await entriesOf(FEED)).at(-1)).toBe("run failed");
  });

  it.each([
    { what: "cannot be reached", error: unreachable },
    { what: "refuses the key", error: new StudioAuthenticationError("Invalid API key") },
  ])("waits while Studio $what, and then goes on", async ({ error }) => {
    let attempts = 0;
    studio.answer("classifySampleV2", () => (++attempts <= 3 ? Promise.reject(error) : classifyAnswer(3)));
    const { runId } = await runs.start(request, sample);

    await vi.advanceTimersByTimeAsync(8_000);

    expect((await outcomeOf(runId)).state).toBe("finished");
    expect(attempts).toBe(4);
  });

  it("fails when Studio wants a job again and again", async () => {
    studio.answer("classifySampleV2", () => ({ id: 9 }));
    studio.answer("getJobStatus", () => ({ job: { id: 9, finishedSuccessful: true } }));
    const { runId } = await runs.start(request, sample);
    await vi.advanceTimersByTimeAsync(5_000);

    expect(await outcomeOf(runId)).toMatchObject({
      state: "failed",
      error: expect.stringContaining("wants to be done again") as string,
    });
  });

  it("says what a run waits for, until it has it", async () => {
    let isBack = false;
    studio.answer("classifySampleV2", () => (isBack ? classifyAnswer(3) : Promise.reject(unreachable)));
    const { runId } = await runs.start(request, sample);
    await vi.advanceTimersByTimeAsync(8_000);
    expect((await journal.find(runId))?.run).toMatchObject({ state: "waiting", warning: unreachable.message });
    expect(outline(await entriesOf(FEED))).toEqual(["run waiting", "run waiting"]);
    isBack = true;
    await vi.advanceTimersByTimeAsync(20_000);

    expect((await outcomeOf(runId)).warning).toBeUndefined();
  });

  it("lets others have their turn while runs wait to try again", async () => {
    studio.answer("classifySampleV2", ({ sampleId }) =>
      sampleId === 7 ? classifyAnswer(3) : Promise.reject(unreachable),
    );
    for (const sampleId of [1, 2, 3, 4]) await runs.start({ projectId: 1, sampleId }, sample);
    const { runId } = await runs.start(request, sample);
    await vi.advanceTimersByTimeAsync(0);

    expect((await outcomeOf(runId)).state).toBe("finished");
  });

  it("survives a disk that is full, and goes on when there is room", async () => {
    const { runId } = await runs.start(request, sample);
    const full = vi.spyOn(runLog, "append").mockRejectedValue(new Error("SQLITE_FULL"));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(full.mock.calls.length).toBeGreaterThanOrEqual(2);
    full.mockRestore();
    await vi.advanceTimersByTimeAsync(6_000);

    expect((await outcomeOf(runId)).state).toBe("finished");
    expect(windowIndexes(await entriesOf(runId))).toEqual([0, 1, 2]);
  });

  it("does four at once, and the others afterwards", async () => {
    const finish: (() => void)[] = [];
    studio.answer("classifySampleV2", () => new Promise((resolve) => finish.push(() => resolve(classifyAnswer(1)))));
    const started = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((sampleId) => runs.start({ projectId: 1, sampleId }, sample)),
    );

    await vi.waitFor(() => expect(finish).toHaveLength(4), { timeout: 15_000 });
    finish.shift()?.();
    await vi.waitFor(() => expect(finish).toHaveLength(4), { timeout: 15_000 });
    while (finish.length > 0 || studio.calls.length < 6) {
      finish.shift()?.();
      await vi.advanceTimersByTimeAsync(1);
    }

    for (const { runId } of started) expect((await outcomeOf(runId)).state).toBe("finished");
  });
});

describe("Runs.cancel", () => {
  it("ends a run that is under way, and says when there is none", async () => {
    studio.answer("classifySampleV2", () => Promise.reject(unreachable));
    const { runId } = await runs.start(request, sample);

    expect(await runs.cancel(runId)).toBe(true);
    expect(await outcomeOf(runId)).toMatchObject({ state: "cancelled" });
    expect(await runs.cancel(runId)).toBe(false);
  });
});

describe("Runs.cancel of a run that waits for its turn", () => {
  it("ends it at once", async () => {
    studio.answer("classifySampleV2", () => new Promise(() => undefined));
    for (const sampleId of [1, 2, 3, 4]) await runs.start({ projectId: 1, sampleId }, sample);
    const { runId } = await runs.start(request, sample);

    expect(await runs.cancel(runId)).toBe(true);
    expect(await outcomeOf(runId)).toMatchObject({ state: "cancelled" });
  });
});

describe("Runs.resume", () => {
  it("goes on with a run that waited for Studio when the server ended", async () => {
    studio.answer("classifySampleV2", () => Promise.reject(unreachable));
    const { runId } = await runs.start(request, sample);
    await runs.close();

    studio.answer("classifySampleV2", () => classifyAnswer(3));
    await startRuns();
    await runs.resume();

    expect((await outcomeOf(runId)).state).toBe("finished");
    expect(windowIndexes(await entriesOf(runId))).toEqual([0, 1, 2]);
  });

  /** A process that dies at so many appends, with everything that it does; a new one goes on when its lease is over. */
  async function dieAfterAppends(appends: number): Promise<string> {
    let left = appends;
    const mortal = await startReplica(runLog, studio, {
      before: (method) => {
        if (method === "append" && left-- <= 0) mortal.kill();
      },
    });
    const { runId } = await mortal.runs.start(request, sample);
    await vi.waitFor(() => expect(left).toBeLessThan(0), { timeout: 15_000 });
    return runId;
  }

  it.each([2, 3, 4, 5])("completes a run whose server died after append %i, every window once", async (appends) => {
    studio.answer("classifySampleV2", () => classifyAnswer(1200));
    const runId = await dieAfterAppends(appends);

    await runs.resume();
    await vi.advanceTimersByTimeAsync(12_000);

    expect((await outcomeOf(runId)).state).toBe("finished");
    expect(windowIndexes(await entriesOf(runId))).toEqual(Array.from({ length: 1200 }, (_, i) => i));
    expect(outline(await entriesOf(FEED))).toEqual(["run waiting", "run streaming", "run finished"]);
  });

  it("begins anew, under a new epoch, when Studio now says something else", async () => {
    studio.answer("classifySampleV2", () => classifyAnswer(1200));
    const runId = await dieAfterAppends(3);
    const { epoch } = await runLog.open(runId);

    studio.answer("classifySampleV2", () => classifyAnswer(1200, { idle: 0.5, wave: 0.5 }));
    await runs.resume();
    await vi.advanceTimersByTimeAsync(12_000);

    expect(await outcomeOf(runId)).toMatchObject({ state: "finished", verdicts: { uncertain: 1199, anomaly: 1 } });
    expect((await runLog.open(runId)).epoch).not.toBe(epoch);
    expect(windowIndexes(await entriesOf(runId))).toHaveLength(1200);
  });
});
