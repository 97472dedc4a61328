import { once } from "node:events";

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";

import { NORMAL } from "./behaviour.ts";
import { startMisbehavingStudio, type MisbehavingStudio } from "./misbehaving-studio.ts";

const LATE = { success: false, error: "No model testing results found, run 'startClassifyJob' first" };

describe("a local Studio that was told how to behave", () => {
  let studio: MisbehavingStudio;

  beforeAll(async () => {
    studio = await startMisbehavingStudio();
  });

  afterEach(async () => {
    await studio.request("DELETE", "/windowscope/behaviour");
  });

  afterAll(() => studio.close());

  const classify = (sampleId: number) => studio.call("POST", `/classify/v2/${sampleId}`);

  async function status(jobId: unknown): Promise<Record<string, unknown>> {
    const { job } = await studio.call("GET", `/jobs/${String(jobId)}/status`);
    return job as Record<string, unknown>;
  }

  /** Waits until a job is over. */
  async function finish(jobId: unknown): Promise<Record<string, unknown>> {
    return vi.waitFor(
      async () => {
        const job = await status(jobId);
        expect(job).toHaveProperty("finished");
        return job;
      },
      { timeout: 15_000 },
    );
  }

  async function lines(jobId: unknown): Promise<string[]> {
    const { stdout } = await studio.call("GET", `/jobs/${String(jobId)}/stdout`);
    return (stdout as { data: string }[]).map(({ data }) => data.trimEnd()).reverse();
  }

  describe("/windowscope/behaviour", () => {
    const at = "/windowscope/behaviour";

    it("answers the whole behaviour, and replaces it", async () => {
      const set = await studio.request("PUT", at, { jobs: "stuck", socket: { isSilent: true } });
      const replaced = await studio.request("PUT", at, { jobs: "fail" });
      const read = await studio.request("GET", at);
      const deleted = await studio.request("DELETE", at);

      expect(await set.json()).toEqual({ ...NORMAL, jobs: "stuck", socket: { isSilent: true } });
      expect(await replaced.json()).toEqual({ ...NORMAL, jobs: "fail" });
      expect(await read.json()).toEqual({ ...NORMAL, jobs: "fail" });
      expect(await deleted.json()).toEqual(NORMAL);
    });

    it("refuses what is none with 400, and keeps what it has", async () => {
      const refused = await studio.request("PUT", at, { jobs: "odd" });
      const read = await studio.request("GET", at);

      expect(refused.status).toBe(400);
      expect(await refused.json()).toEqual({
        success: false,
        error: '"jobs" has to be "normal" or "stuck" or "fail", and is "odd".',
      });
      expect(await read.json()).toEqual(NORMAL);
    });

    it("asks for the key of a project", async () => {
      const { status } = await fetch(studio.url + at, { headers: { "x-api-key": "ei_stranger" } });
      expect(status).toBe(401);
    });
  });

  it("gives answers in the shape of early 2025", async () => {
    await studio.behave({ answers: "oldest", classify: "at-once" });
    const older = await classify(await studio.upload());
    await studio.behave({ classify: "at-once" });
    const today = await classify(await studio.upload());

    expect((older.classifications as object[])[0]).not.toHaveProperty("thresholds");
    expect((today.classifications as object[])[0]).toHaveProperty("thresholds");
  });

  it.each([
    { what: "never", classify: "at-once", has: "classifications" },
    { what: "for a file that is larger", classify: { atOnceUpToBytes: 100 }, has: "id" },
    { what: "not for a file that is smaller", classify: { atOnceUpToBytes: 1_000_000 }, has: "classifications" },
  ])("answers with a job first: $what", async ({ classify: way, has }) => {
    await studio.behave({ classify: way });

    expect(await classify(await studio.upload())).toHaveProperty(has);
    expect(await studio.call("POST", `/classify/anomaly-gmm/v2/4/${await studio.upload()}`)).toHaveProperty(has);
  });

  it("classifies all variants while the caller waits", async () => {
    await studio.behave({ classify: "at-once" });

    const answer = await studio.call(
      "POST",
      `/classify/v2/${await studio.upload()}/variants?variants=${encodeURIComponent('["float32"]')}`,
    );

    expect(answer.results).toHaveLength(1);
  });

  it("starts jobs late", async () => {
    await studio.behave({ jobDelayMs: 2_000 });
    const { id } = await classify(await studio.upload());
    const waiting = await status(id);
    const job = await finish(id);

    expect(waiting).not.toHaveProperty("started");
    expect(Date.parse(job.started as string) - Date.parse(job.created as string)).toBeGreaterThanOrEqual(1_999);
    expect((await lines(id)).slice(0, 3)).toEqual([
      `Creating job... OK (ID: ${String(id)})`,
      "Scheduling job in cluster...",
      "Job started",
    ]);
  });

  it("lets jobs fail as the cloud does", async () => {
    await studio.behave({ jobs: "fail" });
    const { id } = await classify(await studio.upload());

    expect(await finish(id)).toMatchObject({ finishedSuccessful: false });
    expect((await lines(id)).slice(-2)).toEqual(["Application exited with code 1", "Job failed (see above)"]);
  });

  it("lets jobs get stuck until they are cancelled, and others pass", async () => {
    await studio.behave({ jobs: "stuck" });
    const { id } = await classify(await studio.upload());
    await expect.poll(async () => await status(id)).toHaveProperty("started");
    await studio.behave({});
    const other = await finish((await classify(await studio.upload())).id);
    const stuck = await status(id);
    await studio.call("POST", `/jobs/${String(id)}/cancel`);

    expect(other).toMatchObject({ finishedSuccessful: true });
    expect(stuck).not.toHaveProperty("finished");
    expect(await status(id)).toMatchObject({ finishedSuccessful: false });
  });

  it("answers with another job while the result is late", async () => {
    await studio.behave({ resultDelayMs: 60_000 });
    const sampleId = await studio.upload();
    const first = await classify(sampleId);
    expect(await finish(first.id)).toMatchObject({ finishedSuccessful: true });
    const second = await classify(sampleId);
    await finish(second.id);

    expect(second.id).toBeGreaterThan(first.id as number);
    await studio.behave({});
    await expect.poll(async () => await classify(sampleId)).toHaveProperty("classifications");
  });

  it.each([
    { lateTestSet: "refused", meanwhile: LATE },
    { lateTestSet: "empty", meanwhile: { success: true, result: [], predictions: [] } },
  ])("has no result of the test set while it is late: $lateTestSet", async ({ lateTestSet, meanwhile }) => {
    // Without results, and never tested before.
    await studio.request(
      "POST",
      "/windowscope/impulses",
      (await (await studio.request("GET", "/windowscope/impulses")).json()) as object,
    );
    await studio.upload();
    await studio.behave({ resultDelayMs: 4_000, lateTestSet });
    const { id } = await studio.call("POST", "/jobs/classify", {});
    expect(await finish(id)).toMatchObject({ finishedSuccessful: true });

    expect(await studio.call("GET", "/classify/all/result")).toMatchObject(meanwhile);
    await vi.waitFor(
      async () => {
        const { result } = await studio.call("GET", "/classify/all/result");
        expect((result as object[]).length).toBeGreaterThan(0);
      },
      { timeout: 15_000 },
    );
  });

  describe("over HTTP", () => {
    const list = () => studio.request("GET", `/v1/api/${studio.projectId}/raw-data?category=testing`);

    it("answers with the page of a gateway, so many times, for the operations that were named", async () => {
      await studio.behave({ http: [{ operations: ["listSamples"], times: 1, status: 502, answersHtml: true }] });
      const other = await studio.request("GET", "/v1/api/projects");
      const page = await list();
      const again = await list();

      expect(other.status).toBe(200);
      expect([page.status, page.headers.get("content-type")]).toEqual([502, "text/html"]);
      expect(await page.text()).toMatch(/^<html>.*502/);
      expect(again.status).toBe(200);
    });

    it("asks to be left alone for a while", async () => {
      await studio.behave({ http: [{ status: 429, retryAfterSeconds: 7 }] });
      const answer = await list();

      expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
      expect(await answer.json()).toMatchObject({ success: false });
    });

    it("answers slowly", async () => {
      await studio.behave({ http: [{ delayMs: 50 }] });
      const startedMs = performance.now();
      const answer = await list();

      expect(answer.status).toBe(200);
      expect(performance.now() - startedMs).toBeGreaterThanOrEqual(49);
    });

    it("cuts the connection", async () => {
      await studio.behave({ http: [{ times: 1, cutsConnection: true }] });

      await expect(list()).rejects.toThrow("fetch failed");
      expect((await list()).status).toBe(200);
    });

    it("treats ingestion alike", async () => {
      await studio.behave({ http: [{ operations: ["ingestion"], times: 1, status: 503 }] });
      const send = () =>
        fetch(`${studio.ingestionUrl}/api/testing/data`, { method: "POST", headers: { "x-api-key": studio.apiKey } });

      expect((await send()).status).toBe(503);
      expect((await send()).status).toBe(421);
    });
  });

  describe("on the socket", () => {
    async function fetchToken(): Promise<string> {
      const { token } = await studio.call("GET", "/socket-token");
      return (token as { socketToken: string }).socketToken;
    }

    /** Connects, and collects what comes. */
    async function connect(token: string): Promise<{ socket: WebSocket; frames: string[]; closed: Promise<unknown> }> {
      const address = studio.url.replace("http", "ws");
      const socket = new WebSocket(`${address}/socket.io/?token=${token}&EIO=3&transport=websocket`);
      const closed = once(socket, "close");
      const frames: string[] = [];
      socket.on("message", (data: Buffer) => frames.push(data.toString()));
      await expect.poll(() => frames.join()).toContain("hello");
      return { socket, frames, closed };
    }

    const turnedAway = '42["hello",{"hello":false,"err":"Invalid or expired socket token"}]';

    it("refuses every token", async () => {
      const token = await fetchToken();
      await studio.behave({ socket: { refusesTokens: true } });

      expect((await connect(token)).frames).toContain(turnedAway);
    });

    it("lets tokens expire", async () => {
      await studio.behave({ socket: { tokenLifetimeMs: 0 } });

      expect((await connect(await fetchToken())).frames).toContain(turnedAway);
    });

    it("drops connections after a time", async () => {
      await studio.behave({ socket: { dropAfterMs: 20 } });
      const { frames, closed } = await connect(await fetchToken());
      await closed;

      expect(frames.join()).toContain('"version":1');
    });

    it("drops connections at a line of a job", async () => {
      await studio.behave({ socket: { dropAtLine: 2 } });
      const { frames, closed } = await connect(await fetchToken());
      await finish((await classify(await studio.upload())).id);
      await closed;

      expect(frames.join()).toContain("Job started");
      expect(frames.join()).not.toContain("job-finished");
    });

    it("sends nothing after the hello", async () => {
      await studio.behave({ socket: { isSilent: true } });
      const silent = await connect(await fetchToken());
      await studio.behave({});
      const normal = await connect(await fetchToken());
      await finish((await classify(await studio.upload())).id);
      await expect.poll(() => normal.frames.join()).toContain("job-finished");

      expect(silent.frames.join()).not.toContain("job-");
      silent.socket.close();
      normal.socket.close();
    });
  });
});
