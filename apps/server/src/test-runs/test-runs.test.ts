import { OpenAPIHono } from "@hono/zod-openapi";
import { decodeEntries, FEED, type Entry, type TestRun } from "@windowscope/protocol";
import { createMemoryRunLog, RunLogUnavailableError, RunLogWriteError, type RunLog } from "@windowscope/runlog";
import { StudioNotFoundError, StudioUnreachableError } from "@windowscope/sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { answerProblem } from "../api/problem.ts";
import { classifyAnswer, createFakeStudio, fakeablePause, requestJson, type FakeStudio } from "../fakes.ts";
import { SILENT_LOG } from "../log.ts";
import { RunJournal } from "../runs/journal.ts";
import { testRunRoutes } from "./routes.ts";
import { TestRuns } from "./test-runs.ts";

const PATH = "/projects/1/test-runs";
type Body = Record<string, unknown>;

let runLog: RunLog;
let studio: FakeStudio;
let processes: TestRuns[];
let app: OpenAPIHono;
let isJobDone: boolean;
let lines: string[];

/** What a server does when it starts on a log: nothing is kept in memory from an earlier one. */
async function startProcess(): Promise<TestRuns> {
  const journal = await RunJournal.open(runLog, { pause: fakeablePause, holder: `process ${processes.length}` });
  const testRuns = new TestRuns({
    studio,
    store: journal.store,
    hintsFor: () => ({ watch: () => () => undefined }),
  });
  testRuns.resume();
  processes.push(testRuns);
  app = new OpenAPIHono();
  app.route("/", testRunRoutes({ testRuns }));
  app.onError((error, c) => answerProblem(error, c, SILENT_LOG));
  return testRuns;
}

/** 450 windows of three samples; every third window is called wave. */
function testSet() {
  const predictions = Array.from({ length: 450 }, (_, i) => {
    const prediction = i % 3 === 2 ? "wave" : "idle";
    const [label, startMs] = ["idle", (i % 150) * 500];
    return { sampleId: 1 + Math.floor(i / 150), startMs, endMs: startMs + 1000, label, prediction, predictionCorrect: prediction === label }; // prettier-ignore
  });
  const { classifications } = classifyAnswer(1);
  return {
    predictions,
    result: [1, 2, 3].map((sampleId) => ({ sampleId, sample: { filename: `idle.${sampleId}` }, classifications })),
    accuracy: { totalSummary: { good: 300, bad: 150 }, summaryPerClass: {}, confusionMatrixValues: {}, allLabels: [], accuracyScore: 0.7 }, // prettier-ignore
  };
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  runLog = createMemoryRunLog();
  processes = [];
  isJobDone = true;
  lines = ["Job started", "[ 2/3] classifying"];
  studio = createFakeStudio({
    countSamples: () => ({ count: 3 }),
    startClassifyJob: () => ({ id: 9 }),
    getJobStatus: () => ({ job: { id: 9, ...(isJobDone && { finishedSuccessful: true }) } }),
    getJobsLogs: () => ({
      stdout: lines.map((data, i) => ({ data, created: `2026-01-01T00:00:0${i}.000Z` })).reverse(),
      totalCount: lines.length,
    }),
    getClassifyJobResult: testSet,
    cancelJob: () => ({}),
  });
  await startProcess();
});

afterEach(async () => {
  await Promise.all(processes.map((each) => each.close()));
  vi.useRealTimers();
});

function request(method: string, path: string, body?: Body) {
  return requestJson(app, method, path, body);
}

async function start(body: Body = {}): Promise<string> {
  return String((await request("POST", PATH, body)).body.testRunId);
}

async function reached(id: string, state: TestRun["state"]): Promise<TestRun> {
  return vi.waitFor(
    async () => {
      const { body } = await request("GET", `${PATH}/${id}`);
      expect(body.state).toBe(state);
      return body as unknown as TestRun;
    },
    { timeout: 60_000 },
  );
}

async function entriesOf(log: string): Promise<Entry[]> {
  const { epoch } = await runLog.open(log);
  const slice = await runLog.read(log, { epoch, from: 0, maxBytes: 1e9 });
  if (slice.type !== "slice") throw new Error("reset");
  return decodeEntries(slice.bytes);
}

describe("POST /projects/:projectId/test-runs", () => {
  it("classifies the test set: counts by us, and Studio's own summary beside them", async () => {
    const { status, body } = await request("POST", PATH, { variant: "int8", impulseId: 2 });
    const testRun = await reached(String(body.testRunId), "finished");

    expect(status).toBe(202);
    expect(testRun).toMatchObject({
      projectId: 1,
      impulseId: 2,
      variant: "int8",
      jobId: 9,
      lines: ["Job started", "[ 2/3] classifying"],
      progress: { done: 2, total: 3 },
      predictions: 450,
      result: {
        kinds: ["classes", "anomaly"],
        samples: 3,
        windows: 450,
        comparable: 450,
        correct: 300,
        accuracy: 300 / 450,
        matrix: { expected: ["idle", "wave"], predicted: ["idle", "wave", "uncertain", "anomaly"], counts: [[300, 150, 0, 0], [0, 0, 0, 0]] }, // prettier-ignore
        studio: { unit: "windows", good: 300, bad: 150, accuracyScore: 0.7 },
      },
    });
  });

  it("tells all of it live, in a log that ends, and its states in the feed", async () => {
    const id = await start();
    await reached(id, "finished");

    const told = await entriesOf(id);
    const pages = told.flatMap((entry) => (entry.kind === "predictions" ? [entry] : []));
    expect(told.flatMap((entry) => (entry.kind === "test-run" ? [entry.testRun.state] : []))).toEqual([
      "waiting",
      "classifying",
      "classifying",
      "reading",
      "finished",
    ]);
    expect(pages.map(({ first, predictions }) => [first, predictions.length])).toEqual([[0, 200], [200, 200], [400, 50]]); // prettier-ignore
    expect(pages[0]?.predictions[2]).toEqual({
      index: 2,
      sampleId: 1,
      sampleName: "idle.1",
      startMs: 1000,
      endMs: 2000,
      expected: "idle",
      predicted: "wave",
      isCorrect: false,
    });
    expect((await runLog.stat(id))?.isSealed).toBe(true);
    const announced = (await entriesOf(FEED)).flatMap((entry) => (entry.kind === "test-run" ? [entry.testRun] : []));
    expect(announced.map(({ testRunId, state }) => [testRunId, state])).toEqual(
      ["waiting", "classifying", "reading", "finished"].map((state) => [id, state]),
    );
  });

  it("answers the same test run to the same request while it goes on, and another one afterwards", async () => {
    isJobDone = false;
    const [first, twice] = await Promise.all([start(), start()]);
    const other = await start({ variant: "int8" });
    await reached(first, "classifying");
    expect((await reached(other, "waiting")).jobId).toBeUndefined();
    isJobDone = true;
    await reached(other, "finished");

    expect(twice).toBe(first);
    expect(other).not.toBe(first);
    expect(await start()).not.toBe(first);
    expect(studio.calls.filter((operation) => operation === "startClassifyJob").length).toBeGreaterThanOrEqual(2);
  });

  it.each([{ impulseId: 0 }, { variant: "float64" }])("refuses %j", async (body) => {
    expect((await request("POST", PATH, body)).status).toBe(400);
  });

  it("fails with Studio's reason when the job fails", async () => {
    studio.answer("getJobStatus", () => ({ job: { id: 9, finishedSuccessful: false } }));
    lines = ["No features for block 3", "Job failed (see above)"];

    const { error } = await reached(await start(), "failed");

    expect(error).toBe("Job 9 failed in Studio: No features for block 3");
  });

  it("fails at once for an empty test set, and starts no job for it", async () => {
    studio.answer("countSamples", () => ({ count: 0 }));

    const { error } = await reached(await start(), "failed");

    expect(error).toBe("The project's test set is empty. Upload recordings to it first.");
    expect(studio.calls).not.toContain("startClassifyJob");
  });

  it("waits while Studio cannot be reached, says so, and goes on with the same job", async () => {
    let isAway = true;
    studio.answer("getClassifyJobResult", async () => {
      if (isAway) throw new StudioUnreachableError("No answer.");
      return testSet();
    });
    const id = await start();
    await vi.waitFor(async () => expect((await request("GET", `${PATH}/${id}`)).body.warning).toBe("No answer."), {
      timeout: 15_000,
    });
    isAway = false;

    const { lines: shown, warning } = await reached(id, "finished");

    expect(shown).toEqual(["Job started", "[ 2/3] classifying"]);
    expect(warning).toBeUndefined();
    expect(studio.calls.filter((operation) => operation === "startClassifyJob")).toHaveLength(1);
  });

  it("starts the job anew when Studio has forgotten it", async () => {
    let looks = 0;
    studio.answer("getJobStatus", async () => {
      if (looks++ === 0) throw new StudioNotFoundError("No job with this ID found", { operation: "getJobStatus" });
      return { job: { id: 9, finishedSuccessful: true } };
    });

    await reached(await start(), "finished");

    expect(studio.calls.filter((operation) => operation === "startClassifyJob")).toHaveLength(2);
  });
});

describe("a test run and the processes that work on it", () => {
  it("waits for the same job after a restart", async () => {
    isJobDone = false;
    const id = await start();
    await reached(id, "classifying");
    await processes[0]?.close();
    await startProcess();
    isJobDone = true;

    expect(await reached(id, "finished")).toMatchObject({ jobId: 9, predictions: 450 });
    expect(studio.calls.filter((operation) => operation === "startClassifyJob")).toHaveLength(1);
  });

  it("begins its predictions anew when a process died among them", async () => {
    const id = await start();
    const whole = await reached(id, "finished");
    const { epoch } = await runLog.open(id);
    const { number } = await runLog.restart(id);
    const half = { ...whole, state: "reading", endedAt: undefined, result: undefined, predictions: 200 };
    await runLog.append([{ log: id, at: 0, entries: [], meta: JSON.stringify({ task: half, memo: { firstSeq: 0 } }) }]);

    expect(await reached(id, "finished")).toMatchObject({ predictions: 450 });
    const after = await runLog.open(id);
    expect(after.epoch).not.toBe(epoch);
    expect(after.number).toBe(number);
    expect((await entriesOf(id)).flatMap((entry) => (entry.kind === "predictions" ? entry.predictions : []))).toHaveLength(450); // prettier-ignore
  });

  it("is done by one of two processes, and cancelled by the other", async () => {
    isJobDone = false;
    const id = await start();
    await reached(id, "classifying");
    await startProcess();
    await vi.advanceTimersByTimeAsync(5_000);

    const { status, body } = await request("DELETE", `${PATH}/${id}`);
    isJobDone = true;
    await vi.advanceTimersByTimeAsync(30_000);

    expect({ status, state: body.state }).toEqual({ status: 200, state: "cancelled" });
    expect((await request("GET", `${PATH}/${id}`)).body.state).toBe("cancelled");
    expect(studio.calls.filter((operation) => operation === "startClassifyJob")).toHaveLength(1);
  });
});

describe("a test run and the run log", () => {
  it("is one for the same request to two processes at once", async () => {
    isJobDone = false;
    const other = await startProcess();

    const starting = Promise.all(
      [processes[0] as TestRuns, other, other, processes[0] as TestRuns].map((each) => each.start({ projectId: 1 })),
    );
    await vi.advanceTimersByTimeAsync(1_000);

    expect(new Set((await starting).map(({ testRunId }) => testRunId)).size).toBe(1);
    expect(await runLog.list({ prefix: "test-", limit: 10 })).toHaveLength(1);
  });

  it("waits while the log refuses, stores everything once, and says why it waits where that fits", async () => {
    const append = runLog.append.bind(runLog);
    let refusals = 0;
    vi.spyOn(runLog, "append").mockImplementation(async (appends) => {
      const isLarge = appends.some(({ entries }) => entries.length > 1);
      if (isLarge && refusals++ < 5) throw new RunLogWriteError("the disk", { cause: new Error("no room") });
      await append(appends);
    });
    const id = await start();

    expect(await reached(id, "finished")).toMatchObject({ predictions: 450 });
    const told = await entriesOf(id);
    expect(told.flatMap((entry) => (entry.kind === "test-run" ? (entry.testRun.warning ?? []) : []))).toEqual([
      "Cannot write to the disk: no room.",
    ]);
    expect(told.flatMap((entry) => (entry.kind === "predictions" ? entry.predictions : []))).toHaveLength(450);
    expect(refusals).toBeGreaterThan(1);
  });

  it("stores nothing twice when answers get lost", async () => {
    const append = runLog.append.bind(runLog);
    let appends = 0;
    vi.spyOn(runLog, "append").mockImplementation(async (what) => {
      await append(what);
      if (++appends % 2 === 0) throw new RunLogUnavailableError("Redis", "no answer");
    });
    const id = await start().catch(() => "");
    await vi.waitFor(async () => expect(await runLog.list({ prefix: "test-", limit: 10 })).toHaveLength(1), {
      timeout: 15_000,
    });
    const [state] = await runLog.list({ prefix: "test-", limit: 1 });
    await reached(id || String(state?.log), "finished");

    const told = await entriesOf(String(state?.log));
    expect(told.map(({ seq }) => seq)).toEqual(told.map((_, i) => i));
    expect(told.flatMap((entry) => (entry.kind === "predictions" ? entry.predictions : []))).toHaveLength(450);
  });

  it.each([
    { what: "while its job runs", state: "classifying" as const },
    { what: "among its predictions", state: "reading" as const },
  ])("is written again under a new epoch when the engine forgets it $what", async ({ state }) => {
    isJobDone = state === "reading";
    const append = runLog.append.bind(runLog);
    let isForgotten = false;
    const forget = async (log: string) => {
      isForgotten = true;
      await runLog.delete(log);
    };
    vi.spyOn(runLog, "append").mockImplementation(async (appends) => {
      await append(appends);
      const predictions = appends.find(({ entries }) => entries.length > 1);
      if (predictions && !isForgotten) await forget(predictions.log);
    });
    const id = await start();
    if (state === "classifying") {
      await reached(id, "classifying");
      await forget(id);
      await vi.advanceTimersByTimeAsync(5_000);
      expect((await request("GET", `${PATH}/${id}`)).body.state).toBe("classifying");
      isJobDone = true;
    }
    // In between there is none.
    await vi.waitFor(async () => expect((await runLog.stat(id))?.isSealed).toBe(true), { timeout: 60_000 });

    expect(isForgotten).toBe(true);
    expect(await reached(id, "finished")).toMatchObject({ jobId: 9, predictions: 450 });
    const told = await entriesOf(id);
    expect(told.flatMap((entry) => (entry.kind === "predictions" ? entry.predictions : []))).toHaveLength(450);
    expect(studio.calls.filter((operation) => operation === "startClassifyJob")).toHaveLength(1);
  });

  it("is answered 503 within 5 s when it is cancelled while the log is away, and is cancelled later", async () => {
    isJobDone = false;
    const id = await start();
    await reached(id, "classifying");
    const outage = vi.spyOn(runLog, "append").mockRejectedValue(new RunLogUnavailableError("Redis", "no answer"));

    const answering = request("DELETE", `${PATH}/${id}`);
    await vi.advanceTimersByTimeAsync(5_000);
    const { status } = await answering;
    outage.mockRestore();
    await vi.advanceTimersByTimeAsync(10_000);

    expect(status).toBe(503);
    expect((await request("GET", `${PATH}/${id}`)).body.state).toBe("cancelled");
  });
});

describe("DELETE /projects/:projectId/test-runs/:testRunId", () => {
  it("cancels the job in Studio too, and refuses what is over", async () => {
    isJobDone = false;
    const id = await start();
    await reached(id, "classifying");
    const cancelled = vi.fn(() => ({}));
    studio.answer("cancelJob", cancelled);

    const [first, second] = await Promise.all([request("DELETE", `${PATH}/${id}`), request("DELETE", `${PATH}/${id}`)]);
    const third = await request("DELETE", `${PATH}/${id}`);

    expect(first.body).toMatchObject({ testRunId: id, state: "cancelled" });
    expect([first.status, second.status, third.status]).toEqual([200, 200, 409]);
    expect(cancelled).toHaveBeenCalledExactlyOnceWith({ projectId: 1, jobId: 9 }, {});
    expect((await runLog.stat(id))?.isSealed).toBe(true);
  });

  it("waits for a job that is just being started, so that it can be cancelled", async () => {
    let answer: ((job: object) => void) | undefined;
    studio.answer("startClassifyJob", () => new Promise((resolve) => (answer = resolve)));
    const id = await start();
    await vi.waitFor(() => expect(answer).toBeDefined(), { timeout: 15_000 });

    const deleted = request("DELETE", `${PATH}/${id}`);
    answer?.({ id: 9 });

    expect((await deleted).body.state).toBe("cancelled");
    expect(studio.calls).toContain("cancelJob");
  });
});

describe("GET /projects/:projectId/test-runs", () => {
  it("lists the project's test runs, the newest first, page by page", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      const id = await start();
      ids.unshift(id);
      await reached(id, "finished");
      await request("POST", "/projects/2/test-runs", {});
    }

    const first = await request("GET", `${PATH}?limit=2`);
    const second = await request("GET", `${PATH}?limit=2&before=${String(first.body.next)}`);

    expect((first.body.testRuns as TestRun[]).map(({ testRunId }) => testRunId)).toEqual(ids.slice(0, 2));
    expect((second.body.testRuns as TestRun[]).map(({ testRunId }) => testRunId)).toEqual(ids.slice(2));
    expect(second.body.next).toBeUndefined();
  });

  it("answers 404 for a test run that is not there, or of another project", async () => {
    const id = await start();

    expect((await request("GET", `${PATH}/test-0`)).status).toBe(404);
    expect((await request("GET", `${PATH}/feed`)).status).toBe(404);
    expect((await request("GET", `/projects/2/test-runs/${id}`)).status).toBe(404);
  });
});

describe("GET /projects/:projectId/test-runs/:testRunId/predictions", () => {
  async function readAll(id: string, query: string): Promise<number[]> {
    const indexes: number[] = [];
    for (let after = ""; ;) {
      const { body } = await request("GET", `${PATH}/${id}/predictions?${query}${after}`);
      indexes.push(...(body.predictions as { index: number }[]).map(({ index }) => index));
      if (body.next === undefined) return indexes;
      after = `&after=${body.next as number}`;
    }
  }

  it("reads them page by page, all or those of one cell of the matrix", async () => {
    const id = await start();
    await reached(id, "finished");
    const all = Array.from({ length: 450 }, (_, i) => i);

    expect(await readAll(id, "limit=64")).toEqual(all);
    expect(await readAll(id, "limit=150")).toEqual(all);
    expect(await readAll(id, "limit=7&expected=idle&predicted=wave")).toEqual(all.filter((i) => i % 3 === 2));
    expect(await readAll(id, "expected=wave")).toEqual([]);
    expect(await readAll(id, "after=449")).toEqual([]);
    expect(await readAll(id, "after=100000")).toEqual([]);
  });

  it("has none while the job runs", async () => {
    isJobDone = false;

    expect(await readAll(await start(), "limit=10")).toEqual([]);
  });
});
