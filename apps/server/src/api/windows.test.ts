import { NoSuchLogError, type LogReset } from "@windowscope/runlog";
import { tableFromIPC } from "apache-arrow";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { classifyAnswer } from "../fakes.ts";
import { createTestApp, deleteOnceFound, type Body, type TestApp } from "../test-app.ts";

let app: TestApp;
let request: TestApp["request"];
let finishedRun: TestApp["finishedRun"];

beforeEach(async () => {
  app = await createTestApp();
  ({ request, finishedRun } = app);
});

async function arrowOf(runId: string) {
  const response = await app.fetchRaw("GET", `/api/v1/runs/${runId}/windows?format=arrow`);
  return { response, table: tableFromIPC(new Uint8Array(await response.arrayBuffer())) };
}

describe("GET /api/v1/runs/{runId}/windows", () => {
  it("downloads every window as JSON", async () => {
    const runId = await finishedRun();

    const { body, headers } = await request("GET", `/api/v1/runs/${runId}/windows`);

    expect(headers.get("content-disposition")).toBe(`attachment; filename="${runId}.json"`);
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

  it("writes no name into CSV that a spreadsheet would run as a formula, and leaves negative numbers alone", async () => {
    app.studio.answer("classifySampleV2", () => classifyAnswer(1, { '=HYPERLINK("x")': 0.75, "-b": 0.25 }));
    const { text } = await request("GET", `/api/v1/runs/${await finishedRun()}/windows?format=csv`);

    expect(text).toBe(
      `index,startMs,endMs,verdict,anomaly,"'=HYPERLINK(""x"")",'-b\r\n` +
        `0,0,1000,"'=HYPERLINK(""x"")",-0.25,0.75,0.25\r\n`,
    );
  });

  it.each([
    { what: "of one batch", answer: () => classifyAnswer(3) },
    { what: "of many batches", answer: () => classifyAnswer(5_000) },
    { what: "that float32 would round", answer: () => classifyAnswer(40, { idle: 0.1, wave: 0.3, "other, one": 0.6 }) },
    {
      what: "without an anomaly block",
      answer: () => ({ ...classifyAnswer(40), classifications: classifyAnswer(40).classifications.slice(0, 1) }),
    },
    { what: "of a result without windows", answer: () => classifyAnswer(0) },
  ])("says in Arrow what it says in JSON: windows $what", async ({ answer }) => {
    app.studio.answer("classifySampleV2", answer);
    app.studio.answer("getSample", () => answer().sample);
    const runId = await finishedRun();
    const { body } = await request("GET", `/api/v1/runs/${runId}/windows`);

    const { table, response } = await arrowOf(runId);

    expect(response.headers.get("content-type")).toBe("application/vnd.apache.arrow.stream");
    const { classes } = (body.run as { result: { classes: string[] } }).result;
    expect(table.schema.fields.map(({ name }) => name)).toEqual([
      ...["index", "startMs", "endMs", "verdict", "anomaly"],
      ...classes,
    ]);
    expect(JSON.parse(table.schema.metadata.get("run") ?? "")).toEqual(body.run);
    const rows = table.toArray().map((row: { toJSON(): Record<string, unknown> }) => {
      const { index, startMs, endMs, verdict, anomaly, ...scores } = row.toJSON();
      return { index, startMs, endMs, scores, ...(anomaly !== null && { anomaly }), verdict };
    });
    expect(rows).toEqual(body.windows);
  });

  describe("of a regression", () => {
    /** What a window without a number is like is decided by Studio: it has none. */
    const values = [20.1, -3, undefined];

    beforeEach(() => {
      const answer = classifyAnswer(3);
      const [classifier] = answer.classifications;
      app.studio.answer("classifySampleV2", () => ({
        ...answer,
        classifications: [
          {
            ...classifier,
            learnBlock: { ...classifier?.learnBlock, type: "keras-regression" },
            result: values.map((value) => (value === undefined ? {} : { value })),
          },
        ],
      }));
    });

    it("has the value of each window in every format, and nothing where there is none", async () => {
      const runId = await finishedRun();
      const { body } = await request("GET", `/api/v1/runs/${runId}/windows`);
      const { text } = await request("GET", `/api/v1/runs/${runId}/windows?format=csv`);
      const { table } = await arrowOf(runId);

      expect((body.run as { result: object }).result).toMatchObject({ kinds: ["value"], classes: [] });
      expect((body.windows as { value?: number }[]).map(({ value }) => value)).toEqual(values);
      expect(text.split("\r\n").map((line) => line.split(",").at(-1))).toEqual(["value", "20.1", "-3", "", ""]);
      expect(table.schema.fields.at(-1)).toMatchObject({ name: "value", nullable: true });
      expect([...(table.getChild("value") ?? [])]).toEqual([20.1, -3, null]);
    });
  });

  it("has in JSON what windows have beside numbers", async () => {
    const answer = classifyAnswer(2);
    const [classifier] = answer.classifications;
    const found = { mAP: 0, f1: 0, precision: 0, recall: 0 };
    app.studio.answer("classifySampleV2", () => ({
      ...answer,
      classifications: [
        {
          ...classifier,
          learnBlock: { ...classifier?.learnBlock, type: "keras-object-detection" },
          result: [],
          structuredResult: [
            { ...found, boxes: [[1, 2, 3, 4]], labels: ["cup"], scores: [0.75], debugInfoJson: '{"y_trues":[]}' },
            { ...found, boxes: [], labels: [], scores: [] },
          ],
        },
      ],
    }));

    const { body } = await request("GET", `/api/v1/runs/${await finishedRun()}/windows`);

    expect(body.windows).toEqual([
      {
        ...{ index: 0, startMs: 0, endMs: 1000, scores: { cup: 0.75 }, verdict: "cup" },
        boxes: [{ label: "cup", score: 0.75, x: 1, y: 2, width: 3, height: 4 }],
        debugInfo: '{"y_trues":[]}',
      },
      { index: 1, startMs: 500, endMs: 1500, scores: { cup: 0 }, verdict: "no object" },
    ]);
  });

  it("is an empty Arrow table for a run without a result", async () => {
    app.studio.answer("classifySampleV2", () => new Promise(() => undefined));
    const { body } = await request("POST", "/api/v1/runs", { body: { projectId: 1, sampleId: 7 } });

    const { table } = await arrowOf(String(body.runId));

    expect(table.numRows).toBe(0);
    expect(table.schema.fields).toHaveLength(5);
  });

  it.each(["json", "csv", "arrow"])("answers 404 as %s when the run is deleted before it is read", async (format) => {
    const runId = await finishedRun();
    deleteOnceFound(app.runLog);

    const { status, body, headers } = await request("GET", `/api/v1/runs/${runId}/windows?format=${format}`);

    expect(status).toBe(404);
    expect(body).toMatchObject({ type: "urn:windowscope:problem:no-such-run", detail: `There is no run ${runId}.` });
    expect(headers.get("content-disposition")).toBeNull();
  });

  it("answers 409 when the run begins anew before it is read", async () => {
    const runId = await finishedRun();
    vi.spyOn(app.runLog, "read").mockImplementation(beginsAnew);

    const { status, body } = await request("GET", `/api/v1/runs/${runId}/windows`);

    expect(status).toBe(409);
    expect(body).toMatchObject({
      type: "urn:windowscope:problem:log-reset",
      detail: `The run ${runId} began anew while it was read; read it again.`,
    });
  });

  it.each([
    { format: "json", what: "is deleted", read: isDeleted, words: "There is no log" },
    { format: "csv", what: "is deleted", read: isDeleted, words: "There is no log" },
    { format: "arrow", what: "is deleted", read: isDeleted, words: "There is no log" },
    { format: "json", what: "begins anew", read: beginsAnew, words: "began anew" },
    { format: "csv", what: "begins anew", read: beginsAnew, words: "began anew" },
    { format: "arrow", what: "begins anew", read: beginsAnew, words: "began anew" },
  ])("breaks $format off when the run $what, so that half is not taken for all", async ({ format, read, words }) => {
    app.studio.answer("classifySampleV2", () => classifyAnswer(20_000));
    const runId = await finishedRun();
    const response = await app.fetchRaw("GET", `/api/v1/runs/${runId}/windows?format=${format}`);
    vi.spyOn(app.runLog, "read").mockImplementation(read);

    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(words);
  });

  async function beginsAnew(log: string): Promise<LogReset> {
    return { type: "reset", why: "epoch", state: await app.runLog.open(log) };
  }

  async function isDeleted(log: string): Promise<LogReset> {
    throw new NoSuchLogError(log);
  }

  it("answers a problem for another format and for a run that does not exist", async () => {
    const { body }: { body: Body } = await request("GET", `/api/v1/runs/${await finishedRun()}/windows?format=xml`);

    expect(body).toMatchObject({ status: 400, type: "urn:windowscope:problem:bad-request" });
    expect((await request("GET", "/api/v1/runs/run-0/windows?format=arrow")).status).toBe(404);
  });
});

describe("a download of 100,000 windows", () => {
  let large: TestApp;
  let runId: string;

  beforeAll(async () => {
    large = await createTestApp();
    large.studio.answer("classifySampleV2", () => classifyAnswer(100_000));
    runId = await large.finishedRun();
  });

  afterEach(() => vi.restoreAllMocks());

  async function begin(format: string) {
    const read = vi.spyOn(large.runLog, "read");
    const response = await large.fetchRaw("GET", `/api/v1/runs/${runId}/windows?format=${format}`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await settle();
    return { reader, read };
  }

  /** Lets everything happen that can. */
  async function settle(): Promise<void> {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  it.each(["json", "csv", "arrow"])("reads no further than it is taken, as %s", async (format) => {
    const { reader, read } = await begin(format);
    const readsAtFirst = read.mock.calls.length;
    let bytes = 0;
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) bytes += chunk.value.length;

    expect(bytes).toBeGreaterThan(1_000_000);
    expect(read.mock.calls.length).toBeGreaterThan(10);
    expect(readsAtFirst).toBeLessThan(read.mock.calls.length / 2);
  });

  it.each(["json", "csv", "arrow"])("stops reading when the caller leaves in the middle of %s", async (format) => {
    const { reader, read } = await begin(format);
    await reader.cancel();
    await settle();
    const reads = read.mock.calls.length;
    await settle();

    expect(read.mock.calls.length).toBe(reads);
    expect(reads).toBeLessThan(10);
  });
});
