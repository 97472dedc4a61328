import type { TestPrediction, TestRun } from "@windowscope/protocol";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { RefusedError } from "../api.ts";
import { result, run } from "../page/test-snapshot.ts";
import { createTestPage, testRun, type TestPage } from "./test-page.ts";
import { hasOldThresholds, PAGE_ROWS, TestSet } from "./test-set.svelte.ts";
import type { TasksApi } from "./tasks-api.ts";

const ALL = Array.from({ length: 250 }, (_, index): TestPrediction => {
  return {
    index,
    sampleId: 7,
    sampleName: "idle.7",
    startMs: 80 * index,
    endMs: 2_000 + 80 * index,
    predicted: "idle",
  };
});

let test: TestPage;
let testSet: TestSet;
let api: {
  [K in "startTestRun" | "cancelTestRun" | "readPredictions" | "startRun"]: ReturnType<typeof vi.fn<TasksApi[K]>>;
};

beforeEach(async () => {
  test = createTestPage();
  api = {
    startTestRun: vi.fn<TasksApi["startTestRun"]>().mockResolvedValue("test-2"),
    cancelTestRun: vi.fn<TasksApi["cancelTestRun"]>().mockResolvedValue(),
    readPredictions: vi.fn<TasksApi["readPredictions"]>().mockImplementation((_, __, { limit, after = 0 }) => {
      const predictions = ALL.slice(after, after + limit);
      return Promise.resolve({ predictions, next: after + limit < ALL.length ? after + limit : undefined });
    }),
    startRun: vi.fn<TasksApi["startRun"]>().mockResolvedValue("run-9"),
  };
  testSet = new TestSet(test.page, api);
  await test.tell({ testRuns: [testRun], runs: [run] });
});

describe("TestSet", () => {
  it("shows the newest test run until another one is picked", async () => {
    const older: TestRun = { ...testRun, testRunId: "test-0" };
    await test.tell({ testRuns: [testRun, older] });
    expect(testSet.picked?.testRunId).toBe("test-1");

    testSet.pick("test-0");

    expect(testSet.picked?.testRunId).toBe("test-0");
  });

  it("follows the picked one live, and says when it cannot", async () => {
    const stop = testSet.follow();
    const running: TestRun = {
      ...testRun,
      state: "classifying",
      progress: { done: 12, total: 200 },
      result: undefined,
    };
    test.scope.push({ type: "watched", log: "test-1", testRun: running });
    await test.scope.settle();
    expect([testSet.picked?.progress?.done, testSet.isUnderWay]).toEqual([12, true]);

    test.scope.push({ type: "watched", log: "test-1", failure: "no_such_log" });
    await test.scope.settle();
    expect(testSet.failure).toBe("no_such_log");

    stop();
    await test.scope.settle();
    expect(test.scope.last("unwatch")?.log).toBe("test-1");
  });

  it("reads the predictions page by page, there and back", async () => {
    await testSet.readFirst();
    await testSet.readNext();
    await testSet.readNext();
    expect([testSet.firstRow, testSet.predictions.length, testSet.hasNext]).toEqual([201, 50, false]);

    await testSet.readPrevious();
    expect([testSet.firstRow, testSet.predictions[0]?.index, testSet.hasNext]).toEqual([101, 100, true]);
    await testSet.readPrevious();
    expect([testSet.firstRow, testSet.predictions[0]?.index, testSet.hasPrevious]).toEqual([1, 0, false]);
    expect(testSet.rows).toBe(250);
  });

  it("asks only for what a cell of the matrix counts, and for all again when it is picked twice", async () => {
    testSet.pickCell("idle", "wave");
    await testSet.readFirst();
    expect(api.readPredictions.mock.lastCall?.[2]).toEqual({
      limit: PAGE_ROWS,
      after: undefined,
      expected: "idle",
      predicted: "wave",
    });
    expect(testSet.rows).toBe(20);

    testSet.pickCell("idle", "wave");
    expect(testSet.filter).toEqual({});
  });

  it("shows the answer to the last question when answers overtake each other", async () => {
    let answerLate: (page: Awaited<ReturnType<TasksApi["readPredictions"]>>) => void = () => undefined;
    api.readPredictions.mockImplementationOnce(() => new Promise((resolve) => (answerLate = resolve)));
    const late = testSet.readFirst();
    testSet.pickCell("idle", undefined);
    await testSet.readFirst();

    answerLate({ predictions: [] });
    await late;

    expect(testSet.predictions).toHaveLength(PAGE_ROWS);
    expect(testSet.isReading).toBe(false);
  });

  it("reads nothing while the test run goes on", async () => {
    await test.tell({ testRuns: [{ ...testRun, state: "reading" }] });

    await testSet.readFirst();

    expect(api.readPredictions).not.toHaveBeenCalled();
  });

  it("picks what it has started, and has the server's words when that was refused", async () => {
    await testSet.start(1, { variant: "int8" });
    expect(testSet.pickedId).toBe("test-2");

    api.startTestRun.mockRejectedValueOnce(new RefusedError("Studio runs a job already.", 409));
    await testSet.start(1, {});
    expect(testSet.failure).toBe("Studio runs a job already.");
    expect(testSet.isStarting).toBe(false);
  });

  it("opens a prediction in the run that the sample has", async () => {
    test.page.open("test-set");

    await testSet.openPrediction(ALL[3]!);

    expect(api.startRun).not.toHaveBeenCalled();
    expect(test.page.source).toMatchObject({ kind: "run", runId: "run-1" });
    expect(test.page.overlay).toBe("none");
  });

  it("has a sample classified that was not, or only by another variant", async () => {
    await test.tell({ testRuns: [{ ...testRun, variant: "int8" }], runs: [run] });
    test.page.open("test-set");

    await testSet.openPrediction(ALL[3]!);

    expect(api.startRun).toHaveBeenCalledWith({ projectId: 1, sampleId: 7, impulseId: undefined, variant: "int8" });
    expect(test.page.source).toMatchObject({ runId: "run-9" });
  });

  it("takes nobody away who has gone on to something else meanwhile", async () => {
    await test.tell({ testRuns: [testRun], runs: [] });
    test.page.open("test-set");
    const opening = testSet.openPrediction(ALL[3]!);
    test.page.open("export");
    await opening;

    expect(test.page).toMatchObject({ overlay: "export", source: { kind: "session" } });
  });

  it("opens the prediction that was asked for last, however late the sample of an earlier one is classified", async () => {
    const answers: ((runId: string) => void)[] = [];
    api.startRun.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    test.page.open("test-set");
    const first = testSet.openPrediction({ ...ALL[3]!, sampleId: 8 });
    const second = testSet.openPrediction({ ...ALL[3]!, sampleId: 9 });
    answers[0]?.("run-8");
    await first;
    expect(test.page.overlay).toBe("test-set");

    answers[1]?.("run-9");
    await second;

    expect(test.page.source).toMatchObject({ runId: "run-9" });
  });

  it("stays open and says why when the sample cannot be classified", async () => {
    await test.tell({ testRuns: [testRun], runs: [] });
    api.startRun.mockRejectedValueOnce(new RefusedError("Studio has no sample 7.", 404));
    test.page.open("test-set");

    await testSet.openPrediction(ALL[3]!);

    expect(testSet.readFailure).toBe("Studio has no sample 7.");
    expect(test.page.overlay).toBe("test-set");
  });
});

describe("hasOldThresholds", () => {
  const before = { ...run, createdAt: "2026-01-01T09:00:00.000Z" };
  const after = { ...run, createdAt: "2026-01-01T11:00:00.000Z" };

  it("is true once a run after the test run was judged with other limits than the one before it", () => {
    const changed = { ...after, result: { ...result, thresholds: { ...result.thresholds, minimumConfidence: 0.8 } } };
    expect(hasOldThresholds(testRun, [changed, before])).toBe(true);
  });

  it("is false while the limits are the same, or nobody can say", () => {
    expect(hasOldThresholds(testRun, [after, before])).toBe(false);
    expect(hasOldThresholds(testRun, [after])).toBe(false);
    expect(hasOldThresholds(testRun, [])).toBe(false);
  });
});
