import { createHash, randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { afterAll, beforeAll, expect, it } from "vitest";

import { createFolder, findFreePorts, startProgram, type Program } from "./harness.ts";

const KEY = "ei_killed";
/** In the middle of which the Studio is killed, in turn. */
const MOMENTS = ["upload", "classify", "exchange"] as const;
const KILLS = 3 * MOMENTS.length;
const HEADERS = { "x-api-key": KEY };

const { folder, remove } = createFolder();
let ports: number[];
let studio: Program;

beforeAll(async () => {
  ports = await findFreePorts(3);
});

afterAll(() => {
  studio?.child.kill("SIGKILL");
  remove();
});

async function start(): Promise<void> {
  const [api, devices, ingestion] = ports.map(String) as [string, string, string];
  studio = startProgram(["studio"], {
    WINDOWSCOPE_DATA_DIR: folder,
    WINDOWSCOPE_DEMO: "off",
    WINDOWSCOPE_STUDIO_KEY: KEY,
    WINDOWSCOPE_STUDIO_PORT: api,
    WINDOWSCOPE_DEVICES_PORT: devices,
    WINDOWSCOPE_INGESTION_PORT: ingestion,
  });
  await studio.prints("listening on");
}

const api = (route: string) => `http://127.0.0.1:${ports[0]}${route}`;

async function call<T>(method: string, route: string, body?: object): Promise<T> {
  const response = await fetch(api(route), { method, headers: HEADERS, ...(body && { body: JSON.stringify(body) }) });
  return (await response.json()) as T;
}

/** An impulse without a classifier: its scores are the RMS of the only axis, less what tells one model from another. */
function impulse(maxError: number): object {
  return {
    format: "windowscope-impulse",
    version: 1,
    name: `model ${maxError}`,
    input: { axes: ["x"], frequencyHz: 100, windowSizeMs: 500, windowIncreaseMs: 40, padZeros: false },
    features: {
      type: "spectral-analysis",
      version: 2,
      scaleAxes: 1,
      filterType: "none",
      filterCutoffHz: 0,
      filterOrder: 0,
      fftLength: 16,
      doLog: false,
      doFftOverlap: true,
    },
    anomaly: { axes: [0], mean: [0], scale: [1], clusters: [{ center: [0], maxError }], threshold: 0.3 },
  };
}

/** A recording whose every window has the RMS 1, however it is cut; no two are the same file. */
function recording(number: number): string {
  const values = Array.from({ length: 2_000 }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const payload = {
    device_name: `board ${number}`,
    device_type: "TEST",
    interval_ms: 10,
    sensors: [{ name: "x", units: "g" }],
    values,
  };
  return JSON.stringify({ protected: { ver: "v1", alg: "none" }, signature: "00", payload });
}

/** Runs until the Studio is gone: what a request says after that is nobody's promise. */
async function untilKilled(act: () => Promise<void>): Promise<void> {
  try {
    while (!studio.child.killed) await act();
  } catch {
    // The connection ended with the Studio.
  }
}

it(`keeps every acknowledged sample, ends every job once and mixes no models, killed ${KILLS} times`, async () => {
  const acknowledged = new Map<number, string>();
  const jobs = new Set<number>();
  let uploads = 0;
  let models = 0;
  let asks: (what: (typeof MOMENTS)[number]) => void = () => undefined;

  const upload = async () => {
    const body = recording(uploads++);
    asks("upload");
    const response = await fetch(`http://127.0.0.1:${ports[2]}/api/testing/files`, {
      method: "POST",
      headers: HEADERS,
      body: formOf(body),
    });
    const { files } = (await response.json()) as { files: { success: boolean; sampleId: number }[] };
    for (const { success, sampleId } of files) {
      if (!success) throw new Error("an upload was refused");
      acknowledged.set(sampleId, body);
    }
  };
  const classify = async () => {
    const samples = [...acknowledged.keys()];
    const sampleId = samples[randomInt(Math.max(1, samples.length))];
    if (sampleId === undefined) return pause(5);
    asks("classify");
    const answer = await call<{ id?: number }>("POST", `/v1/api/1/classify/v2/${sampleId}`);
    if (answer.id !== undefined) jobs.add(answer.id);
    return pause(100);
  };
  const test = async () => {
    const { id } = await call<{ id: number }>("POST", "/v1/api/1/jobs/classify", {});
    jobs.add(id);
    await pause(3_000);
  };
  const exchangeModel = async () => {
    asks("exchange");
    await call("POST", "/windowscope/impulses", impulse(++models));
    await pause(randomInt(100, 400));
  };

  for (let kill = 0; kill < KILLS; kill++) {
    await start();
    await call("POST", "/windowscope/impulses", impulse(++models));
    const acts = [upload, upload, upload, classify, classify, test, exchangeModel].map(untilKilled);
    // Some work, more or less of it, and then in the middle of the next.
    const enough = acknowledged.size + randomInt(2, 6);
    await expect.poll(() => acknowledged.size, { timeout: 60_000 }).toBeGreaterThanOrEqual(enough);
    const moment = MOMENTS[kill % MOMENTS.length];
    await new Promise<void>((resolve) => {
      asks = (what) => {
        if (what === moment) resolve();
      };
    });
    await pause(randomInt(30));
    studio.child.kill("SIGKILL");
    await studio.exits();
    await Promise.all(acts);
  }
  await start();

  await expect
    .poll(async () => (await call<{ jobs: object[] }>("GET", "/v1/api/1/jobs")).jobs, { timeout: 120_000 })
    .toEqual([]);
  const listed = await listAll<{ id: number }>("/v1/api/1/raw-data?category=all", "samples");
  const finished = await listAll<{ id: number; finished?: string }>("/v1/api/1/jobs/all", "jobs");
  expect(acknowledged.size).toBeGreaterThan(KILLS);
  expect(jobs.size).toBeGreaterThan(KILLS);
  console.log(`${acknowledged.size} samples and ${jobs.size} jobs were acknowledged, with ${models} models`);

  for (const [id, body] of acknowledged) {
    const file = await fetch(api(`/v1/api/1/raw-data/${id}/raw`), { headers: HEADERS });
    expect(sha256(await file.text()), `sample ${id}`).toBe(sha256(body));
  }
  expect(listed.length).toBeGreaterThanOrEqual(acknowledged.size);

  const ended = new Map(finished.map((job) => [job.id, job]));
  for (const id of jobs) {
    expect(ended.get(id)?.finished, `job ${id}`).toBeDefined();
    const log = await fetch(api(`/v1/api/1/jobs/${id}/stdout/download`), { headers: HEADERS });
    expect((await log.text()).match(/^Job (completed|failed|cancelled)/gm), `job ${id}`).toHaveLength(1);
  }

  for (const { name, scores } of await readScores([...acknowledged.keys()])) {
    // RMS 1 less the model's own maxError, in every window of every sample.
    expect(new Set(scores), name).toEqual(new Set([1 - Number(name.replace("model ", ""))]));
  }
}, 300_000);

function formOf(body: string): FormData {
  const form = new FormData();
  form.append("data", new Blob([body], { type: "application/json" }), "still.json");
  return form;
}

async function listAll<T>(route: string, name: string): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const separator = route.includes("?") ? "&" : "?";
    const page = await call<Record<string, T[]>>("GET", `${route}${separator}limit=1000&offset=${all.length}`);
    const items = page[name] as T[];
    if (items.length === 0) return all;
    all.push(...items);
  }
}

/** The scores that each impulse gave, as far as they have been worked out for these samples. */
async function readScores(sampleIds: readonly number[]): Promise<{ name: string; scores: number[] }[]> {
  const { impulses } = await call<{ impulses: { id: number; name: string }[] }>("GET", "/v1/api/1/impulses");
  const read = [];
  for (const { id, name } of impulses) {
    const scores: number[] = [];
    for (const sampleId of sampleIds.slice(-5)) {
      const answer = await call<{ classifications: { result: { anomaly: number }[] }[] }>(
        "GET",
        `/v1/api/1/classify/${sampleId}?impulseId=${id}`,
      );
      for (const { result } of answer.classifications) scores.push(...result.map(({ anomaly }) => anomaly));
    }
    read.push({ name, scores });
  }
  return read;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
