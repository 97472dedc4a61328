import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { toImpulseDocument, type Impulse } from "@windowscope/engine";
import { encode } from "cbor-x";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";

import { packRecording } from "./demo/recording-file.ts";
import { writeWav } from "./formats/wav.ts";
import { readOrCreateKey } from "./key.ts";
import { smallImpulse as impulse, smallRecording as recording } from "./small-impulse.ts";
import { startStudio, type RunningStudio, type StudioOptions } from "./start.ts";

const KEY = "ei_test";
const FREE_PORTS = { studio: 0, devices: 0, ingestion: 0 };

let studio: RunningStudio;

async function start(options: Partial<StudioOptions> = {}): Promise<RunningStudio> {
  return startStudio({ apiKey: KEY, project: "empty", ports: FREE_PORTS, ...options });
}

interface Answer {
  readonly success: boolean;
  readonly error?: string;
  readonly [key: string]: unknown;
}

async function call(method: "GET" | "POST", route: string, options: { key?: string; body?: unknown } = {}) {
  const response = await fetch(`${studio.url}${route}`, {
    method,
    // The official client sends this content type with every request, body or not.
    headers: { "x-api-key": options.key ?? KEY, "content-type": "application/json" },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  return { status: response.status, answer: (await response.json()) as Answer };
}

async function uploadFiles(
  files: Record<string, string | Buffer>,
  headers: Record<string, string> = {},
  category = "testing",
) {
  const form = new FormData();
  for (const [name, content] of Object.entries(files))
    form.append("data", new Blob([typeof content === "string" ? content : new Uint8Array(content)]), name);
  const response = await fetch(`${studio.ingestionUrl}/api/${category}/files`, {
    method: "POST",
    headers: { "x-api-key": KEY, ...headers },
    body: form,
  });
  return { status: response.status, answer: (await response.json()) as { success: boolean; files: UploadedFile[] } };
}

interface UploadedFile {
  readonly success: boolean;
  readonly error?: string;
  readonly sampleId: number;
  readonly fileName: string;
}

async function upload(document: object, name = "still.1.json"): Promise<number> {
  const { answer } = await uploadFiles({ [name]: JSON.stringify(document) });
  return answer.files[0]?.sampleId ?? 0;
}

async function importImpulse(changes: Partial<Impulse> = {}) {
  const body = toImpulseDocument({ ...impulse, ...changes });
  return call("POST", "/windowscope/impulses", { body });
}

function withClassifier(changes: object): unknown {
  const document = toImpulseDocument(impulse) as { classifier: object };
  return { ...document, classifier: { ...document.classifier, ...changes } };
}

/** An int8 model for three features, which no block of the test impulse makes. */
const narrowInt8 = {
  input: { scale: 1, zeroPoint: 0 },
  layers: [
    {
      inputs: 3,
      outputs: 2,
      activation: "none",
      weights: Buffer.alloc(6).toString("base64"),
      weightScales: [1, 1],
      bias: Buffer.alloc(8).toString("base64"),
      output: { scale: 1, zeroPoint: 0 },
    },
  ],
};

/** Waits for a job by asking for its status. */
async function waitForJob(jobId: unknown) {
  for (;;) {
    const { answer } = await call("GET", `/v1/api/${studio.projectId}/jobs/${String(jobId)}/status`);
    const { finishedSuccessful } = answer.job as { finishedSuccessful?: boolean };
    if (finishedSuccessful !== undefined) return answer.job as Record<string, unknown>;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Classifies as a client does: a job first, then the result. */
async function classify(sampleId: number, query = "") {
  const route = `/v1/api/${studio.projectId}/classify/v2/${sampleId}${query}`;
  const first = await call("POST", route);
  const job = await waitForJob(first.answer.id);
  const second = await call("POST", route);
  return { first: first.answer, job, answer: second.answer };
}

describe("a local Studio with an empty project", () => {
  beforeEach(async () => {
    studio = await start();
  });

  afterEach(() => studio.close());

  describe("GET /v1/api/projects", () => {
    it("lists the one project that the key opens", async () => {
      const { answer } = await call("GET", "/v1/api/projects");

      expect(answer).toMatchObject({ success: true, projects: [{ id: studio.projectId, name: "Local project" }] });
    });

    it("answers 401 with Studio's words to a key that opens nothing", async () => {
      expect(await call("GET", "/v1/api/projects", { key: "ei_other" })).toEqual({
        status: 401,
        answer: { success: false, error: "Invalid API key" },
      });
    });
  });

  describe("GET /v1/api/{projectId}/...", () => {
    it.each([
      { route: "/v1/api/999", error: "There is no project 999, or this API key does not open it." },
      { route: "/v1/api/1/raw-data", error: "The query must have required property 'category'." },
      { route: "/v1/api/1/raw-data?category=testing&limit=many", error: '"limit" has to be a whole number' },
      { route: "/v1/api/1/raw-data?category=elsewhere", error: '"category" must be one of training, testing, ' },
      { route: "/v1/api/1/raw-data/7", error: "There is no sample 7 in this project." },
      { route: "/v1/api/1/jobs/7/status", error: "No job with this ID found" },
      { route: "/v1/api/1/classify/all/result", error: "This project has no impulse yet." },
    ])("answers $route with status 200 and success: false", async ({ route, error }) => {
      const { status, answer } = await call("GET", route);

      expect({ status, success: answer.success }).toEqual({ status: 200, success: false });
      expect(answer.error).toContain(error);
    });

    it("answers 404 in JSON where there is nothing", async () => {
      const { status, answer } = await call("GET", "/v1/api/1/nothing/here");

      expect({ status, answer }).toMatchObject({ status: 404, answer: { success: false } });
    });

    it("answers 401 there too when the key opens nothing", async () => {
      expect(await call("GET", "/v1/api/organizations", { key: "ei_other" })).toEqual({
        status: 401,
        answer: { success: false, error: "Invalid API key" },
      });
    });

    it("answers no impulse while there is none", async () => {
      expect((await call("GET", `/v1/api/${studio.projectId}/impulse`)).answer).toEqual({ success: true });
      expect((await call("GET", `/v1/api/${studio.projectId}`)).answer.impulse).toMatchObject({ complete: false });
    });
  });

  describe("POST /api/{category}/files", () => {
    it("stores each file, byte for byte, under the label of its name", async () => {
      const json = JSON.stringify(recording(2));
      const { answer } = await uploadFiles({ "still.1.json": json, "moving.2.cbor": encode(recording(2)) });

      expect(answer).toMatchObject({ success: true, files: [{ success: true }, { success: true }] });
      const list = await call("GET", `/v1/api/${studio.projectId}/raw-data?category=testing`);
      expect(list.answer).toMatchObject({
        totalCount: 2,
        samples: [
          { label: "moving", filename: expect.stringMatching(/^moving\.2\.[0-9a-f]{10}$/) as string, valuesCount: 20 },
          { label: "still", sha256Hash: createHash("sha256").update(json).digest("hex"), frequency: 10 },
        ],
      });
    });

    it("stores the good files of a request and says what is wrong with each other", async () => {
      const { status, answer } = await uploadFiles({
        "good.json": JSON.stringify(recording(2)),
        "cut.cbor": encode(recording(2)).subarray(0, 200),
        "picture.png": "\x89PNG",
      });

      expect(status).toBe(200);
      expect(answer).toMatchObject({
        success: true,
        files: [
          { success: true },
          {
            success: false,
            error: expect.stringContaining("Could not parse this CBOR file") as string,
            fileName: "cut.cbor",
          },
          { success: false, error: expect.stringContaining("has no image projects yet") as string },
        ],
      });
      const list = await call("GET", `/v1/api/${studio.projectId}/raw-data?category=all`);
      expect(list.answer.totalCount).toBe(1);
    });

    it("stores tables and audio with their readings", async () => {
      const csv = "timestamp,accX,accY\n0,1,2\n100,3,4";
      const { answer } = await uploadFiles({ "still.csv": csv, "noise.wav": writeWav([5, -6], 0.0625) });

      const payloads = [];
      for (const { sampleId } of answer.files) {
        const sample = await call("GET", `/v1/api/${studio.projectId}/raw-data/${sampleId}`);
        payloads.push(sample.answer.payload);
      }
      expect(payloads).toMatchObject([
        {
          sensors: [{ name: "accX" }, { name: "accY" }],
          intervalMs: 100,
          values: [
            [1, 2],
            [3, 4],
          ],
        },
        { sensors: [{ name: "audio", units: "wav" }], frequencyHz: 16_000, values: [[5], [-6]] },
      ]);
    });

    it("takes label and category from the request, and refuses a file that is there already when asked to", async () => {
      const files = { "a.json": JSON.stringify(recording(2)) };
      await uploadFiles(files, { "x-label": encodeURIComponent("très long") }, "training");
      const again = await uploadFiles(files, { "x-disallow-duplicates": "1" });

      expect(again.answer.files).toMatchObject([
        { success: false, error: expect.stringContaining("already exists") as string },
      ]);
      const list = await call("GET", `/v1/api/${studio.projectId}/raw-data?category=training`);
      expect(list.answer).toMatchObject({ totalCount: 1, samples: [{ label: "très long" }] });
    });

    it("splits files into training and testing, the same file always to the same side", async () => {
      const files = Object.fromEntries(
        Array.from({ length: 40 }, (_, i) => [`f${i}.json`, JSON.stringify(recording(2, i))]),
      );
      await uploadFiles(files, {}, "split");
      await uploadFiles(files, {}, "split");

      const { answer } = await call("GET", `/v1/api/${studio.projectId}`);
      const { training, testing } = answer.dataSummaryPerCategory as Record<string, { dataCount: number }>;
      expect((training?.dataCount ?? 0) + (testing?.dataCount ?? 0)).toBe(80);
      expect((testing?.dataCount ?? 0) % 2).toBe(0);
      expect(testing?.dataCount).toBeGreaterThan(0);
      expect(training?.dataCount).toBeGreaterThan(testing?.dataCount ?? 0);
    });

    it.each([
      { what: "no file", body: new FormData(), message: "There is no file" },
      { what: "no form", body: "text", message: "has to be multipart/form-data" },
    ])("answers 400 to a request with $what", async ({ body, message }) => {
      const response = await fetch(`${studio.ingestionUrl}/api/testing/files`, {
        method: "POST",
        headers: { "x-api-key": KEY },
        body,
      });

      expect(response.status).toBe(400);
      expect(await response.text()).toContain(message);
    });
  });

  describe("POST /api/{category}/data", () => {
    async function post(body: string | Buffer, headers: Record<string, string>) {
      const url = `${studio.ingestionUrl}/api/testing/data`;
      const response = await fetch(url, {
        method: "POST",
        headers: { "x-api-key": KEY, ...headers },
        body: new Uint8Array(Buffer.from(body)),
      });
      return { status: response.status, text: await response.text() };
    }

    it("answers the name of the stored file as text", async () => {
      const { status, text } = await post(JSON.stringify(recording(2)), { "x-file-name": "still" });

      expect(status).toBe(200);
      expect(text).toMatch(/^still\.[0-9a-f]{10}$/);
    });

    it.each([
      { status: 401, text: "Invalid API key", headers: { "x-api-key": "ei_other", "x-file-name": "a" } },
      { status: 421, text: "Missing x-file-name header", headers: {} },
      { status: 400, text: "The header x-file-name has to be URI-encoded.", headers: { "x-file-name": "%" } },
      { status: 400, text: "Could not parse this JSON file", headers: { "x-file-name": "a" } },
    ])("answers $status with the text $text", async ({ status, text, headers }) => {
      const answer = await post("{broken", headers as Record<string, string>);

      expect(answer.status).toBe(status);
      expect(answer.text).toContain(text);
    });

    it("checks the signature with the project's key, and stores the file either way", async () => {
      const good = packRecording([[1, 2, 3]], { deviceName: "d", intervalMs: 16, hmacKey: "not the project's" });
      await post(good, { "x-file-name": "signed" });

      const { answer } = await call("GET", `/v1/api/${studio.projectId}/raw-data?category=testing`);
      expect(answer.samples).toMatchObject([{ signatureValidate: false, signatureMethod: "HS256", deviceName: "d" }]);
    });
  });

  describe("POST /windowscope/impulses", () => {
    it("makes the imported impulse the project's default", async () => {
      const { answer } = await importImpulse();

      expect(answer).toMatchObject({ success: true, name: "two axes", variants: ["float32"] });
      const { impulse: shown } = (await call("GET", `/v1/api/${studio.projectId}/impulse`)).answer;
      expect(shown).toMatchObject({
        id: answer.impulseId,
        inputBlocks: [{ windowSizeMs: 1000, windowIncreaseMs: 500, frequencyHz: 10, padZeros: false }],
        learnBlocks: [
          { id: 3, type: "keras" },
          { id: 4, type: "anomaly" },
        ],
      });
    });

    it.each([
      { body: { format: "tflite" }, error: '/format has to be "windowscope-impulse"' },
      {
        body: { ...toImpulseDocument(impulse), input: { ...impulse.input, axes: ["accX"] } },
        error: "takes 14 features",
      },
      { body: withClassifier({ int8: narrowInt8 }), error: "The int8 model takes 3 features" },
      { body: withClassifier({ labels: ["still", "still"] }), error: "an array of different class names" },
      { body: withClassifier({ labels: ["still", "anomaly"] }), error: 'an array without "anomaly"' },
    ])("refuses a document that cannot work: $error", async ({ body, error }) => {
      const { status, answer } = await call("POST", "/windowscope/impulses", { body });

      expect(status).toBe(400);
      expect(answer.error).toContain(error);
      expect((await call("GET", `/v1/api/${studio.projectId}/impulse`)).answer.impulse).toBeUndefined();
    });

    it("answers 401 without the project's key", async () => {
      expect((await call("POST", "/windowscope/impulses", { key: "ei_x", body: {} })).status).toBe(401);
    });
  });

  describe("POST /v1/api/{projectId}/classify/v2/{sampleId}", () => {
    it("answers a job first, and the windows once it has finished", async () => {
      await importImpulse();
      const sampleId = await upload(recording(3, 3));

      const { first, job, answer } = await classify(sampleId);

      expect(first).toEqual({ success: true, id: expect.any(Number) as number });
      expect(job).toMatchObject({ finishedSuccessful: true, key: `classify-sample-${sampleId}-1-float32` });
      expect(answer).toMatchObject({
        success: true,
        windowSizeMs: 1000,
        windowIncreaseMs: 500,
        alreadyInDatabase: false,
        sample: { sample: { id: sampleId }, totalPayloadLength: 30, payload: { intervalMs: 100 } },
        classifications: [
          {
            learnBlock: { id: 3 },
            resultCount: 5,
            thresholds: [{ value: 0.6 }],
            expectedLabels: [{ startIndex: 0, endIndex: 29, label: "still" }],
          },
          { learnBlock: { id: 4 }, resultCount: 5, thresholds: [{ value: 0.3 }] },
        ],
      });
      const [classifier, anomaly] = answer.classifications as { result: Record<string, number>[] }[];
      for (const scores of classifier?.result ?? []) expect(scores.moving).toBeGreaterThan(0.99);
      for (const { anomaly: score } of anomaly?.result ?? []) expect(score).toBeGreaterThan(-0.5);
    });

    it("has no result before leastJobMs, however small the sample", async () => {
      await studio.close();
      studio = await start({ leastJobMs: 50 });
      await importImpulse();
      const sampleId = await upload(recording(3));

      const { first, job } = await classify(sampleId);

      expect(first.classifications).toBeUndefined();
      // Both times are cut to whole milliseconds.
      expect(Date.parse(job.finished as string) - Date.parse(job.started as string)).toBeGreaterThanOrEqual(49);
    });

    it("classifies anew with a new impulse", async () => {
      await importImpulse();
      const sampleId = await upload(recording(3));
      await classify(sampleId);
      await importImpulse({ anomaly: undefined });

      const { answer } = await classify(sampleId);

      expect(answer.classifications).toHaveLength(1);
    });

    it("answers no window, and why, for a sample shorter than one", async () => {
      await importImpulse();
      const { answer } = await classify(await upload(recording(0.5)));

      expect(answer).toMatchObject({
        success: true,
        warning: "The sample lasts 500 ms, less than one window of 1000 ms. It has no window.",
        classifications: [{ result: [], resultCount: 0 }, { result: [] }],
      });
    });

    it("fills a short sample up with zeros when the impulse says so", async () => {
      await importImpulse({ input: { ...impulse.input, padZeros: true } });
      const { answer } = await classify(await upload(recording(0.5)));

      expect(answer.warning).toContain("filled up with zeros");
      expect(answer.classifications).toMatchObject([{ resultCount: 1 }, { resultCount: 1 }]);
    });

    it.each([
      { document: recording(3, 0, ["accX", "gyrY"]), reason: "It has the axes accX, gyrY and lacks accY" },
      {
        document: { ...recording(3), payload: { ...recording(3).payload, interval_ms: 0.4 } },
        reason: "made at 2500 Hz and the impulse reads 10 Hz, 250 times fewer readings",
      },
    ])("fails the job of a sample that does not fit: $reason", async ({ document, reason }) => {
      await importImpulse();
      const sampleId = await upload(document);
      const lines = await watchJobLines(sampleId);

      expect(lines).toContain(reason);
      expect(lines).toContain("Job failed (see above)");
    });

    it("refuses a variant that the impulse does not have", async () => {
      await importImpulse();
      const sampleId = await upload(recording(3));

      const { answer } = await call("POST", `/v1/api/${studio.projectId}/classify/v2/${sampleId}?variant=int8`);

      expect(answer).toEqual({ success: false, error: "This impulse has no int8 model; it has float32." });
    });
  });

  /** Connects to the job stream like an Engine.IO 3 client, starts a classification, and collects what its job says. */
  async function watchJobLines(sampleId: number): Promise<string> {
    const { answer } = await call("GET", `/v1/api/${studio.projectId}/socket-token`);
    const { socketToken } = answer.token as { socketToken: string };
    const query = `token=${socketToken}&EIO=3&transport=websocket&onDemandLogs=true`;
    const socket = new WebSocket(`${studio.url.replace("http", "ws")}/socket.io/?${query}`);
    const frames: string[] = [];
    const finished = new Promise<void>((resolve) => {
      socket.on("message", (data: Buffer) => {
        const frame = data.toString();
        frames.push(frame);
        if (frame.startsWith('42["hello"')) {
          void call("POST", `/v1/api/${studio.projectId}/classify/v2/${sampleId}`).then(({ answer: { id } }) =>
            socket.send(`42["start-log-stream",{"jobId":${String(id)},"lastReceivedTimestamp":0}]`),
          );
        }
        if (frame.startsWith('42["job-data') && /Job (completed|failed)/.test(frame)) resolve();
      });
    });
    await finished;
    socket.close();
    expect(frames.slice(0, 3).map((frame) => frame.slice(0, 2))).toEqual(["0{", "40", "42"]);
    return frames.join("\n");
  }

  describe("classify by learn block", () => {
    it("answers only that block: at once in version 1, after a job in version 2", async () => {
      await importImpulse();
      const sampleId = await upload(recording(3));
      const base = `/v1/api/${studio.projectId}/classify/anomaly-gmm`;

      const started = await call("POST", `${base}/v2/4/${sampleId}`);
      await waitForJob(started.answer.id);
      const second = await call("POST", `${base}/v2/4/${sampleId}`);
      const first = await call("GET", `${base}/3/${sampleId}`);

      expect(second.answer.classifications).toMatchObject([{ learnBlock: { id: 4 } }]);
      expect(first.answer.classifications).toMatchObject([{ learnBlock: { id: 3 } }]);
    });

    it("answers at once in version 1 for a sample that nobody has asked for, and says why it cannot", async () => {
      await importImpulse();
      const fine = await upload(recording(3));
      const other = await upload(recording(3, 0, ["audio", "accY"]));
      const base = `/v1/api/${studio.projectId}/classify/anomaly-gmm`;

      expect((await call("GET", `${base}/3/${fine}`)).answer.classifications).toHaveLength(1);
      expect((await call("GET", `${base}/3/${other}`)).answer.error).toContain(
        "It has the axes audio, accY and lacks accX",
      );
      expect((await call("GET", `${base}/187/${fine}`)).answer.error).toBe("No learning block found with ID 187");
    });
  });

  describe("classify the test set", () => {
    it("answers results, predictions and accuracy, whole and in pages, after the job", async () => {
      await importImpulse();
      await upload(recording(3), "still.1.json");
      await upload(recording(3, 3), "moving.1.json");
      await upload(recording(3, 3), "still.wrong.json");
      await upload(recording(3, 0, ["audio"]), "still.unfit.json");
      const base = `/v1/api/${studio.projectId}`;
      const before = await call("GET", `${base}/classify/all/result`);
      expect(before.answer.error).toBe("No model testing results found, run 'startClassifyJob' first");

      const started = await call("POST", `${base}/jobs/classify`, { body: {} });
      await waitForJob(started.answer.id);
      const whole = await call("GET", `${base}/classify/all/result`);
      const page = await call("GET", `${base}/classify/all/result/page?limit=1&offset=1`);

      expect(whole.answer).toMatchObject({
        success: true,
        availableVariants: ["float32"],
        accuracy: {
          totalSummary: { good: 10, bad: 5 },
          summaryPerClass: { still: { good: 5, bad: 5 }, moving: { good: 5, bad: 0 } },
          confusionMatrixValues: { still: { still: 5, moving: 5 }, moving: { moving: 5 } },
          balancedAccuracyScore: 0.75,
        },
      });
      expect(whole.answer.result).toHaveLength(3);
      expect(whole.answer.predictions).toHaveLength(15);
      expect(whole.answer.predictions).toContainEqual({
        sampleId: 1,
        startMs: 500,
        endMs: 1500,
        label: "still",
        prediction: "still",
        predictionCorrect: true,
      });
      expect(page.answer).toMatchObject({ totalCount: 3, result: [{ sampleId: 2 }] });
      expect(page.answer.predictions).toHaveLength(5);
    });
  });

  describe("POST .../jobs/classify", () => {
    it("refuses a list of variants that is none, and a body beyond all measure", async () => {
      await importImpulse();
      const route = `/v1/api/${studio.projectId}/jobs/classify`;

      expect((await call("POST", route, { body: { modelVariants: "float32" } })).answer).toMatchObject({
        success: false,
        error: '"modelVariants" must be array.',
      });
      expect((await call("POST", route, { body: "x".repeat(2_000_000) })).status).toBe(413);
    });
  });

  describe("GET .../training/anomaly/{learnId}/metadata", () => {
    it("answers what the anomaly block has learnt", async () => {
      await importImpulse();
      const base = `/v1/api/${studio.projectId}/training/anomaly`;

      expect((await call("GET", `${base}/4/metadata`)).answer).toMatchObject({
        axes: [0],
        mean: [0],
        scale: [1],
        clusters: [{ center: [0], maxError: 2 }],
        thresholds: [{ value: 0.3 }],
        hasTrainedModel: true,
      });
      expect((await call("GET", `${base}/3/metadata`)).answer.error).toBe("No learning block found with ID 3");
    });
  });
});

describe("startStudio", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "windowscope-studio-"));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it("refuses a folder that another Studio uses, and a port that is taken", async () => {
    const dataDir = path.join(folder, "used");
    const running = await start({ dataDir });
    onTestFinished(() => running.close());
    const port = Number(new URL(running.url).port);

    await expect(start({ dataDir })).rejects.toThrow("is in use by another process");
    await expect(start({ ports: { ...FREE_PORTS, studio: port } })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("lets go of the folder when its project cannot be made", async () => {
    const dataDir = path.join(folder, "unmade");
    const createThread = () => ({
      run: () => Promise.reject(new Error("no threads today")),
      close: async () => undefined,
    });

    await expect(start({ dataDir, project: "demo", createThread })).rejects.toThrow("no threads today");
    const running = await start({ dataDir });
    onTestFinished(() => running.close());

    expect(running.projectId).toBeGreaterThan(1);
  });

  it("ends although somebody on each port has sent half a request", async () => {
    const running = await start();
    for (const url of [running.url, running.ingestionUrl, running.devicesUrl]) {
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      socket.on("error", () => undefined);
      onTestFinished(() => void socket.destroy());
      await once(socket, "connect");
      socket.write("GET / HTTP/1.1\r\nHost: loc");
    }

    await running.close();

    for (const url of [running.url, running.ingestionUrl, running.devicesUrl]) {
      await expect(fetch(url.replace("ws:", "http:"))).rejects.toThrow("fetch failed");
    }
  });

  it("refuses a key that no client of Studio would accept", async () => {
    await expect(start({ apiKey: "secret" })).rejects.toThrow("has to begin with ei_");
  });

  it(
    "has a demo project and an empty one in the same folder, and opens the wanted one",
    { timeout: 30_000 },
    async () => {
      const dataDir = path.join(folder, "kinds");
      const open = async (project: "demo" | "empty") => {
        studio = await start({ dataDir, project });
        const { answer } = await call("GET", "/v1/api/projects");
        await studio.close();
        return (answer.projects as { name: string }[]).map(({ name }) => name);
      };

      expect(await open("empty")).toEqual(["Local project"]);
      expect(await open("demo")).toEqual(["Demo: simulated motion"]);
      const demoId = studio.projectId;
      expect(await open("empty")).toEqual(["Local project"]);
      expect(await open("demo")).toEqual(["Demo: simulated motion"]);
      expect(studio.projectId).toBe(demoId);
    },
  );

  it("refuses a key file that holds no key, and names it", () => {
    const dataDir = path.join(folder, "no-key");
    mkdirSync(dataDir);
    writeFileSync(path.join(dataDir, "studio-key"), "");

    expect(() => readOrCreateKey(dataDir)).toThrow(`${path.join(dataDir, "studio-key")} does not hold a key`);
  });

  it("keeps its key in the data folder, readable by its owner alone", () => {
    const dataDir = path.join(folder, "key");

    const key = readOrCreateKey(dataDir);

    expect(key).toMatch(/^ei_[0-9a-f]{48}$/);
    expect(readOrCreateKey(dataDir)).toBe(key);
    expect(readFileSync(path.join(dataDir, "studio-key"), "utf8").trim()).toBe(key);
    expect(statSync(path.join(dataDir, "studio-key")).mode & 0o777).toBe(0o600);
  });
});
