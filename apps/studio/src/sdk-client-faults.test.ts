import {
  cancelJob,
  classifySample,
  classifyTestSet,
  connectJobSocket,
  createStudio,
  JobFailedError,
  readClassification,
  ResultMissingError,
  StudioStatusError,
  StudioTimeoutError,
  StudioUnreachableError,
  type JobHints,
  type RequestReport,
  type Studio,
  type StudioOptions,
} from "@windowscope/sdk";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";

import { startMisbehavingStudio, type MisbehavingStudio } from "./behaviour/misbehaving-studio.ts";

describe("our SDK against a local Studio that misbehaves", () => {
  let local: MisbehavingStudio;
  let projectId: number;
  let reports: RequestReport[];
  let stop: AbortController;

  beforeAll(async () => {
    local = await startMisbehavingStudio();
    ({ projectId } = local);
  });

  beforeEach(() => {
    reports = [];
    stop = new AbortController();
  });

  afterEach(async () => {
    stop.abort();
    await local.behave({});
  });

  afterAll(() => local.close());

  function connect(options: StudioOptions = {}): Studio {
    const onRequest = (report: RequestReport) => void reports.push(report);
    return createStudio({ apiKey: local.apiKey, baseUrl: local.url, onRequest, ...options });
  }

  /** Classifies a new sample. @returns How many jobs it took. */
  async function classifyNew(
    hints?: JobHints,
    studio = connect(),
    onJob: (n: number) => void | Promise<void> = () => undefined,
  ) {
    let jobs = 0;
    const countJob = () => {
      jobs++;
      return onJob(jobs);
    };
    const request = { projectId, sampleId: await local.upload(), hints, onJob: countJob };
    const { windowCount } = readClassification(await classifySample(studio, request));
    expect(windowCount).toBe(5);
    return jobs;
  }

  /** Connects a socket, and waits until it is open. */
  async function connectHints(): Promise<{ hints: JobHints; opened: readonly WebSocket[] }> {
    const opened: WebSocket[] = [];
    const openSocket = (url: string) => {
      const socket = new WebSocket(url);
      opened.push(socket);
      return socket;
    };
    const hints = connectJobSocket(connect(), { projectId, openSocket, signal: stop.signal });
    await expect.poll(() => opened[0]?.readyState, { interval: 1 }).toBeGreaterThanOrEqual(WebSocket.OPEN);
    return { hints, opened };
  }

  async function failure(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      () => expect.unreachable("it succeeded"),
      (error: unknown) => error,
    );
  }

  it("reads the same windows from answers of early 2025", async () => {
    const sampleId = await local.upload();
    const request = { projectId, sampleId };
    const today = readClassification(await classifySample(connect(), request));
    await local.behave({ answers: "oldest" });
    const answer = await classifySample(connect(), request);
    const older = readClassification(answer);

    expect(answer.classifications[0]).not.toHaveProperty("thresholds");
    expect(answer.sample).not.toHaveProperty("datastreamPayloads");
    expect([...older.windows()]).toEqual([...today.windows()]);
    expect(older.thresholds).toEqual(today.thresholds);
    expect(older.signal).toEqual(today.signal);
  });

  it("needs no job where Studio classifies at once", async () => {
    await local.behave({ classify: "at-once" });
    expect(await classifyNew()).toBe(0);
  });

  it("waits for a job that starts late", async () => {
    await local.behave({ jobDelayMs: 100 });
    expect(await classifyNew()).toBe(1);
  });

  describe("when a result is late", () => {
    it("classifies with further jobs", async () => {
      await local.behave({ resultDelayMs: 60_000 });
      const jobs = await classifyNew(undefined, connect(), (n) => (n === 2 ? local.behave({}) : undefined));
      expect(jobs).toBeGreaterThan(1);
    });

    it("gives up after some jobs, and says so", { timeout: 20_000 }, async () => {
      await local.behave({ resultDelayMs: 60_000 });

      const error = await failure(classifyNew());

      expect(error).toBeInstanceOf(ResultMissingError);
      expect(error).toMatchObject({
        message: expect.stringContaining("wants to be done again after 3 times") as string,
      });
    });

    it.each(["refused", "empty"])("looks for the test set's again: %s", async (lateTestSet) => {
      // An impulse that nothing was classified with yet.
      const impulse = await local.request("GET", "/windowscope/impulses");
      await local.request("POST", "/windowscope/impulses", (await impulse.json()) as object);
      await local.upload();
      const { hints } = await connectHints();
      await local.behave({ resultDelayMs: 2_000, lateTestSet });

      const { predictions } = await classifyTestSet(connect(), { projectId, hints });

      expect(predictions.length).toBeGreaterThan(0);
      expect(reports.filter(({ operation }) => operation === "getClassifyJobResult").length).toBeGreaterThan(1);
    });
  });

  it("says why a job failed, with its last lines", async () => {
    await local.behave({ jobs: "fail" });

    const error = await failure(classifyNew());

    expect(error).toBeInstanceOf(JobFailedError);
    expect(error).toMatchObject({ message: expect.stringContaining("told to let jobs fail") as string });
    expect((error as JobFailedError).lines.slice(-2)).toEqual([
      "Application exited with code 1",
      "Job failed (see above)",
    ]);
  });

  it("stops waiting for a stuck job when told to, and cancels it", async () => {
    await local.behave({ jobs: "stuck" });
    const studio = connect();
    const sampleId = await local.upload();
    const stop = new AbortController();
    const reason = new Error("That is long enough.");
    let jobId = 0;
    const onJob = (id: number) => {
      jobId = id;
      setImmediate(() => stop.abort(reason));
    };

    const error = await failure(classifySample(studio, { projectId, sampleId, signal: stop.signal, onJob }));
    await cancelJob(studio, { projectId, jobId });

    expect(error).toBe(reason);
    const { job } = await studio.call("getJobStatus", { path: { projectId, jobId } });
    expect(job).toMatchObject({ finishedSuccessful: false });
  });

  it.each([
    { what: "drops after a time", socket: { dropAfterMs: 5 } },
    { what: "drops at a line of the job", socket: { dropAtLine: 2 } },
    { what: "says nothing", socket: { isSilent: true } },
    { what: "is refused", socket: { refusesTokens: true } },
    { what: "comes with a token that has expired", socket: { tokenLifetimeMs: 0 } },
  ])("classifies with a socket that $what", async ({ socket }) => {
    await local.behave({ socket });
    const { hints, opened } = await connectHints();

    expect(await classifyNew(hints)).toBe(1);
    const isDropped = !("isSilent" in socket);
    expect(opened[0]?.readyState === WebSocket.OPEN).toBe(!isDropped);
  });

  describe("when HTTP goes wrong", () => {
    const operations = ["classifySampleV2"];
    const once = { retry: { most: 0 } };

    it.each([
      { what: "the page of a gateway", rule: { status: 502, answersHtml: true }, status: 502 },
      { what: "being asked to wait", rule: { status: 429, retryAfterSeconds: 0 }, status: 429 },
      { what: "a connection that is cut", rule: { cutsConnection: true }, status: undefined },
    ])("tries again after $what", async ({ rule, status }) => {
      await local.behave({ http: [{ operations, times: 1, ...rule }] });

      expect(await classifyNew()).toBe(1);
      const [failed, passed] = reports.filter(({ operation }) => operation === "classifySampleV2");
      expect(failed).toMatchObject({ attempt: 1, status, error: expect.any(Error) as Error });
      expect(passed).toMatchObject({ attempt: 2, status: 200 });
    });

    it("reports the page of a gateway by its status", async () => {
      await local.behave({ http: [{ operations, status: 502, answersHtml: true }] });

      const error = await failure(classifyNew(undefined, connect(once)));

      expect(error).toBeInstanceOf(StudioStatusError);
      expect(error).toMatchObject({ status: 502, operation: "classifySampleV2" });
    });

    it("reports for how long Studio asks to be left alone", async () => {
      await local.behave({ http: [{ operations, status: 429, retryAfterSeconds: 7 }] });

      const error = await failure(classifyNew(undefined, connect(once)));

      expect(error).toBeInstanceOf(StudioStatusError);
      expect(error).toMatchObject({ status: 429, retryAfterMs: 7_000 });
    });

    it("reports an answer that does not come in time", async () => {
      await local.behave({ http: [{ operations, delayMs: 1_000 }] });

      const error = await failure(classifyNew(undefined, connect({ ...once, timeoutMs: 100 })));

      expect(error).toBeInstanceOf(StudioTimeoutError);
    });

    it("waits for an answer that is slow", async () => {
      await local.behave({ http: [{ delayMs: 20 }] });
      expect(await classifyNew()).toBe(1);
    });

    it("reports a connection that is cut", async () => {
      await local.behave({ http: [{ operations, cutsConnection: true }] });

      expect(await failure(classifyNew(undefined, connect(once)))).toBeInstanceOf(StudioUnreachableError);
    });

    it("waits on for a job whose status cannot be read for a while", async () => {
      const statusOnly = ["getJobStatus"];
      await local.behave({ http: [{ operations: statusOnly, times: 2, status: 503, answersHtml: true }] });

      expect(await classifyNew(undefined, connect(once))).toBe(1);
    });
  });
});
