/** What the page asks of the server, against a real local Studio; both in this process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { createLog, readConfig, startServer, type RunningServer } from "@windowscope/server";
import { startStudio, type RunningStudio } from "@windowscope/studio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const KEY = "ei_page_api_0123456789";

type Body = Record<string, unknown>;

let studio: RunningStudio;
let server: RunningServer;
let folder: string;
let project: string;
/** A run of a recording that was uploaded: 10 s at 62.5 Hz, still first and then shaken. */
let run: Body;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "windowscope-"));
  studio = await startStudio({ apiKey: KEY, project: "demo", ports: { studio: 0, devices: 0, ingestion: 0 } });
  const config = readConfig({
    EI_API_KEY: KEY,
    EI_STUDIO_URL: studio.url,
    EI_INGESTION_URL: studio.ingestionUrl,
    WINDOWSCOPE_PORT: "0",
    WINDOWSCOPE_DATA_DIR: folder,
    WINDOWSCOPE_RUNLOG: "memory",
    WINDOWSCOPE_LOG_LEVEL: "silent",
  });
  server = await startServer(config, { log: createLog("silent") });
  project = `/projects/${studio.projectId}`;
}, 120_000);

afterAll(async () => {
  await server?.close();
  await studio?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

async function request(method: string, address: string, body?: object): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${server.url}/api/v1${address}`, {
    method,
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

async function upload(content: BlobPart, name: string, fields: Record<string, string> = {}) {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append("file", new File([content], name));
  const response = await fetch(`${server.url}/api/v1${project}/samples`, { method: "POST", body: form });
  return { status: response.status, body: (await response.json()) as Body };
}

function motion(): string {
  const values = Array.from({ length: 625 }, (_, i) =>
    i < 312 ? [0, 0, 9.8] : [9 * Math.sin(i), 4 * Math.cos(i), 9.8],
  );
  const sensors = ["accX", "accY", "accZ"].map((name) => ({ name, units: "m/s2" }));
  const payload = { device_type: "TEST", interval_ms: 16, sensors, values };
  return JSON.stringify({ protected: { ver: "v1", alg: "none" }, signature: "00", payload });
}

/** One second of a tone, 16 bits at 8 kHz. */
function tone(): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + 16_000, 4);
  header.write("WAVEfmt ", 8, "latin1");
  [16, 0x0001_0001, 8_000, 16_000, 0x0010_0002].forEach((word, i) => header.writeUInt32LE(word, 16 + i * 4));
  header.write("data", 36, "latin1");
  header.writeUInt32LE(16_000, 40);
  const samples = Int16Array.from({ length: 8_000 }, (_, i) => 9_000 * Math.sin(i / 3));
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}

describe("the server beside a local Studio", () => {
  it("takes a recording, and answers the run that the watch begins for it", { timeout: 60_000 }, async () => {
    const { status, body } = await upload(motion(), "shaken.json", { label: "idle" });

    expect(status).toBe(202);
    await expect
      .poll(async () => (await request("GET", `/runs/${String(body.runId)}`)).body.endedAt, { timeout: 40_000 })
      .toBeDefined();
    run = (await request("GET", `/runs/${String(body.runId)}`)).body;
    expect(run).toMatchObject({ state: "finished", sampleId: body.sampleId, expectedLabel: "idle" });
    const { runs } = (await request("GET", `/runs?sampleId=${String(body.sampleId)}`)).body;
    expect(runs).toEqual([run]);
  });

  it("passes on why Studio does not take a recording", async () => {
    expect(await upload("a,b\n", "broken.csv")).toMatchObject({
      status: 400,
      body: { type: "urn:windowscope:problem:recording-refused" },
    });
  });

  it("tells of the project's impulse, sets a threshold, and tells the new one", async () => {
    const { impulse } = (await request("GET", project)).body as { impulse: Body };
    expect(impulse).toMatchObject({
      inputKind: "time-series",
      variants: expect.arrayContaining(["float32", "int8"]) as [],
    });
    const [threshold] = impulse.thresholds as { blockId: number; key: string; value: number }[];
    const wanted = { blockId: threshold?.blockId, key: threshold?.key, value: 0.45 };

    const set = await request("PUT", `${project}/thresholds`, { thresholds: [wanted] });
    const refused = await request("PUT", `${project}/thresholds`, { thresholds: [{ ...wanted, value: 7 }] });

    expect(set).toMatchObject({ status: 200, body: { areTestResultsStale: false } });
    expect((set.body.thresholds as Body[])[0]).toMatchObject(wanted);
    expect(((await request("GET", project)).body.impulse as Body).thresholds).toEqual(set.body.thresholds);
    expect(refused).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("between 0 and 1") as string },
    });
  });

  it("finds the run of another variant of the model beside the first", { timeout: 30_000 }, async () => {
    const { projectId, sampleId } = run;
    const { runId } = (await request("POST", "/runs", { projectId, sampleId, variant: "int8" })).body;
    await expect
      .poll(async () => (await request("GET", `/runs/${String(runId)}`)).body.state, { timeout: 20_000 })
      .toBe("finished");

    const { runs } = (await request("GET", `/runs?sampleId=${String(sampleId)}`)).body;
    expect((runs as Body[]).map(({ variant }) => variant)).toEqual(["int8", undefined]);
  });

  it("shows a window's readings and its features by their names", async () => {
    const window = `/runs/${String(run.runId)}/windows/${Number(run.windows) - 1}`;
    const raw = (await request("GET", `${window}/raw`)).body as { values: number[][]; startMs: number };
    const { blocks } = (await request("GET", `${window}/features`)).body as { blocks: Body[] };
    const [block] = blocks as { names: string[]; values: number[] }[];

    expect(raw.values).toHaveLength(125);
    const first = raw.startMs / 16;
    expect(raw.values[0]).toEqual([9 * Math.sin(first), 4 * Math.cos(first), 9.8].map(Math.fround));
    expect(block?.names).toHaveLength(block?.values.length ?? 0);
    expect(block?.names[0]).toBe("accX RMS");
    // RMS of a sine that swings by 9.
    expect(block?.values[0]).toBeCloseTo(9 / Math.SQRT2, 0);
  });

  it("explains an anomaly by the score that Studio gave", async () => {
    const last = Number(run.windows) - 1;
    const { windows } = (await request("GET", `/runs/${String(run.runId)}/windows`)).body as { windows: Body[] };

    const { status, body } = await request("GET", `/runs/${String(run.runId)}/windows/${last}/anomaly`);

    expect(status).toBe(200);
    expect(body.score).toBeCloseTo(windows[last]?.anomaly as number, 5);
    const axes = body.axes as { name: string; share: number }[];
    expect(axes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(axes[0]?.name).toContain("RMS");
  });

  it("labels parts of a sample, and all of it again", async () => {
    const labels = `${project}/samples/${String(run.sampleId)}/labels`;
    const ranges = [
      { startMs: 0, endMs: 4992, label: "idle" },
      { startMs: 4992, endMs: 10_000, label: "wave" },
    ];
    const whole = [{ startMs: 0, endMs: 10_000, label: "snake" }];

    expect(await request("PUT", labels, { ranges })).toEqual({ status: 200, body: { ranges } });
    expect((await request("GET", labels)).body).toEqual({ ranges });
    expect(await request("PUT", labels, { ranges: whole })).toEqual({ status: 200, body: { ranges: whole } });
  });

  it("plays sound, whole and in parts, and has no picture of it", async () => {
    const { sampleId } = (await upload(new Uint8Array(tone()), "tone.wav", { category: "training" })).body;
    const sample = `${server.url}/api/v1${project}/samples/${String(sampleId)}`;

    const whole = await fetch(`${sample}/audio`);
    const part = await fetch(`${sample}/audio?axis=0`, { headers: { range: "bytes=0-3" } });

    expect(whole.headers.get("content-type")).toBe("audio/wav");
    expect((await whole.arrayBuffer()).byteLength).toBe(16_044);
    expect(part.status).toBe(206);
    expect(await part.text()).toBe("RIFF");
    expect(await request("GET", `${project}/samples/${String(sampleId)}/image`)).toMatchObject({
      status: 404,
      body: { detail: "This sample is no image." },
    });
  });
});
