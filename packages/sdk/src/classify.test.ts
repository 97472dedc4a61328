import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Schemas } from "./api-types.ts";
import { classifySample } from "./classify.ts";
import { StudioAnswerError, StudioJobError } from "./errors.ts";
import { fakeStudio } from "./fake-studio.ts";
import type { JobHints } from "./jobs.ts";
import { readClassification } from "./windows.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Five readings of one axis, 100 ms apart; windows of two readings, one apart: four windows. */
function answer(overrides: Partial<Answer> = {}): Answer {
  return {
    success: true,
    classifications: [
      block("keras", windowsOf("idle", "idle", "wave", "wave")),
      block("anomaly", anomalies(-1, 0, 0.29, 0.3)),
    ],
    sample: {
      sample: { id: 5, label: "idle", valuesCount: 5, intervalMs: 100 } as Schemas["Sample"],
      payload: { device_type: "TEST", sensors: [{ name: "accX", units: "m/s2" }], values: [[1], [2], [3], [4], [5]] },
      totalPayloadLength: 5,
    },
    windowSizeMs: 200,
    windowIncreaseMs: 100,
    alreadyInDatabase: false,
    ...overrides,
  };
}

type Answer = Schemas["ClassifySampleResponse"];
type Block = Schemas["ClassifySampleResponseClassification"];

function block(type: string, result: Record<string, number>[], overrides: Partial<Block> = {}): Block {
  return {
    learnBlock: { id: 3, type, name: type, dsp: [2], title: type },
    result,
    expectedLabels: [{ startIndex: 0, endIndex: 4, label: "idle" }],
    minimumConfidenceRating: type === "keras" ? 0.6 : 0.3,
    ...overrides,
  };
}

function windowsOf(...labels: readonly ("idle" | "wave")[]): Record<string, number>[] {
  return labels.map((label) => ({ idle: label === "idle" ? 0.9 : 0.1, wave: label === "wave" ? 0.9 : 0.1 }));
}

function anomalies(...scores: readonly number[]): Record<string, number>[] {
  return scores.map((anomaly) => ({ anomaly }));
}

describe("readClassification", () => {
  it("gives every window its time, scores and verdict", () => {
    const { classes, thresholds, windows } = readClassification(answer());

    expect(classes).toEqual(["idle", "wave"]);
    expect(thresholds).toEqual({ minimumConfidence: 0.6, anomaly: 0.3 });
    expect([...windows()]).toEqual([
      { index: 0, startMs: 0, endMs: 200, scores: [0.9, 0.1], anomaly: -1, verdict: "idle" },
      { index: 1, startMs: 100, endMs: 300, scores: [0.9, 0.1], anomaly: 0, verdict: "idle" },
      { index: 2, startMs: 200, endMs: 400, scores: [0.1, 0.9], anomaly: 0.29, verdict: "wave" },
      { index: 3, startMs: 300, endMs: 500, scores: [0.1, 0.9], anomaly: 0.3, verdict: "anomaly" },
    ]);
  });

  it("calls a window uncertain when its best class is below the minimum confidence, and certain when equal", () => {
    const result = [
      { idle: 0.59, wave: 0.41 },
      { idle: 0.6, wave: 0.4 },
    ];

    const { windows } = readClassification(answer({ classifications: [block("keras", result)] }));

    expect([...windows()].map(({ verdict }) => verdict)).toEqual(["uncertain", "idle"]);
  });

  it("prefers the newer list of thresholds to the older field", () => {
    const thresholds = [{ key: "min_score", description: "", helpText: "", value: 0.95 }];

    const read = readClassification(answer({ classifications: [block("keras", windowsOf("idle"), { thresholds })] }));

    expect([...read.windows()].map(({ verdict }) => verdict)).toEqual(["uncertain"]);
  });

  it("reads an anomaly score that is merged into the classifier's map, and never takes it for a class", () => {
    const merged = block("keras", [{ idle: 0.9, wave: 0.1, anomaly: 0.95 }]);

    const { classes, windows } = readClassification(answer({ classifications: [merged] }));

    expect(classes).toEqual(["idle", "wave"]);
    expect([...windows()]).toMatchObject([{ scores: [0.9, 0.1], anomaly: 0.95, verdict: "idle" }]);
  });

  it("has only anomaly and no anomaly as verdicts without a classifier", () => {
    const { windows } = readClassification(answer({ classifications: [block("anomaly", anomalies(-1, 2))] }));

    expect([...windows()].map(({ verdict }) => verdict)).toEqual(["no anomaly", "anomaly"]);
  });

  it("counts windows in readings, so that a step that is no whole number of readings does not drift", () => {
    const result = windowsOf("idle", "idle", "idle");
    const odd = answer({ classifications: [block("keras", result)], windowSizeMs: 200, windowIncreaseMs: 100 });
    odd.sample.payload.intervalMs = 33;

    const starts = [...readClassification(odd).windows()].map(({ startMs, endMs }) => [startMs, endMs]);

    expect(starts).toEqual([
      [0, 198],
      [99, 297],
      [198, 396],
    ]);
  });

  it.each([
    { what: "newer answers, by their own interval", overrides: { intervalMs: 50 }, endMs: 250 },
    { what: "older answers, in readings", overrides: {}, endMs: 500 },
    {
      what: "older answers, in windows when there is one index for each",
      overrides: { expectedLabels: [{ startIndex: 0, endIndex: 3, label: "idle" }] },
      endMs: 400,
    },
  ])("places expected labels of $what", ({ overrides, endMs }) => {
    const keras = block("keras", windowsOf("idle", "idle", "idle", "idle"), overrides);

    expect(readClassification(answer({ classifications: [keras] })).expected).toEqual([
      { startMs: 0, endMs, label: "idle" },
    ]);
  });

  it("passes Studio's warning on, and says when a second classifier is not shown", () => {
    const two = [block("keras", windowsOf("idle")), block("keras", windowsOf("idle"))];

    expect(readClassification(answer({ warning: "Careful." })).warning).toBe("Careful.");
    expect(readClassification(answer({ classifications: two })).warning).toBe(
      "Only the first of 2 classifiers is shown.",
    );
    expect(readClassification(answer()).warning).toBeUndefined();
  });

  it("reads an answer without any window", () => {
    const none = readClassification(answer({ classifications: [block("keras", []), block("anomaly", [])] }));

    expect(none).toMatchObject({ windowCount: 0, classes: [] });
    expect([...none.windows()]).toEqual([]);
  });

  it("refuses a kind of block that has no class scores, by its name", () => {
    const boxes = answer({ classifications: [block("keras-object-detection", [])] });

    expect(() => readClassification(boxes)).toThrow("of the kind keras-object-detection");
  });

  it("refuses blocks that disagree about the number of windows", () => {
    const torn = answer({ classifications: [block("keras", windowsOf("idle")), block("anomaly", anomalies(0, 0))] });

    expect(() => readClassification(torn)).toThrow("its blocks have 1 and 2 windows");
  });
});

describe("classifySample", () => {
  const request = { projectId: 1, sampleId: 5 };

  it("gives the result when Studio has it at hand", async () => {
    const { studio, requests } = fakeStudio(() => answer());

    const { windowCount } = await classifySample(studio, request);

    expect(windowCount).toBe(4);
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

    expect((await classified).windowCount).toBe(4);
    expect(onJob).toHaveBeenCalledExactlyOnceWith(9);
    expect(queries).toEqual(["impulseId=2&variant=int8", "impulseId=2&variant=int8"]);
  });

  it("looks at the status at once when the job says that it has finished", async () => {
    let isDone = false;
    const { studio } = fakeStudio((path) => {
      if (path.endsWith("/status")) return { job: { id: 9, ...(isDone && { finishedSuccessful: true }) } };
      return isDone ? answer() : { id: 9 };
    });
    let finished: (() => void) | undefined;
    const hints: JobHints = {
      watch: (_jobId, onFinished) => {
        finished = onFinished;
        return () => (finished = undefined);
      },
    };

    const classified = classifySample(studio, { ...request, hints });
    await vi.advanceTimersByTimeAsync(10_000);
    isDone = true;
    finished?.();
    await vi.advanceTimersByTimeAsync(0);

    expect((await classified).windowCount).toBe(4);
    expect(finished).toBeUndefined();
  });

  it("throws StudioJobError with the reason from the job's last lines", async () => {
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

    await expect(failed).rejects.toThrow(StudioJobError);
    await expect(failed).rejects.toMatchObject({
      jobId: 9,
      message: "Job 9 failed in Studio: The sample has no accX",
      lines: ["Job started", "The sample has no accX", "Job failed (see above)"],
    });
  });

  it("throws StudioJobError also when the job's lines cannot be read", async () => {
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

    await expect(classifySample(studio, request)).rejects.toThrow(StudioAnswerError);
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

    expect((await classified).windowCount).toBe(4);
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
});
