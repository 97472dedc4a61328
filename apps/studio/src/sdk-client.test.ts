import { once } from "node:events";

import { toImpulseDocument } from "@windowscope/engine";
import {
  classifySample,
  classifySampleByBlock,
  classifyTestSet,
  classifyWindows,
  connectJobSocket,
  createStudio,
  readClassification,
  readItems,
  watchSamples,
  type JobHints,
  type Studio,
} from "@windowscope/sdk";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

import { mountHandlers, type MountOptions } from "./api/mount.ts";
import { toOlderShape } from "./api/older-shape.ts";
import { studioHandlers } from "./api/studio-handlers.ts";
import { RemoteManagement } from "./devices/remote-management.ts";
import type { LocalStudio } from "./local-studio.ts";
import { smallImpulse, smallRecording } from "./small-impulse.ts";
import { startStudio, type RunningStudio } from "./start.ts";
import { addRecording, createTestStudio } from "./test-studio.ts";

const KEY = "ei_sdk_client";

describe("our SDK against the local Studio", () => {
  const stop = new AbortController();
  let local: RunningStudio;
  let studio: Studio;
  let hints: JobHints;
  let projectId: number;

  beforeAll(async () => {
    local = await startStudio({ apiKey: KEY, project: "empty", ports: { studio: 0, devices: 0, ingestion: 0 } });
    ({ projectId } = local);
    studio = createStudio({ apiKey: KEY, baseUrl: local.url });
    await fetch(`${local.url}/windowscope/impulses`, {
      method: "POST",
      headers: { "x-api-key": KEY },
      body: JSON.stringify(toImpulseDocument(smallImpulse)),
    });
    hints = connectJobSocket(studio, {
      projectId,
      openSocket: (url) => new WebSocket(url),
      signal: stop.signal,
    });
    for (const name of ["moving.1", "moving.2", "still.1"]) await upload(name, name.startsWith("moving") ? 3 : 0);
  });

  afterAll(async () => {
    stop.abort();
    await local.close();
  });

  async function upload(name: string, amplitude: number): Promise<void> {
    await fetch(`${local.ingestionUrl}/api/testing/data`, {
      method: "POST",
      headers: { "x-api-key": KEY, "x-file-name": `${name}.json` },
      body: JSON.stringify(smallRecording(3, amplitude)),
    });
  }

  it("classifies a sample through a job, and says why each window is what it is", async () => {
    const jobs: number[] = [];
    const lines: string[] = [];
    const request = { projectId, sampleId: 1, hints, onLog: (line: string) => lines.push(line) };
    const first = readClassification(await classifySample(studio, { ...request, onJob: (id) => void jobs.push(id) }));
    const windows = [];
    for await (const window of classifyWindows(studio, request)) windows.push(window);

    expect(jobs).toHaveLength(1);
    expect(lines[0]).toBe(`Creating job... OK (ID: ${jobs[0]})`);
    expect(lines.at(-1)).toBe("Job completed");
    expect(new Set(lines).size).toBe(lines.length);
    expect(first).toMatchObject({ windowCount: 5, classes: ["still", "moving"], kinds: ["classes", "anomaly"] });
    expect(windows).toEqual([...first.windows()]);
    expect(windows[0]).toMatchObject({ index: 0, startMs: 0, endMs: 1000, expected: "moving", verdict: "moving" });
    expect(windows[0]?.reason).toMatch(/^moving \d\.\d{3} reaches 0\.6$/);
  });

  it("classifies by block, and says what is not there", async () => {
    const byBlock = readClassification(
      await classifySampleByBlock(studio, { projectId, sampleId: 3, blockId: 4, hints }),
    );
    expect(byBlock).toMatchObject({ kinds: ["anomaly"], windowCount: 5 });
    expect([...byBlock.windows()][0]?.verdict).toBe("no anomaly");

    await expect(classifySample(studio, { projectId, sampleId: 99 })).rejects.toMatchObject({
      name: "StudioNotFoundError",
    });
    const stranger = createStudio({ apiKey: "ei_stranger", baseUrl: local.url });
    await expect(stranger.call("listProjects")).rejects.toMatchObject({
      name: "StudioAuthenticationError",
      status: 401,
      studioText: "Invalid API key",
    });
  });

  it("classifies the test set, and reads it page by page", async () => {
    const { predictions, accuracy, samples } = await classifyTestSet(studio, { projectId, hints });
    const ids = [];
    for await (const { sampleId } of samples()) ids.push(sampleId);

    expect(predictions).toHaveLength(15);
    expect(accuracy.totalSummary).toEqual({ good: 15, bad: 0 });
    expect(ids.sort()).toEqual([1, 2, 3]);
  });

  it("finds a new sample, and lists all", async () => {
    const watching = watchSamples(studio, { projectId, category: "testing", sinceId: 3, intervalMs: 50 });
    const next = watching.next();
    await upload("still.2", 0);

    expect((await next).value).toMatchObject({ id: 4, label: "still" });
    const query = { category: "testing", limit: 3 } as const;
    const ids = [];
    for await (const { id } of readItems(studio, "listSamples", { path: { projectId }, query })) ids.push(id);
    expect(ids).toEqual([4, 3, 2, 1]);
  });
});

describe("our SDK against answers of both ages", () => {
  let local: LocalStudio;
  let projectId: number;

  beforeAll(async () => {
    local = createTestStudio();
    ({ id: projectId } = local.projects.create("Pumps", ""));
    local.projects.addKey(projectId, KEY);
    const impulseId = local.impulses.add(projectId, smallImpulse).id;
    local.projects.setDefaultImpulse(projectId, impulseId);
    await addRecording(local, smallRecording(3, 3), { projectId, filename: "moving.1.json" });
    local.jobs.start(projectId, { kind: "classify-test-set", impulseId, variants: ["float32"] });
    await once(local.jobs, "finished");
  });

  function connect(options: MountOptions): Studio {
    const handlers = studioHandlers(local, {
      issueSocketToken: () => ({ socketToken: "t", expires: "2026-01-01T00:00:00.000Z" }),
      studioUrl: () => "http://studio.test",
      remoteManagement: new RemoteManagement(local, new WebSocketServer({ noServer: true })),
    });
    const app = new Hono().route("/v1", mountHandlers(handlers, local.projects, options));
    const fetch = async (...[input, init]: Parameters<typeof globalThis.fetch>) => app.fetch(new Request(input, init));
    return createStudio({ apiKey: KEY, baseUrl: "http://studio.test", fetch });
  }

  const today = () => connect({});
  const older = () => connect({ shapeAnswer: (id, _project, answer) => toOlderShape(id, answer) });

  it("reads the same windows, thresholds and signal", async () => {
    const answer = await classifySample(older(), { projectId, sampleId: 1 });
    const read = readClassification(answer);
    const expected = readClassification(await classifySample(today(), { projectId, sampleId: 1 }));

    expect(answer.classifications[0]).not.toHaveProperty("thresholds");
    expect(answer.sample).not.toHaveProperty("datastreamPayloads");
    expect(read.windowCount).toBe(5);
    expect([...read.windows()]).toEqual([...expected.windows()]);
    expect(read.thresholds).toEqual(expected.thresholds);
    expect(read.signal).toEqual(expected.signal);
    expect(read.expected).toEqual(expected.expected);
  });

  it("reads the test set to its last page without a count", async () => {
    const ids = [];
    const path = { projectId };
    for await (const { sampleId } of readItems(older(), "getClassifyJobResultPage", { path })) ids.push(sampleId);

    expect(ids).toEqual([1]);
  });
});
