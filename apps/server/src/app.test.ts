import { createMemoryRunLog, type RunLog } from "@windowscope/runlog";
import { StudioAuthenticationError, StudioRefusedError, StudioUnreachableError } from "@windowscope/sdk";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { createApp } from "./app.ts";
import { createFakeStudio, fakeablePause, type FakeStudio } from "./fakes.ts";
import { LiveHub } from "./live/hub.ts";
import { SILENT_LOG } from "./log.ts";
import { RunJournal } from "./runs/journal.ts";
import { Runs } from "./runs/runs.ts";

let studio: FakeStudio;
let hub: LiveHub;
let lines: string[];
let runLog: RunLog;
let app: ReturnType<typeof createApp>;

beforeEach(async () => {
  studio = createFakeStudio();
  lines = [];
  const log = (line: string) => void lines.push(line);
  runLog = createMemoryRunLog();
  hub = new LiveHub({ runLog, log: SILENT_LOG });
  const journal = await RunJournal.open(runLog);
  const hintsFor = () => ({ watch: () => () => undefined });
  const runs = new Runs({ studio, journal, hintsFor, pause: fakeablePause, log });
  app = createApp({ studio, runs, journal, runLog, log, hub, viewerDir: undefined });
});

async function request(
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
) {
  const response = await app.request(`http://127.0.0.1:4700${path}`, {
    method,
    headers: { host: "127.0.0.1:4700", "content-type": "application/json", ...options.headers },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, body: type.includes("json") ? (JSON.parse(text) as Body) : {}, text };
}

type Body = Record<string, unknown>;

/** Starts a run of the fake sample and waits for its end. */
async function finishedRun(body: Body = { projectId: 1, sampleId: 7 }): Promise<string> {
  const started = await request("POST", "/api/v1/runs", { body });
  const runId = String(started.body.runId);
  await vi.waitFor(async () => expect((await request("GET", `/api/v1/runs/${runId}`)).body.endedAt).toBeDefined());
  return runId;
}

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

  it.each(["limit=0", "limit=many", "limit=201", "before=x"])("answers a problem to ?%s", async (query) => {
    const { status, type, body } = await request("GET", `/api/v1/runs?${query}`);

    expect(status).toBe(400);
    expect(type).toBe("application/problem+json");
    expect(body).toMatchObject({ type: "urn:windowscope:problem:bad-request", status: 400 });
  });
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
    expect(lines.join()).toContain("secret internals");
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

describe("GET /api/v1/runs/{runId}/windows", () => {
  it("downloads every window as JSON", async () => {
    const runId = await finishedRun();

    const { body } = await request("GET", `/api/v1/runs/${runId}/windows`);

    expect(body.run).toMatchObject({ runId, state: "finished" });
    expect(body.windows).toEqual([
      { index: 0, startMs: 0, endMs: 1000, scores: { idle: 0.75, wave: 0.25 }, anomaly: -0.25, verdict: "idle" },
      { index: 1, startMs: 500, endMs: 1500, scores: { idle: 0.75, wave: 0.25 }, anomaly: 0.5, verdict: "anomaly" },
      { index: 2, startMs: 1000, endMs: 2000, scores: { idle: 0.75, wave: 0.25 }, anomaly: -0.25, verdict: "idle" },
    ]);
  });

  it("downloads them as CSV", async () => {
    const { text, type } = await request("GET", `/api/v1/runs/${await finishedRun()}/windows?format=csv`);

    expect(type).toBe("text/csv; charset=utf-8");
    expect(text).toBe(
      "index,startMs,endMs,verdict,anomaly,idle,wave\r\n" +
        "0,0,1000,idle,-0.25,0.75,0.25\r\n" +
        "1,500,1500,anomaly,0.5,0.75,0.25\r\n" +
        "2,1000,2000,idle,-0.25,0.75,0.25\r\n",
    );
  });
});

describe("a download whose run begins anew while it is read", () => {
  it.each(["json", "csv"])("breaks off, so that half of the %s is not taken for all of it", async (format) => {
    const runId = await finishedRun();
    vi.spyOn(runLog, "read").mockImplementation(async (log) => {
      const state = await runLog.open(log);
      return { type: "reset", why: "epoch", state };
    });

    await expect(request("GET", `/api/v1/runs/${runId}/windows?format=${format}`)).rejects.toThrow("began anew");
  });
});

describe("every route", () => {
  it.each<{ headers: Record<string, string>; kind: string }>([
    { headers: { host: "evil.example" }, kind: "foreign-host" },
    { headers: { host: "127.0.0.1.evil.example:4700" }, kind: "foreign-host" },
    { headers: { host: "" }, kind: "foreign-host" },
    { headers: { origin: "http://evil.example" }, kind: "foreign-origin" },
    { headers: { origin: "null" }, kind: "foreign-origin" },
    { headers: { origin: "https://127.0.0.1:4700" }, kind: "foreign-origin" },
  ])("answers 403 to $headers", async ({ headers, kind }) => {
    expect(await request("GET", "/api/v1/runs", { headers })).toMatchObject({
      status: 403,
      body: { type: `urn:windowscope:problem:${kind}` },
    });
  });

  it.each(["127.0.0.1:4700", "localhost:4700", "[::1]:4700"])(
    "answers to the host %s and its own pages",
    async (host) => {
      const headers = { host, origin: `http://${host}` };

      expect((await request("GET", "/api/v1/runs", { headers })).status).toBe(200);
    },
  );

  it("answers a problem where there is nothing", async () => {
    expect((await request("GET", "/api/v1/nothing")).body).toMatchObject({ status: 404 });
    expect((await request("GET", "/nothing")).body).toMatchObject({ status: 404 });
    expect((await request("GET", "/live")).body).toMatchObject({ status: 426 });
  });
});

describe("GET /healthz and /readyz", () => {
  it("is alive at once, and ready when Studio is there", async () => {
    expect((await request("GET", "/healthz")).status).toBe(200);
    expect((await request("GET", "/readyz")).status).toBe(503);

    hub.setStatus({ state: "connected", message: "Connected" });

    expect(await request("GET", "/readyz")).toMatchObject({ status: 200, text: "Connected\n" });
  });
});
