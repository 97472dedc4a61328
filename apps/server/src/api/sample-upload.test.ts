import { beforeEach, describe, expect, it } from "vitest";

import { createTestApp, type TestApp } from "../test-app.ts";

const PATH = "/api/v1/projects/1/samples";

let app: TestApp;
/** What the ingestion service was sent. */
let sent: { url: string; label: string | null; name: string; type: string; text: string }[];
let answer: () => Response | Promise<Response>;

const ingestion = {
  apiKey: "ei_test",
  baseUrl: "http://ingestion.test",
  fetch: async (...input: Parameters<typeof fetch>) => {
    const request = new Request(...input);
    const file = (await request.formData()).get("data") as File;
    const { name, type } = file;
    sent.push({ url: request.url, label: request.headers.get("x-label"), name, type, text: await file.text() });
    return answer();
  },
};

beforeEach(async () => {
  sent = [];
  answer = () => Response.json({ success: true, files: [{ projectId: 1, sampleId: 7, fileName: "idle.7" }] });
  app = await createTestApp({ ingestion });
});

function formOf(file: File | undefined, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (file) form.append("file", file);
  return form;
}

async function upload(form: FormData, path = PATH) {
  const url = `http://127.0.0.1:4700${path}`;
  const headers = { host: "127.0.0.1:4700" };
  const connection = { incoming: { socket: { remoteAddress: "127.0.0.1" } } };
  const response = await app.app.request(url, { method: "POST", headers, body: form }, connection);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const recording = new File(['{"payload":{}}'], "wave.01.json");

describe("POST /api/v1/projects/{projectId}/samples", () => {
  it("sends the recording to the project under the type of its name, and starts its run", async () => {
    const { status, body } = await upload(formOf(recording, { label: "wave", category: "training" }));

    expect(status).toBe(202);
    expect(body).toMatchObject({ sampleId: 7, sampleName: "idle.7" });
    expect(sent).toEqual([
      {
        url: "http://ingestion.test/api/training/files",
        label: "wave",
        name: "wave.01.json",
        type: "application/json",
        text: '{"payload":{}}',
      },
    ]);
    const run = await app.request("GET", `/api/v1/runs/${String(body.runId)}`);
    expect(run.body).toMatchObject({ projectId: 1, sampleId: 7, sampleName: "idle.7" });
  });

  it("sends to the test set when no category is said, and leaves a label to the file's name", async () => {
    await upload(formOf(recording));

    expect(sent[0]).toMatchObject({ url: "http://ingestion.test/api/testing/files", label: null });
  });

  it.each(["a.CBOR", "a.csv", "a.wav", "a.jpg", "a.jpeg", "a.png"])("takes %s", async (name) => {
    expect((await upload(formOf(new File(["x"], name)))).status).toBe(202);
  });

  it("answers 415 for another file, naming those it takes", async () => {
    const { status, body } = await upload(formOf(new File(["x"], "song.mp3")));

    expect(status).toBe(415);
    expect(body).toMatchObject({
      type: "urn:windowscope:problem:no-recording",
      detail: "song.mp3 is none of .json, .cbor, .csv, .wav, .jpg, .jpeg, .png.",
    });
    expect(sent).toEqual([]);
  });

  it("answers 400 without a file, with two of them, and for a category that is none", async () => {
    const two = formOf(recording);
    two.append("file", recording);

    for (const form of [formOf(undefined), two, formOf(recording, { category: "best" })]) {
      expect(await upload(form)).toMatchObject({ status: 400, body: { type: "urn:windowscope:problem:bad-request" } });
    }
    expect(sent).toEqual([]);
  });

  it("answers 400 to a name that no file system would take, and does not repeat it", async () => {
    const { status, body } = await upload(formOf(new File(["x"], `${"a".repeat(252)}.mp3`)));

    expect(status).toBe(400);
    expect(String(body.detail).length).toBeLessThan(100);
  });

  it("answers 415 to a body that is no form", async () => {
    expect(await app.request("POST", PATH, { body: { file: "x" } })).toMatchObject({
      status: 415,
      type: "application/problem+json",
    });
  });

  it("answers 413 for what is too large, by its length alone", async () => {
    const headers = { "content-length": String(101 * 1024 * 1024), "content-type": "multipart/form-data; boundary=x" };

    expect(await app.request("POST", PATH, { headers, body: "" })).toMatchObject({
      status: 413,
      body: { type: "urn:windowscope:problem:too-large" },
    });
  });

  it("takes a recording of some megabytes, which no other address does", async () => {
    const large = new File([new Uint8Array(3_000_000)], "large.wav");

    expect((await upload(formOf(large))).status).toBe(202);
    expect((await upload(formOf(large), "/api/v1/runs")).status).toBe(413);
  });

  it("answers 404 for a project that the key does not open, and sends nothing", async () => {
    expect((await upload(formOf(recording), "/api/v1/projects/2/samples")).status).toBe(404);
    expect(sent).toEqual([]);
  });

  it("answers 400 with the words of the ingestion service when it refuses the file", async () => {
    answer = () =>
      Response.json({ success: true, files: [{ success: false, error: "Could not parse this CSV file" }] });

    expect(await upload(formOf(recording))).toMatchObject({
      status: 400,
      body: { type: "urn:windowscope:problem:recording-refused", detail: "Could not parse this CSV file" },
    });
  });

  it("answers 503 when the ingestion service does not answer", async () => {
    answer = () => Promise.reject(new TypeError("fetch failed"));

    expect((await upload(formOf(recording))).status).toBe(503);
  });

  it("answers 409 where nobody has said where recordings go", async () => {
    app = await createTestApp();

    const { status, body } = await upload(formOf(recording));

    expect(status).toBe(409);
    expect(body.detail).toContain("EI_INGESTION_URL");
  });

  it("passes on two recordings at a time, and the next when one is through", async () => {
    const answers: (() => void)[] = [];
    const success = answer;
    answer = () => new Promise((resolve) => answers.push(() => resolve(success())));
    const uploads = [1, 2, 3].map(() => upload(formOf(recording)));
    await expect.poll(() => answers.length).toBe(2);

    answers[0]?.();
    await Promise.race(uploads);
    await expect.poll(() => answers.length).toBe(3);

    answers[1]?.();
    answers[2]?.();
    expect((await Promise.all(uploads)).map(({ status }) => status)).toEqual([202, 202, 202]);
  });
});
