import { RunLogUnavailableError, RunLogWriteError } from "@windowscope/runlog";
import { StudioAuthenticationError, StudioRefusedError, StudioUnreachableError } from "@windowscope/sdk";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

import { classifyAnswer } from "./fakes.ts";
import { createTestApp, type Body, type TestApp } from "./test-app.ts";

let app: TestApp;
let studio: TestApp["studio"];
let request: TestApp["request"];
let finishedRun: TestApp["finishedRun"];

beforeEach(async () => {
  app = await createTestApp();
  ({ studio, request, finishedRun } = app);
});

describe("GET /api/v1/runs", () => {
  it("lists runs, the newest first, page by page", async () => {
    const ids = [];
    for (const sampleId of [1, 2, 3]) ids.unshift(await finishedRun({ projectId: 1, sampleId }));

    const first = await request("GET", "/api/v1/runs?limit=2");
    const second = await request("GET", `/api/v1/runs?limit=2&before=${String(first.body.next)}`);

    expect((first.body.runs as Body[]).map(({ runId }) => runId)).toEqual(ids.slice(0, 2));
    expect((second.body.runs as Body[]).map(({ runId }) => runId)).toEqual(ids.slice(2));
    expect(second.body.next).toBeUndefined();
  });

  it("lists the runs of one sample, also when it has to look past many others", async () => {
    const ids = [];
    for (const sampleId of [7, 1, 7, 2, 3]) ids.unshift(await finishedRun({ projectId: 1, sampleId }));

    const first = await request("GET", "/api/v1/runs?sampleId=7&limit=1");
    const second = await request("GET", `/api/v1/runs?sampleId=7&limit=2&before=${String(first.body.next)}`);
    const none = await request("GET", "/api/v1/runs?projectId=2&sampleId=7");

    expect((first.body.runs as Body[]).map(({ runId }) => runId)).toEqual([ids[2]]);
    expect((second.body.runs as Body[]).map(({ runId }) => runId)).toEqual([ids[4]]);
    expect(second.body.next).toBeUndefined();
    expect(none.body).toEqual({ runs: [] });
  });

  it("says what each run was asked to classify with", async () => {
    await finishedRun({ projectId: 1, sampleId: 7, variant: "int8", impulseId: 2 });
    await finishedRun({ projectId: 1, sampleId: 7 });

    const [plain, int8] = (await request("GET", "/api/v1/runs?sampleId=7")).body.runs as [Body, Body];

    expect(int8).toMatchObject({ variant: "int8", impulseId: 2 });
    expect(plain).not.toHaveProperty("variant");
    expect(plain).not.toHaveProperty("impulseId");
  });

  it.each(["limit=0", "limit=many", "limit=201", "before=x", "sampleId=0"])(
    "answers a problem to ?%s",
    async (query) => {
      const { status, type, body } = await request("GET", `/api/v1/runs?${query}`);

      expect(status).toBe(400);
      expect(type).toBe("application/problem+json");
      expect(body).toMatchObject({ type: "urn:windowscope:problem:bad-request", status: 400 });
    },
  );
});

describe("POST /api/v1/runs", () => {
  it("answers 202 with the run, and the same one while it is under way", async () => {
    studio.answer("classifySampleV2", () => new Promise(() => undefined));

    const first = await request("POST", "/api/v1/runs", { body: { projectId: 1, sampleId: 7 } });
    const second = await request("POST", "/api/v1/runs", { body: { projectId: 1, sampleId: 7 } });

    expect(first.status).toBe(202);
    expect(second.body.runId).toBe(first.body.runId);
  });

  it.each([{ sampleId: 7 }, { projectId: 1, sampleId: "7" }, { projectId: 1, sampleId: 7, variant: "int4" }])(
    "answers a problem to the body %j",
    async (body) => {
      expect(await request("POST", "/api/v1/runs", { body })).toMatchObject({
        status: 400,
        body: { type: "urn:windowscope:problem:bad-request" },
      });
    },
  );

  it.each([
    { wish: {}, operation: "classifySampleV2", query: {} },
    { wish: { blockId: 4 }, operation: "classifySampleByLearnBlockV2", query: {}, path: { blockId: 4 } },
    {
      wish: { truncateStructuredLabels: true, includeDebugInfo: true, impulseId: 2 },
      operation: "classifySampleV2",
      query: { truncateStructuredLabels: true, includeDebugInfo: true, impulseId: 2 },
    },
    {
      wish: { blockId: 4, variant: "int8", truncateStructuredLabels: false },
      operation: "classifySampleByLearnBlockV2",
      query: { variant: "int8", truncateStructuredLabels: false },
      path: { blockId: 4 },
    },
  ])("asks Studio for what is wished: $wish", async ({ wish, operation, query, path = {} }) => {
    const asked: object[] = [];
    studio.answer(operation, (...[path, query]) => {
      asked.push([path, query].map((part) => Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)))); // prettier-ignore
      return classifyAnswer(3);
    });

    await app.finishedRun({ projectId: 1, sampleId: 7, ...wish });

    expect(asked).toEqual([[{ projectId: 1, sampleId: 7, ...path }, query]]);
  });

  it.each([{ impulseId: 2 }, { includeDebugInfo: true }])("refuses blockId together with %j", async (wish) => {
    const body = { projectId: 1, sampleId: 7, blockId: 4, ...wish };

    expect(await request("POST", "/api/v1/runs", { body })).toMatchObject({ status: 400 });
    expect(studio.calls).not.toContain("getSample");
  });

  it.each([
    { error: new RunLogUnavailableError("redis://secret-host", "no answer"), kind: "run-log-unavailable" },
    { error: new RunLogWriteError("/secret/path", { cause: new Error("disk is full") }), kind: "run-log-refuses" },
  ])("answers 503 and when to come back when the run log says $error.name", async ({ error, kind }) => {
    vi.spyOn(app.runLog, "append").mockRejectedValue(error);

    const answer = await request("POST", "/api/v1/runs", { body: { projectId: 1, sampleId: 7 } });

    expect(answer).toMatchObject({ status: 503, body: { type: `urn:windowscope:problem:${kind}` } });
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(answer.text).not.toContain("secret");
    expect(app.lines.join()).toContain(error.name);
  });

  it("answers 503 when others start so many runs that this one does not come in between", async () => {
    await app.runLog.open("starts");
    await app.runLog.lease("starts", { holder: "another", ttlMs: 60_000 });
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());

    const answering = request("POST", "/api/v1/runs", { body: { projectId: 1, sampleId: 7 } });
    await vi.advanceTimersByTimeAsync(10_000);

    expect(await answering).toMatchObject({ status: 503, body: { type: "urn:windowscope:problem:starts-busy" } });
  });

  it.each([
    {
      error: new StudioRefusedError("No such sample", { studioText: "No such sample" }),
      status: 404,
      kind: "not-found",
    },
    { error: new StudioAuthenticationError("Studio does not accept the API key"), status: 502, kind: "studio-key" },
    { error: new StudioUnreachableError("Studio does not answer"), status: 503, kind: "studio-unreachable" },
  ])("answers $status with Studio's words when Studio says $kind", async ({ error, status, kind }) => {
    studio.answer("getSample", () => Promise.reject(error));

    const answer = await request("POST", "/api/v1/runs", { body: { projectId: 1, sampleId: 99 } });

    expect(answer).toMatchObject({ status, type: "application/problem+json" });
    expect(answer.body.type).toBe(`urn:windowscope:problem:${kind}`);
    expect(error.message).toContain(answer.body.detail);
  });

  it("answers 413 to a body that is too large", async () => {
    const body = { projectId: 1, sampleId: 7, more: "x".repeat(70_000) };

    expect(await request("POST", "/api/v1/runs", { body })).toMatchObject({
      status: 413,
      body: { type: "urn:windowscope:problem:too-large" },
    });
  });

  it("hides a mistake of its own from the caller, and logs it", async () => {
    studio.answer("getSample", () => Promise.reject(new TypeError("secret internals")));

    const { status, text } = await request("POST", "/api/v1/runs", { body: { projectId: 1, sampleId: 7 } });

    expect(status).toBe(500);
    expect(text).not.toContain("secret internals");
    expect(app.lines.join()).toContain("secret internals");
  });
});

describe("GET /api/v1/runs/{runId}", () => {
  it("answers 404 for a run that does not exist, and for a log that is no run", async () => {
    for (const runId of ["run-0", "feed", "watch-1-testing"]) {
      expect(await request("GET", `/api/v1/runs/${runId}`)).toMatchObject({
        status: 404,
        body: { type: "urn:windowscope:problem:no-such-run", detail: `There is no run ${runId}.` },
      });
    }
  });
});

describe("DELETE /api/v1/runs/{runId}", () => {
  it("cancels a run that is under way, and answers 409 for one that is over", async () => {
    studio.answer("classifySampleV2", () => Promise.reject(new StudioUnreachableError("gone")));
    const { body } = await request("POST", "/api/v1/runs", { body: { projectId: 1, sampleId: 7 } });

    const cancelled = await request("DELETE", `/api/v1/runs/${String(body.runId)}`);
    const again = await request("DELETE", `/api/v1/runs/${String(body.runId)}`);

    expect(cancelled).toMatchObject({ status: 200, body: { state: "cancelled" } });
    expect(again).toMatchObject({ status: 409, body: { type: "urn:windowscope:problem:run-is-over" } });
  });
});

describe("DELETE /api/v1/runs/{runId} while the run log does not answer", () => {
  it("answers 503 within 5 s, and cancels the run once the log is back", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    studio.answer("classifySampleV2", () => new Promise(() => undefined));
    const { body } = await request("POST", "/api/v1/runs", { body: { projectId: 1, sampleId: 7 } });
    const path = `/api/v1/runs/${String(body.runId)}`;
    const outage = vi.spyOn(app.runLog, "append").mockRejectedValue(new RunLogUnavailableError("Redis", "no answer"));

    const answering = request("DELETE", path);
    await vi.advanceTimersByTimeAsync(5_000);
    const answer = await answering;
    outage.mockRestore();
    await vi.advanceTimersByTimeAsync(10_000);

    expect(answer).toMatchObject({ status: 503, body: { type: "urn:windowscope:problem:cancel-goes-on" } });
    expect(answer.headers.get("retry-after")).toBe("5");
    expect((await request("GET", path)).body.state).toBe("cancelled");
  });
});

describe("an address where there is nothing", () => {
  it("answers a problem", async () => {
    expect((await request("GET", "/api/v1/nothing")).body).toMatchObject({ status: 404 });
    expect((await request("GET", "/nothing")).body).toMatchObject({ status: 404 });
    expect((await request("GET", "/live")).body).toMatchObject({ status: 426 });
  });
});
