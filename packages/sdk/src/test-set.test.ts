import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { anomalies, block, windowsOf } from "./fake-classification.ts";
import { fakeStudio } from "./fake-studio.ts";
import { classifyTestSet } from "./test-set.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const refusal = () =>
  Response.json({ success: false, error: "No model testing results found, run 'startClassifyJob' first" });

/** A Studio whose job has finished, and whose result comes after so many looks. */
function studioWithTestSet(lateLooks: number, late: () => object | Response) {
  let looks = 0;
  return fakeStudio((path, query) => {
    if (path.endsWith("/jobs/classify")) return { id: 9 };
    if (path.endsWith("/status")) return { job: { id: 9, finishedSuccessful: true } };
    if (path.endsWith("/page")) {
      const [offset, limit] = [Number(query.get("offset")), Number(query.get("limit"))];
      const rows = Array.from({ length: 45 }, (_, i) => ({ sampleId: i + 1 }));
      return { result: rows.slice(offset, offset + limit), predictions: [] };
    }
    if (looks++ < lateLooks) return late();
    const result = [
      {
        sampleId: 1,
        sample: { filename: "idle.1" },
        classifications: [
          block("keras", windowsOf("idle")),
          block("anomaly", anomalies(0)),
          block("keras-from-the-future", []),
        ],
      },
    ];
    return { result, predictions: [{ sampleId: 1, startMs: 0 }], accuracy: { totalSummary: {} } };
  });
}

describe("classifyTestSet", () => {
  it.each([
    { what: "at once", looks: 0, late: () => ({}) },
    { what: "after an empty one", looks: 2, late: () => ({ result: [], predictions: [] }) },
    { what: "after Studio's own denial", looks: 2, late: refusal },
  ])("starts the job, waits for it and reads the result that comes $what", async ({ looks, late }) => {
    const { studio } = studioWithTestSet(looks, late);
    const onJob = vi.fn();

    const classified = classifyTestSet(studio, { projectId: 1, variant: "int8", onJob });
    await vi.advanceTimersByTimeAsync(3_000);
    const { predictions, accuracy, kinds, classes, sampleNames, samples } = await classified;
    const ids: number[] = [];
    for await (const { sampleId } of samples()) ids.push(sampleId);

    expect(onJob).toHaveBeenCalledExactlyOnceWith(9);
    expect({ predictions, accuracy }).toEqual({
      predictions: [{ sampleId: 1, startMs: 0 }],
      accuracy: { totalSummary: {} },
    });
    expect({ kinds, classes }).toEqual({ kinds: ["classes", "anomaly"], classes: ["idle", "wave"] });
    expect([...sampleNames]).toEqual([[1, "idle.1"]]);
    expect(ids).toEqual(Array.from({ length: 45 }, (_, i) => i + 1));
  });

  it("waits for a job that was started before, and starts none", async () => {
    const { studio, requests } = studioWithTestSet(0, () => ({}));
    const onJob = vi.fn();

    await classifyTestSet(studio, { projectId: 1, jobId: 9, onJob });

    expect(requests.filter((line) => line.startsWith("POST"))).toEqual([]);
    expect(onJob).not.toHaveBeenCalled();
  });

  it("explains that the result does not come", async () => {
    const { studio } = studioWithTestSet(99, refusal);

    const failed = expect(classifyTestSet(studio, { projectId: 1 })).rejects.toMatchObject({
      name: "ResultMissingError",
      message: expect.stringContaining("skipFeatureGeneration") as string,
    });
    await vi.advanceTimersByTimeAsync(40_000);
    await failed;
  });

  it("passes another refusal on at once", async () => {
    const { studio } = studioWithTestSet(99, () => Response.json({ success: false, error: "Job is still running" }));

    await expect(classifyTestSet(studio, { projectId: 1 })).rejects.toMatchObject({ name: "StudioRefusedError" });
  });
});
