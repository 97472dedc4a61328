import { StudioNotFoundError, StudioRefusedError } from "@windowscope/sdk";
import { beforeEach, describe, expect, it } from "vitest";

import { createTestApp, type TestApp } from "../test-app.ts";

const PATH = "/api/v1/projects/1/samples/7/labels";

let app: TestApp;
/** Ten readings, one every 100 ms. */
let sample: Record<string, unknown>;
let told: { operation: string; body: unknown }[];

beforeEach(async () => {
  app = await createTestApp();
  sample = { id: 7, label: "idle", intervalMs: 100, valuesCount: 10 };
  told = [];
  app.studio.answer("getSample", () => ({ sample }));
  app.studio.answer("editLabel", (_path, _query, body) => {
    told.push({ operation: "editLabel", body });
    sample = { ...sample, label: (body as { label: string }).label, structuredLabels: undefined };
    return {};
  });
  app.studio.answer("setSampleStructuredLabels", (_path, _query, body) => {
    told.push({ operation: "setSampleStructuredLabels", body });
    sample = { ...sample, ...(body as object) };
    return {};
  });
});

describe("GET /api/v1/projects/{projectId}/samples/{sampleId}/labels", () => {
  it("answers one range for a sample with one label, and none for one without", async () => {
    expect((await app.request("GET", PATH)).body).toEqual({ ranges: [{ startMs: 0, endMs: 1000, label: "idle" }] });
    sample.label = "";
    expect((await app.request("GET", PATH)).body).toEqual({ ranges: [] });
  });

  it("answers spans of readings in ms", async () => {
    sample.structuredLabels = [
      { startIndex: 0, endIndex: 3, label: "idle" },
      { startIndex: 4, endIndex: 9, label: "wave" },
    ];

    expect((await app.request("GET", PATH)).body).toEqual({
      ranges: [
        { startMs: 0, endMs: 400, label: "idle" },
        { startMs: 400, endMs: 1000, label: "wave" },
      ],
    });
  });

  it("answers 404 for a sample that Studio does not know", async () => {
    app.studio.answer("getSample", () => Promise.reject(new StudioNotFoundError("There is no sample 7.")));

    expect(await app.request("GET", PATH)).toMatchObject({ status: 404 });
  });
});

describe("PUT /api/v1/projects/{projectId}/samples/{sampleId}/labels", () => {
  const put = (ranges: unknown) => app.request("PUT", PATH, { body: { ranges } });

  it("sets ranges as spans of readings, rounded to the nearest, and answers them as they are then", async () => {
    const { status, body } = await put([
      { startMs: 0, endMs: 420, label: "idle" },
      { startMs: 380, endMs: 1000, label: "wave" },
    ]);

    expect(status).toBe(200);
    expect(told).toEqual([
      {
        operation: "setSampleStructuredLabels",
        body: {
          structuredLabels: [
            { startIndex: 0, endIndex: 3, label: "idle" },
            { startIndex: 4, endIndex: 9, label: "wave" },
          ],
        },
      },
    ]);
    expect((body.ranges as object[])[1]).toEqual({ startMs: 400, endMs: 1000, label: "wave" });
  });

  it("gives the sample one label where all ranges have the same", async () => {
    const { body } = await put([
      { startMs: 0, endMs: 500, label: "wave" },
      { startMs: 500, endMs: 1000, label: "wave" },
    ]);

    expect(told).toEqual([{ operation: "editLabel", body: { label: "wave" } }]);
    expect(body).toEqual({ ranges: [{ startMs: 0, endMs: 1000, label: "wave" }] });
  });

  it("gives a picture one label, and no more", async () => {
    Object.assign(sample, { intervalMs: 0, valuesCount: 1 });

    expect(await put([{ startMs: 0, endMs: 0, label: "cat" }])).toMatchObject({ status: 200 });
    expect(await put([{ startMs: 0, endMs: 0, label: "cat" }, { startMs: 0, endMs: 1, label: "dog" }])).toMatchObject({ status: 400 }); // prettier-ignore
    expect(told).toEqual([{ operation: "editLabel", body: { label: "cat" } }]);
  });

  it.each([
    { of: "an overlap", places: [[0, 600], [500, 1000]], detail: "begins before the one in front of it ends" }, // prettier-ignore
    { of: "another order", places: [[500, 1000], [0, 500]], detail: "leaves a gap in front of it" }, // prettier-ignore
    { of: "a gap", places: [[0, 300], [500, 1000]], detail: "leaves a gap in front of it" }, // prettier-ignore
    { of: "an open beginning", places: [[200, 1000]], detail: "leaves a gap in front of it" },
    { of: "an open end", places: [[0, 900]], detail: "The ranges end before the sample does, at 1000 ms" },
    { of: "an end beyond the sample", places: [[0, 1100]], detail: "beyond the end of the sample at 1000 ms" },
    { of: "a range without a reading", places: [[0, 40], [40, 1000]], detail: "has no reading; there is one every 100 ms" }, // prettier-ignore
    { of: "an end in front of its start", places: [[0, 500], [500, 300]], detail: "has no reading" }, // prettier-ignore
  ])("answers 400 to $of, and tells Studio nothing", async ({ places, detail }) => {
    const answer = await put(places.map(([startMs, endMs], i) => ({ startMs, endMs, label: `label ${i}` })));

    expect(answer).toMatchObject({ status: 400, body: { type: "urn:windowscope:problem:bad-ranges" } });
    expect(answer.body.detail).toContain(detail);
    expect(told).toEqual([]);
  });

  it.each([[], [{ startMs: 0, endMs: 1000, label: "" }], [{ startMs: -1, endMs: 1000, label: "a" }], "all"])(
    "answers 400 to the ranges %j",
    async (ranges) => {
      expect(await put(ranges)).toMatchObject({ status: 400 });
      expect(told).toEqual([]);
    },
  );

  it("answers 409 with Studio's words when it refuses them", async () => {
    const studioText = "This sample is locked.";
    app.studio.answer("editLabel", () => Promise.reject(new StudioRefusedError("no", { studioText })));

    expect(await put([{ startMs: 0, endMs: 1000, label: "a" }])).toMatchObject({
      status: 409,
      body: { type: "urn:windowscope:problem:labels-refused", detail: studioText },
    });
  });
});
