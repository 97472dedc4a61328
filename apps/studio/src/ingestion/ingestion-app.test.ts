import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { createAdaptorServer } from "@hono/node-server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { RecordingError } from "../formats/recording.ts";
import { openTestStore } from "../test-studio.ts";
import { Projects } from "../projects.ts";
import type { Sample } from "../samples.ts";
import { ingestionApp } from "./ingestion-app.ts";
import { IntakeError, type Upload } from "./upload.ts";
import { UploadFolder } from "./upload-folder.ts";

const KEY = "ei_test";
const LIMITS = { fileBytes: 200_000, requestBytes: 500_000 };

let dataDir: string;
let server: Server;
let url: string;
/** What reached the store, with the file's contents. */
let taken: (Upload & { readonly text: string })[];

async function add(upload: Upload): Promise<Sample> {
  const text = readFileSync(upload.path, "utf8");
  if (text === "broken") throw new RecordingError("Could not parse this CSV file: it is broken");
  if (text === "twice") throw new IntakeError("An item with this hash already exists (ids: 7)");
  if (text === "bug") throw new TypeError("a secret of the house");
  taken.push({ ...upload, text });
  return Promise.resolve({ id: taken.length, filename: `${upload.filename}.stored` } as Sample);
}

beforeEach(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), "windowscope-ingestion-"));
  taken = [];
  const projects = new Projects(openTestStore().database);
  projects.addKey(projects.create("project", "").id, KEY);
  const app = ingestionApp(projects, { add, uploads: new UploadFolder(dataDir) }, LIMITS);
  server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function leftovers(): string[] {
  return readdirSync(path.join(dataDir, "uploads"));
}

function formOf(files: Record<string, string>, field = "data"): FormData {
  const form = new FormData();
  for (const [name, text] of Object.entries(files)) form.append(field, new Blob([text]), name);
  return form;
}

async function post(route: string, body: FormData | string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${route}`, { method: "POST", headers: { "x-api-key": KEY, ...headers }, body });
  const text = await response.text();
  return { status: response.status, text, json: () => JSON.parse(text) as unknown };
}

describe("POST /api/{category}/files", () => {
  it("hands each file over with its name, and answers one entry per file even when some fail", async () => {
    const answer = await post(
      "/api/training/files",
      formOf({ "idle.01.csv": "a", "b.csv": "broken", "c.csv": "twice" }),
    );

    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      success: true,
      files: [
        { success: true, projectId: 1, sampleId: 1, fileName: "idle.01.csv.stored" },
        { success: false, error: "Could not parse this CSV file: it is broken", fileName: "b.csv" },
        { success: false, error: "An item with this hash already exists (ids: 7)", fileName: "c.csv" },
      ],
    });
    expect(taken).toMatchObject([
      { projectId: 1, category: "training", filename: "idle.01.csv", label: "idle", text: "a", addsUniqueSuffix: true },
    ]);
    expect(leftovers()).toEqual([]);
  });

  it("keeps what is not the sender's business to the log", async () => {
    const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);

    const answer = await post("/api/training/files", formOf({ "a.csv": "bug" }));

    expect(answer.text).toContain("Unknown error");
    expect(answer.text).not.toContain("secret");
    expect(log.mock.calls.join("")).toContain("a secret of the house");
    log.mockRestore();
  });

  it("gives side files to the recordings that they name, wherever they stand in the form", async () => {
    const spans = [{ startIndex: 0, endIndex: 9, label: "idle" }];
    const labels = { version: 1, type: "structured-labels", structuredLabels: { "b.csv": spans } };

    const answer = await post(
      "/api/testing/files",
      formOf({ "structured_labels.labels": JSON.stringify(labels), "a.csv": "a", "b.csv": "b" }),
    );

    expect(answer.json()).toMatchObject({ success: true, files: [{ success: true }, { success: true }] });
    expect(taken.map(({ filename, structuredLabels }) => ({ filename, structuredLabels }))).toEqual([
      { filename: "a.csv", structuredLabels: undefined },
      { filename: "b.csv", structuredLabels: spans },
    ]);
  });

  it("says which side files it has no use for, and takes the recordings", async () => {
    const answer = await post("/api/testing/files", formOf({ "bounding_boxes.labels": "{}", "a.csv": "a" }));

    expect(answer.json()).toMatchObject({
      success: true,
      files: [
        { error: expect.stringContaining("no image projects yet") as string, fileName: "bounding_boxes.labels" },
        { success: true },
      ],
    });
  });

  const wishes: { headers: Record<string, string>; wanted: Partial<Upload> }[] = [
    { headers: { "x-label": encodeURIComponent("très, long") }, wanted: { label: "très, long" } },
    { headers: { "x-no-label": "1", "x-label": "" }, wanted: { label: undefined } },
    { headers: { "x-disallow-duplicates": "1" }, wanted: { disallowDuplicates: true } },
    { headers: { "x-no-date-id": "1" }, wanted: { addsUniqueSuffix: false } },
    { headers: { "x-no-date-id": "1", "x-add-date-id": "1" }, wanted: { addsUniqueSuffix: true } },
    { headers: { "x-metadata": '{"room":"kitchen"}' }, wanted: { metadata: { room: "kitchen" } } },
    { headers: { "x-upload-source": "EDGE_IMPULSE_CLI_UPLOADER", "x-device-type": "CLI" }, wanted: { label: "a" } },
  ];

  it.each(wishes)("heeds the headers $headers", async ({ headers, wanted }) => {
    await post("/api/testing/files", formOf({ "a.1.csv": "a" }), headers);

    expect(taken).toMatchObject([wanted]);
  });

  it.each([
    { category: "training", stored: "training" },
    { category: "testing", stored: "testing" },
    { category: "validation", stored: "validation" },
    { category: "post-processing", stored: "post-processing" },
    { category: "anomaly", stored: "training" },
  ])("stores files sent to $category in $stored", async ({ category, stored }) => {
    await post(`/api/${category}/files`, formOf({ "a.csv": "a" }));

    expect(taken).toMatchObject([{ category: stored }]);
  });

  it("splits files by what is in them, about one in five into the test set", async () => {
    const files = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}.csv`, String(i)]));
    await post("/api/split/files", formOf(files));
    const first = taken.map(({ category }) => category);
    taken = [];
    await post("/api/split/files", formOf(files));

    expect(taken.map(({ category }) => category)).toEqual(first);
    const testing = first.filter((category) => category === "testing").length;
    expect(testing).toBeGreaterThan(20);
    expect(testing).toBeLessThan(60);
  });

  it.each([
    { what: "another key", headers: { "x-api-key": "ei_x" }, status: 401, error: "Invalid API key" },
    { what: "an unknown category", category: "elsewhere", status: 400, error: "is no category; use training" },
    { what: "metadata that is none", headers: { "x-metadata": "[1]" }, status: 400, error: "x-metadata has to be" },
    { what: "metadata of numbers", headers: { "x-metadata": '{"a":1}' }, status: 400, error: "values are texts" },
    { what: "a broken label", headers: { "x-label": "%" }, status: 400, error: "x-label has to be URI-encoded" },
    { what: "no file", body: formOf({}), status: 400, error: "There is no file" },
    {
      what: "files in a field of another name",
      body: formOf({ a: "a" }, "file"),
      status: 400,
      error: "There is no file",
    },
    { what: "no form", body: "text", status: 400, error: "has to be multipart/form-data" },
    {
      what: "no boundary",
      body: "text",
      headers: { "content-type": "multipart/form-data" },
      status: 400,
      error: "Boundary not found",
    },
    {
      what: "half a form",
      body: '--b\r\nContent-Disposition: form-data; name="data"; filename="a.csv"\r\n\r\nhalf',
      headers: { "content-type": "multipart/form-data; boundary=b" },
      status: 400,
      error: "The form cannot be read",
    },
    {
      what: "a large file",
      body: formOf({ "a.csv": "a".repeat(200_001) }),
      status: 413,
      error: "A file may have 200000",
    },
    {
      what: "too much at once",
      body: formOf({ a: "a".repeat(199_000), b: "b".repeat(199_000), c: "c".repeat(199_000) }),
      status: 413,
      error: "A request may have 500000 bytes",
    },
    {
      what: "1,001 files",
      body: formOf(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`${i}.csv`, "a"]))),
      status: 413,
      error: "A request may have 1000 files",
    },
    {
      what: "2,000 files",
      body: formOf(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${i}.csv`, "a"]))),
      status: 413,
      error: "A request may have 1000 files",
    },
  ])("answers $status to $what, and takes nothing", async ({ category = "testing", body, headers, status, error }) => {
    const answer = await post(
      `/api/${category}/files`,
      body ?? formOf({ "a.csv": "a" }),
      headers as Record<string, string> | undefined,
    );

    expect(answer).toMatchObject({ status, text: expect.stringContaining(error) as string });
    expect(answer.json()).toMatchObject({ success: false });
    expect(taken).toEqual([]);
    expect(leftovers()).toEqual([]);
  });
});

describe("POST /api/{category}/data", () => {
  it("takes a body that is one file, and answers the name it is stored under", async () => {
    const answer = await post("/api/testing/data", "a", {
      "x-file-name": encodeURIComponent("idle ü"),
      "content-type": "text/csv",
    });

    expect(answer).toMatchObject({ status: 200, text: "idle ü.stored" });
    expect(taken).toMatchObject([{ filename: "idle ü", label: "idle ", contentType: "text/csv", text: "a" }]);
  });

  it("takes the form of the mobile client", async () => {
    const form = new FormData();
    form.append("message", new Blob(["{}"], { type: "application/json" }), "message.json");

    const answer = await post("/api/testing/data", form, { "x-file-name": "idle.1" });

    expect(answer).toMatchObject({ status: 200, text: "idle.1.stored" });
    expect(taken).toMatchObject([{ filename: "idle.1", contentType: "application/json", text: "{}" }]);
  });

  it.each([
    { what: "no name", body: "a", headers: {}, status: 421, text: "Missing x-file-name header" },
    { what: "a large body", body: "a".repeat(200_001), status: 413, text: "A file may have 200000 bytes" },
    { what: "what the store refuses", body: "broken", status: 400, text: "Could not parse this CSV file" },
    { what: "a picture", body: formOf({ "image.jpg": "" }, "image"), status: 400, text: "no image projects yet" },
    { what: "a form without a message", body: formOf({ a: "a" }), status: 400, text: 'part named "message"' },
  ])("answers $status to $what", async ({ body, headers = { "x-file-name": "a" }, status, text }) => {
    const answer = await post("/api/testing/data", body, headers);

    expect(answer).toMatchObject({ status, text: expect.stringContaining(text) as string });
    expect(taken).toEqual([]);
    expect(leftovers()).toEqual([]);
  });
});

describe("temporary files", () => {
  it.each(["files", "data"])("go when the sender of /%s leaves in the middle", async (route) => {
    const client = httpRequest(`${url}/api/testing/${route}`, {
      method: "POST",
      headers: {
        "x-api-key": KEY,
        "x-file-name": "a",
        "content-length": 100_000,
        ...(route === "files" && { "content-type": "multipart/form-data; boundary=b" }),
      },
    });
    client.on("error", () => undefined);
    client.write('--b\r\nContent-Disposition: form-data; name="data"; filename="a.csv"\r\n\r\n' + "a".repeat(50_000));
    await expect.poll(() => leftovers()).toHaveLength(1);

    client.destroy();

    await expect.poll(() => leftovers()).toEqual([]);
    expect(taken).toEqual([]);
  });

  it("of a killed process go when the next one starts", () => {
    mkdirSync(path.join(dataDir, "uploads", "request-old"));
    writeFileSync(path.join(dataDir, "uploads", "request-old", "0"), "half a recording");

    new UploadFolder(dataDir);

    expect(leftovers()).toEqual([]);
  });
});
