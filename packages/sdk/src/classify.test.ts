import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { readVariants } from "./classification.ts";
import { classifyWindows, classifyWindowsByBlock } from "./classify-windows.ts";
import { classifySample, classifySampleByBlock, classifySampleForVariants } from "./classify.ts";
import { JobFailedError, ResultMissingError } from "./errors.ts";
import { answer, block, windowsOf } from "./fake-classification.ts";
import { fakeStudio } from "./fake-studio.ts";
import type { JobHints, JobNews } from "./jobs.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("classifySample", () => {
  const request = { projectId: 1, sampleId: 5 };

  it("gives the result when Studio has it at hand", async () => {
    const { studio, requests } = fakeStudio(() => answer());

    const { classifications } = await classifySample(studio, request);

    expect(classifications[0]?.result).toHaveLength(4);
    expect(requests).toEqual(["POST /v1/api/1/classify/v2/5"]);
  });

  it("waits for the job and asks again, with the same query", async () => {
    const queries: string[] = [];
    let isDone = false;
    const { studio } = fakeStudio((path, query) => {
      if (path.endsWith("/status")) return { job: { id: 9, ...(isDone && { finishedSuccessful: true }) } };
      queries.push(query.toString());
      return isDone ? answer() : { id: 9 };
    });
    const onJob = vi.fn();

    const classified = classifySample(studio, { ...request, variant: "int8", impulseId: 2, onJob });
    await vi.advanceTimersByTimeAsync(400);
    isDone = true;
    await vi.advanceTimersByTimeAsync(400);

    expect((await classified).classifications[0]?.result).toHaveLength(4);
    expect(onJob).toHaveBeenCalledExactlyOnceWith(9);
    expect(queries).toEqual(["impulseId=2&variant=int8", "impulseId=2&variant=int8"]);
  });

  it("waits for a job that was started earlier, instead of starting one", async () => {
    let isDone = false;
    const { studio, requests } = fakeStudio((path) => {
      if (path.endsWith("/status")) return { job: { id: 9, ...(isDone && { finishedSuccessful: true }) } };
      return isDone ? answer() : { id: 10 };
    });
    const onJob = vi.fn();

    const classified = classifySample(studio, { ...request, jobId: 9, onJob });
    await vi.advanceTimersByTimeAsync(400);
    isDone = true;
    await vi.advanceTimersByTimeAsync(400);

    expect((await classified).classifications[0]?.result).toHaveLength(4);
    expect(requests.filter((line) => line.startsWith("POST"))).toHaveLength(1);
    expect(onJob).not.toHaveBeenCalled();
  });

  it("asks anew when Studio no longer knows the earlier job", async () => {
    const { studio } = fakeStudio((path) =>
      path.endsWith("/status") ? { success: false, error: "No such job" } : answer(),
    );

    expect((await classifySample(studio, { ...request, jobId: 9 })).classifications[0]?.result).toHaveLength(4);
  });

  it("looks at the status at once when the job says that it has finished", async () => {
    let isDone = false;
    const { studio } = fakeStudio((path) => {
      if (path.endsWith("/status")) return { job: { id: 9, ...(isDone && { finishedSuccessful: true }) } };
      return isDone ? answer() : { id: 9 };
    });
    let tell: ((news: JobNews) => void) | undefined;
    const hints: JobHints = {
      watch: (_jobId, onNews) => {
        tell = onNews;
        return () => (tell = undefined);
      },
    };

    const classified = classifySample(studio, { ...request, hints });
    await vi.advanceTimersByTimeAsync(10_000);
    isDone = true;
    tell?.("finished");
    await vi.advanceTimersByTimeAsync(0);

    expect((await classified).classifications[0]?.result).toHaveLength(4);
    expect(tell).toBeUndefined();
  });

  it("throws JobFailedError with the reason from the job's last lines", async () => {
    const { studio } = fakeStudio((path) => {
      if (path.endsWith("/status")) return { job: { id: 9, finishedSuccessful: false } };
      if (!path.endsWith("/stdout")) return { id: 9 };
      return {
        stdout: [
          { created: "2026-01-01T00:00:02Z", data: "Job failed (see above)\n" },
          { created: "2026-01-01T00:00:01Z", data: "The sample has no accX\n" },
          { created: "2026-01-01T00:00:00Z", data: "Job started\n" },
        ],
        totalCount: 3,
      };
    });

    const failed = classifySample(studio, request);

    await expect(failed).rejects.toThrow(JobFailedError);
    await expect(failed).rejects.toMatchObject({
      jobId: 9,
      message: "Job 9 failed in Studio: The sample has no accX",
      lines: ["Job started", "The sample has no accX", "Job failed (see above)"],
    });
  });

  it("throws JobFailedError also when the job's lines cannot be read", async () => {
    const { studio } = fakeStudio((path) => {
      if (path.endsWith("/status")) return { job: { id: 9, finishedSuccessful: false } };
      return path.endsWith("/stdout") ? new Response("<h1>502", { status: 502 }) : { id: 9 };
    });

    await expect(classifySample(studio, request)).rejects.toMatchObject({
      message: "Job 9 failed in Studio",
      lines: [],
    });
  });

  it("gives up when Studio answers with a job again and again", async () => {
    const { studio, requests } = fakeStudio((path) =>
      path.endsWith("/status") ? { job: { id: 9, finishedSuccessful: true } } : { id: 9 },
    );

    const failed = expect(classifySample(studio, request)).rejects.toThrow(ResultMissingError);
    await vi.advanceTimersByTimeAsync(10_000);
    await failed;
    expect(requests.filter((line) => line.startsWith("POST"))).toHaveLength(4);
  });

  it("goes on waiting when a status cannot be read for the moment", async () => {
    let looks = 0;
    const { studio } = fakeStudio((path) => {
      if (!path.endsWith("/status")) return looks < 3 ? { id: 9 } : answer();
      looks++;
      if (looks === 1) return new Response("<h1>502", { status: 502 });
      if (looks === 2) return Promise.reject(new TypeError("fetch failed"));
      return { job: { id: 9, finishedSuccessful: true } };
    });

    const classified = classifySample(studio, request);
    await vi.advanceTimersByTimeAsync(1_000);

    expect((await classified).classifications[0]?.result).toHaveLength(4);
  });

  it("throws the caller's own reason when it is stopped while waiting, and leaves no timer behind", async () => {
    const { studio } = fakeStudio((path) => (path.endsWith("/status") ? { job: { id: 9 } } : { id: 9 }));
    const stop = new AbortController();
    const reason = new Error("changed my mind");

    const classified = classifySample(studio, { ...request, signal: stop.signal });
    const outcome = expect(classified).rejects.toBe(reason);
    await vi.advanceTimersByTimeAsync(600);
    stop.abort(reason);
    await outcome;

    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits for windows that come later than the end of their job", async () => {
    let looks = 0;
    const empty = answer({ classifications: [block("keras", []), block("anomaly", [])] });
    const { studio } = fakeStudio((path) => {
      if (path.endsWith("/status")) return { job: { id: 9, finishedSuccessful: true } };
      return ++looks === 1 ? { id: 9 } : looks < 4 ? empty : answer();
    });

    const classified = classifySample(studio, request);
    await vi.advanceTimersByTimeAsync(2_000);

    expect((await classified).classifications[0]?.result).toHaveLength(4);
  });

  it("gives a result time to come when Studio wants another job for it at once", async () => {
    const thereFrom = Date.now() + 1_200;
    const { studio } = fakeStudio((path) => {
      if (path.endsWith("/status")) return { job: { id: 9, finishedSuccessful: true } };
      return Date.now() < thereFrom ? { id: 9 } : answer();
    });

    const classified = classifySample(studio, request);
    await vi.advanceTimersByTimeAsync(5_000);

    expect((await classified).classifications[0]?.result).toHaveLength(4);
  });

  it("explains that a result does not come, however long one waits", async () => {
    const empty = answer({ classifications: [block("keras", [])] });
    let isAsked = false;
    const { studio } = fakeStudio((path) => {
      if (path.endsWith("/status")) return { job: { id: 9, finishedSuccessful: true } };
      const first = !isAsked;
      isAsked = true;
      return first ? { id: 9 } : empty;
    });

    const failed = expect(classifySample(studio, request)).rejects.toMatchObject({
      name: "ResultMissingError",
      message: expect.stringContaining("finished, but its result stays empty") as string,
    });
    await vi.advanceTimersByTimeAsync(20_000);
    await failed;
  });

  it("takes no window for an answer when the sample is shorter than one", async () => {
    let isAsked = false;
    const short = answer({ classifications: [block("keras", [])], windowSizeMs: 600 });
    const { studio } = fakeStudio((path) => {
      if (path.endsWith("/status")) return { job: { id: 9, finishedSuccessful: true } };
      const first = !isAsked;
      isAsked = true;
      return first ? { id: 9 } : short;
    });

    expect((await classifySample(studio, request)).classifications[0]?.result).toHaveLength(0);
  });
});

describe("classifySampleByBlock and classifyWindows", () => {
  it("asks for one block, and yields its windows", async () => {
    const { studio, requests } = fakeStudio(() => answer());

    const byBlock = await classifySampleByBlock(studio, { projectId: 1, sampleId: 5, blockId: 3 });
    const indexes = [];
    for await (const { index } of classifyWindows(studio, { projectId: 1, sampleId: 5 })) indexes.push(index);
    for await (const { index } of classifyWindowsByBlock(studio, { projectId: 1, sampleId: 5, blockId: 3 })) {
      indexes.push(index);
    }

    expect(byBlock.classifications[0]?.result).toHaveLength(4);
    expect(indexes).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    expect(requests[0]).toBe("POST /v1/api/1/classify/anomaly-gmm/v2/3/5");
  });
});

describe("classifySampleForVariants", () => {
  const request = { projectId: 1, sampleId: 5, variants: ["int8", "float32"] } as const;

  it("answers one result for each variant", async () => {
    const queries: string[] = [];
    const { classifications, ...rest } = answer();
    const results = [
      { variant: "int8", classifications },
      { variant: "float32", classifications: [block("keras", windowsOf("wave"))] },
    ];
    const { studio } = fakeStudio((_path, query) => {
      queries.push(query.get("variants") ?? "");
      return { ...rest, results };
    });

    const byVariant = readVariants(await classifySampleForVariants(studio, request));

    expect(queries).toEqual(['["int8","float32"]']);
    expect([...byVariant].map(([variant, { windowCount }]) => [variant, windowCount])).toEqual([
      ["int8", 4],
      ["float32", 1],
    ]);
  });

  it("refuses an answer without results", async () => {
    const { studio } = fakeStudio(() => ({ results: [] }));

    const empty = await classifySampleForVariants(studio, request);
    expect(() => readVariants(empty)).toThrow(expect.objectContaining({ pointer: "/results" }) as Error);
  });
});
