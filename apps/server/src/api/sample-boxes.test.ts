import { StudioNotFoundError } from "@windowscope/sdk";
import { beforeEach, describe, expect, it } from "vitest";

import { createTestApp, type TestApp } from "../test-app.ts";

const PATH = "/api/v1/projects/1/samples/7/boxes";

let app: TestApp;

beforeEach(async () => {
  app = await createTestApp();
});

describe("GET /api/v1/projects/{projectId}/samples/{sampleId}/boxes", () => {
  it("answers what people have drawn, in pixels", async () => {
    const cup = { label: "cup", x: 12, y: 30, width: 40, height: 44.5 };
    app.studio.answer("getSample", () => ({ sample: { id: 7, boundingBoxes: [{ ...cup, newer: "field" }] } }));

    expect(await app.request("GET", PATH)).toMatchObject({ status: 200, body: { boxes: [cup] } });
  });

  it("answers none for a sample that is no picture", async () => {
    app.studio.answer("getSample", () => ({ sample: { id: 7, boundingBoxes: [] } }));

    expect((await app.request("GET", PATH)).body).toEqual({ boxes: [] });
  });

  it("answers 404 for a sample that Studio does not know", async () => {
    app.studio.answer("getSample", () => Promise.reject(new StudioNotFoundError("There is no sample 7.")));

    expect(await app.request("GET", PATH)).toMatchObject({ status: 404 });
  });
});
