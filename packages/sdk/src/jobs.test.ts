import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { fakeStudio } from "./fake-studio.ts";
import { cancelJob, waitForJob, type JobHints, type JobNews } from "./jobs.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A Studio with one job, whose life the test plays. */
function studioWithJob() {
  const job: { started?: string; finishedSuccessful?: boolean } = {};
  const printed: string[] = [];
  const fake = fakeStudio((path, query) => {
    if (path.endsWith("/cancel")) return {};
    if (path.endsWith("/status")) return { job: { id: 9, ...job } };
    const lines = printed.map((data, i) => ({ created: new Date(i * 1_000).toISOString(), data: `${data}\n` }));
    const limit = Number(query.get("limit") ?? 1_000);
    return { stdout: lines.slice(-limit).reverse(), totalCount: printed.length };
  });
  return { ...fake, job, printed };
}

/** Hints that the test gives. */
function createHints() {
  let tell: (news: JobNews) => void = () => undefined;
  const hints: JobHints = {
    watch: (_jobId, onNews) => {
      tell = onNews;
      return () => undefined;
    },
  };
  return { hints, tell: (news: JobNews) => tell(news) };
}

describe("waitForJob", () => {
  it("tells each line once, oldest first, and each change of the status", async () => {
    const { studio, job, printed } = studioWithJob();
    const [lines, statuses] = [[] as string[], [] as unknown[]];
    printed.push("one", "two");
    const waiting = waitForJob(studio, 9, {
      projectId: 1,
      onLog: (line) => lines.push(line),
      onStatus: ({ started, finishedSuccessful }) => statuses.push([started, finishedSuccessful]),
    });
    await vi.advanceTimersByTimeAsync(100);
    expect(lines).toEqual(["one", "two"]);

    job.started = "2026-01-01T00:00:00Z";
    printed.push("three");
    await vi.advanceTimersByTimeAsync(1_000);
    printed.push("four");
    job.finishedSuccessful = true;
    await vi.advanceTimersByTimeAsync(2_000);
    await waiting;

    expect(lines).toEqual(["one", "two", "three", "four"]);
    expect(statuses).toEqual([
      [undefined, undefined],
      ["2026-01-01T00:00:00Z", undefined],
      ["2026-01-01T00:00:00Z", true],
    ]);
  });

  it("asks again for the last lines when they cannot be read at the end", async () => {
    const lines: string[] = [];
    let failures = 2;
    const { studio } = fakeStudio((path) => {
      if (path.endsWith("/status")) return { job: { id: 9, finishedSuccessful: true } };
      if (failures-- > 0) return new Response("<h1>503", { status: 503 });
      return { stdout: [{ created: "2026-01-01T00:00:00Z", data: "the end\n" }], totalCount: 1 };
    });
    const waiting = waitForJob(studio, 9, { projectId: 1, onLog: (line) => lines.push(line) });
    await vi.advanceTimersByTimeAsync(1_000);
    await waiting;

    expect(lines).toEqual(["the end"]);
  });

  it("looks often after a hint that the status lags behind", async () => {
    const { studio, job } = studioWithJob();
    const { hints, tell } = createHints();
    const waiting = waitForJob(studio, 9, { projectId: 1, hints });
    await vi.advanceTimersByTimeAsync(20_000);
    tell("finished");
    await vi.advanceTimersByTimeAsync(100);
    job.finishedSuccessful = true;
    await vi.advanceTimersByTimeAsync(300);

    await expect(Promise.race([waiting, Promise.reject(new Error("still waiting"))])).resolves.toBeUndefined();
  });

  it("passes over lines that Studio no longer has", async () => {
    const { studio, job, printed } = studioWithJob();
    const lines: string[] = [];
    printed.push(...Array.from({ length: 1_500 }, (_, i) => `line ${i}`));
    job.finishedSuccessful = true;
    await waitForJob(studio, 9, { projectId: 1, onLog: (line) => lines.push(line) });

    expect(lines).toHaveLength(1_000);
    expect([lines[0], lines.at(-1)]).toEqual(["line 500", "line 1499"]);
  });

  it("looks soon when it hears that there are lines, and not for each of them", async () => {
    const { studio, requests, printed } = studioWithJob();
    const { hints, tell } = createHints();
    const stop = new AbortController();
    const lines: string[] = [];
    const wait = { projectId: 1, hints, signal: stop.signal, onLog: (line: string) => lines.push(line) };
    const waiting = waitForJob(studio, 9, wait);
    waiting.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(20_000);
    requests.length = 0;

    for (let i = 0; i < 100; i++) {
      printed.push(`line ${i}`);
      tell("line");
      await vi.advanceTimersByTimeAsync(10);
    }

    expect(lines.length).toBeGreaterThan(70);
    expect(requests.length).toBeLessThan(14);
    stop.abort();
  });

  it("ignores hints about lines when nobody wants them", async () => {
    const { studio, requests } = studioWithJob();
    const { hints, tell } = createHints();
    const stop = new AbortController();
    const waiting = waitForJob(studio, 9, { projectId: 1, hints, signal: stop.signal });
    waiting.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(20_000);
    requests.length = 0;
    tell("line");
    await vi.advanceTimersByTimeAsync(1_000);

    expect(requests).toHaveLength(0);
    stop.abort();
  });
});

describe("cancelJob", () => {
  it("asks Studio to end it, by force if need be", async () => {
    const queries: string[] = [];
    const { studio, requests } = fakeStudio((_path, query) => {
      queries.push(query.toString());
      return {};
    });
    await cancelJob(studio, { projectId: 1, jobId: 9 });
    await cancelJob(studio, { projectId: 1, jobId: 9, isForced: true });

    expect(requests).toEqual(["POST /v1/api/1/jobs/9/cancel", "POST /v1/api/1/jobs/9/cancel"]);
    expect(queries).toEqual(["", "forceCancel=true"]);
  });
});
