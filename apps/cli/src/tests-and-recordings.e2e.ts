import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { createFolder, findFreePorts, startProgram, type Program } from "./harness.ts";

type Body = Record<string, unknown>;

describe("a server beside the local Studio's demo project", () => {
  const { folder, remove } = createFolder();
  let program: Program;
  let api: string;
  let projectId: number;

  beforeAll(async () => {
    const [server, studio, devices, ingestion] = (await findFreePorts(4)).map(String);
    program = startProgram(["start"], {
      WINDOWSCOPE_DATA_DIR: folder,
      WINDOWSCOPE_PORT: server ?? "",
      WINDOWSCOPE_STUDIO_PORT: studio ?? "",
      WINDOWSCOPE_DEVICES_PORT: devices ?? "",
      WINDOWSCOPE_INGESTION_PORT: ingestion ?? "",
    });
    await program.prints(`Windowscope  http://127.0.0.1:${server}`);
    api = `http://127.0.0.1:${server}/api/v1`;
    const { body } = await request("GET", "/projects");
    projectId = (body.projects as { projectId: number }[])[0]?.projectId ?? 0;
    // The demo device has recorded for the test set once.
    await vi.waitFor(async () => expect((await request("GET", "/runs")).body.runs).not.toEqual([]), {
      timeout: 80_000,
      interval: 500,
    });
  }, 100_000);

  afterAll(() => {
    program?.child.kill("SIGKILL");
    remove();
  });

  async function request(method: string, path: string, body?: Body): Promise<{ status: number; body: Body }> {
    const response = await fetch(api + path, {
      method,
      headers: { "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Body };
  }

  it("classifies the whole test set, and counts what Studio counts", { timeout: 120_000 }, async () => {
    const path = `/projects/${projectId}/test-runs`;
    const { status, body } = await request("POST", path, {});
    const id = body.testRunId as string;
    await expect
      .poll(async () => (await request("GET", `${path}/${id}`)).body.endedAt, { timeout: 100_000, interval: 500 })
      .toBeDefined();

    const testRun = (await request("GET", `${path}/${id}`)).body;
    const result = testRun.result as {
      windows: number;
      comparable: number;
      correct: number;
      accuracy: number;
      matrix: { expected: string[]; predicted: string[]; counts: number[][] };
      studio: { unit: string; good: number; bad: number; accuracyScore: number };
    };
    expect(status).toBe(202);
    expect(testRun).toMatchObject({ state: "finished", predictions: result?.windows });
    expect(result.studio).toMatchObject({ unit: "windows", good: result.correct });
    expect(result.studio.good + result.studio.bad).toBe(result.comparable);
    expect(result.accuracy).toBeCloseTo(result.studio.accuracyScore, 12);
    expect(result.matrix.predicted).toEqual(expect.arrayContaining(["uncertain", "anomaly"]));
    expect(result.matrix.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(result.comparable);

    // Which labels there are is up to the demo: the fullest cell.
    const { counts } = result.matrix;
    const most = Math.max(...counts.flat());
    const row = counts.findIndex((each) => each.includes(most));
    const expected = result.matrix.expected[row] ?? "";
    const predicted = result.matrix.predicted[counts[row]?.indexOf(most) ?? -1] ?? "";
    const cell = await request(
      "GET",
      `${path}/${id}/predictions?limit=1000&${new URLSearchParams({ expected, predicted }).toString()}`,
    );
    const predictions = cell.body.predictions as { sampleName: string }[];
    expect(predictions).toHaveLength(Math.min(1_000, most));
    expect(predictions[0]?.sampleName).toMatch(/\S/);
  });

  it("has the demo device record, and classifies what it recorded", { timeout: 120_000 }, async () => {
    const project = (await request("GET", `/projects/${projectId}`)).body;
    const devices = project.devices as { deviceId: string; isConnected: boolean }[];
    const device = devices.find(({ isConnected }) => isConnected);
    const path = `/projects/${projectId}/devices/${encodeURIComponent(device?.deviceId ?? "")}/recordings`;
    const wish = { label: "wave", lengthMs: 3_000, frequencyHz: 62.5, category: "training" };
    // The demo keeps its device recording: somebody else's turn is refused, and has to end first.
    const ended = { state: "", body: {} as Body };
    for (let attempt = 0; attempt < 60 && ended.state !== "finished"; attempt++) {
      const started = await request("POST", path, wish);
      expect(started, JSON.stringify(devices)).toMatchObject({ status: 202 });
      const id = started.body.recordingId as string;
      await expect
        .poll(async () => (await request("GET", `/recordings/${id}`)).body.endedAt, { timeout: 60_000, interval: 200 })
        .toBeDefined();
      ended.body = (await request("GET", `/recordings/${id}`)).body;
      ended.state = String(ended.body.state);
      // It rests for 2 s at a time, which slow requests must not miss.
      if (ended.state === "failed") await new Promise((resolve) => setTimeout(resolve, 200));
    }

    expect(ended.body).toMatchObject({ state: "finished", label: "wave" });
    const runId = ended.body.runId as string;
    await expect
      .poll(async () => (await request("GET", `/runs/${runId}`)).body.state, { timeout: 30_000 })
      .toBe("finished");
    const run = (await request("GET", `/runs/${runId}`)).body;
    expect(run).toMatchObject({ sampleId: ended.body.sampleId, expectedLabel: "wave" });
    expect(run.windows).toBeGreaterThan(0);
  });
});
