import { beforeEach, describe, expect, it } from "vitest";

import { createTestApp, type TestApp } from "../test-app.ts";

let app: TestApp;
let asked: Record<string, unknown> | undefined;

beforeEach(async () => {
  app = await createTestApp();
  asked = undefined;
  app.studio.answer("listSamples", (path, query) => {
    asked = { ...path, ...query };
    const sensors = [{ name: "accX", units: "m/s2" }];
    const [added, totalLengthMs] = ["2026-01-02T03:04:05Z", 2_000];
    const sample = { id: 7, filename: "idle.7", label: "idle", category: "testing", added, totalLengthMs };
    return { samples: [{ ...sample, frequency: 62.5, sensors, isDisabled: false }], totalCount: 41 };
  });
});

describe("GET /api/v1/projects/{projectId}/samples", () => {
  it("lists a page of the test set", async () => {
    const { status, body } = await app.request("GET", "/api/v1/projects/1/samples");

    expect(status).toBe(200);
    expect(body).toEqual({
      samples: [
        {
          sampleId: 7,
          name: "idle.7",
          label: "idle",
          category: "testing",
          addedAt: "2026-01-02T03:04:05Z",
          lengthMs: 2_000,
          frequencyHz: 62.5,
          axes: [{ name: "accX", units: "m/s2" }],
          isDisabled: false,
        },
      ],
      total: 41,
    });
    expect(asked).toEqual({ projectId: 1, category: "testing", limit: 50, offset: 0 });
  });

  it("asks Studio for what is wanted", async () => {
    await app.request(
      "GET",
      "/api/v1/projects/3/samples?category=training&label=idle&label=a%20%22b&search=x&limit=5&offset=10",
    );

    expect(asked).toEqual({
      ...{ projectId: 3, category: "training", limit: 5, offset: 10, search: "x" },
      labels: JSON.stringify(["idle", 'a "b']),
    });
  });

  it("takes a single label", async () => {
    await app.request("GET", "/api/v1/projects/3/samples?label=idle");

    expect(asked).toMatchObject({ labels: '["idle"]' });
  });

  it.each([
    "0/samples",
    "x/samples",
    "1/samples?category=all",
    "1/samples?limit=0",
    "1/samples?limit=201",
    "1/samples?offset=-1",
    "1/samples?offset=99999999999",
    "1/samples?search=",
    `1/samples?search=${"x".repeat(201)}`,
    `1/samples?${"label=x&".repeat(51)}`,
  ])("answers a problem to %s, without asking Studio", async (path) => {
    expect(await app.request("GET", `/api/v1/projects/${path}`)).toMatchObject({
      status: 400,
      type: "application/problem+json",
    });
    expect(asked).toBeUndefined();
  });
});
