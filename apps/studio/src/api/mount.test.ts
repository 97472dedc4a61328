import { beforeEach, describe, expect, it } from "vitest";

import { Projects } from "../projects.ts";
import type { Handlers } from "./handlers.ts";
import { mountHandlers, type MountOptions } from "./mount.ts";
import { openTestStore } from "../test-studio.ts";

const KEY = "ei_test";

describe("mountHandlers", () => {
  let projects: Projects;
  let projectId: number;
  /** What the handlers were called with. */
  let taken: object[];

  beforeEach(() => {
    projects = new Projects(openTestStore().database);
    ({ id: projectId } = projects.create("Pumps", ""));
    projects.addKey(projectId, KEY);
    taken = [];
  });

  const take = ({ path, query, body }: { path: object; query: object; body: unknown }) => {
    taken.push({ path, query, body });
    return { id: 1 };
  };
  const handlers: Handlers = {
    startSampling: take,
    setImpulseThresholds: (request) => {
      take(request);
      return { hadModelTestingResults: false, regenerateModelTestingStatus: "not_regenerated" };
    },
    startClassifyJob: take,
    startRetrainJob: take,
    classifySampleV2: take,
  };

  async function call(route: string, body?: string, options?: MountOptions): Promise<unknown> {
    const response = await mountHandlers(handlers, projects, options).request(`/api/${projectId}${route}`, {
      method: "POST",
      headers: { "x-api-key": KEY, "content-type": "application/json" },
      ...(body !== undefined && { body }),
    });
    expect(response.status).toBe(200);
    return response.json();
  }

  const wish = { label: "idle", lengthMs: 1000, intervalMs: 16, category: "testing" };
  const threshold = { blockId: 3, key: "min_score", value: 0.5 };
  const setting = { thresholds: [threshold], allowCreatingRegenerateModelTestingJobs: false };
  const withThreshold = (changes: object) => ({ ...setting, thresholds: [threshold, { ...threshold, ...changes }] });
  const [sampling, thresholds] = ["/device/a/start-sampling", "/impulse/1/set-thresholds"];

  it.each([
    {
      what: "a field of another type",
      route: sampling,
      body: { ...wish, lengthMs: "9" },
      says: '"lengthMs" must be integer.',
    },
    {
      what: "a value out of bounds",
      route: sampling,
      body: { ...wish, intervalMs: 0 },
      says: '"intervalMs" must be > 0.',
    },
    {
      what: "a value that is in no list",
      route: sampling,
      body: { ...wish, category: "elsewhere" },
      says: '"category" must be one of training, testing, validation, post-processing.',
    },
    {
      what: "a missing field",
      route: sampling,
      body: { ...wish, label: undefined },
      says: "The body must have required property 'label'.",
    },
    { what: "a list instead of a body", route: sampling, body: [], says: "The body must be object." },
    { what: "null instead of a body", route: sampling, body: null, says: "The body must be object." },
    {
      what: "a field deep within",
      route: thresholds,
      body: withThreshold({ blockId: 1.5 }),
      says: '"thresholds.1.blockId" must be integer.',
    },
    {
      what: "what fits no alternative",
      route: thresholds,
      body: withThreshold({ value: null }),
      says: '"thresholds.1.value" must be number, or "thresholds.1.value" must be string.',
    },
    {
      what: "a value in the query that is in no list",
      route: "/classify/v2/1?variant=foo",
      says: '"variant" must be one of int8, float32, akida.',
    },
    {
      what: "a text in the query instead of a number",
      route: "/classify/v2/1?impulseId=x",
      says: '"impulseId" has to be a whole number, and is "x".',
    },
  ])("refuses $what, and says what it has to be", async ({ route, body, says }) => {
    expect(await call(route, body === undefined ? undefined : JSON.stringify(body))).toEqual({
      success: false,
      error: says,
    });
    expect(taken).toEqual([]);
  });

  it("refuses a body that is missing, or is no JSON", async () => {
    expect(await call("/jobs/classify")).toEqual({
      success: false,
      error: "The request must have required property 'body'.",
    });
    expect(await call("/jobs/classify", "{")).toEqual({ success: false, error: "The body has to be JSON." });
    expect(taken).toEqual([]);
  });

  it("takes an empty body of type JSON, as the official client sends it, where none is wanted", async () => {
    expect(await call("/jobs/retrain", "")).toEqual({ success: true, id: 1 });
    expect(taken).toEqual([{ path: { projectId }, query: {}, body: undefined }]);
  });

  it("hands on fields that the document does not know, and leaves out such parameters", async () => {
    await call(`${sampling}?mood=good`, JSON.stringify({ ...wish, mood: "good" }));

    expect(taken).toEqual([{ path: { projectId, deviceId: "a" }, query: {}, body: { ...wish, mood: "good" } }]);
  });

  it("lets the last word on an answer to whoever shapes it", async () => {
    const shaped: unknown[] = [];
    const answer = await call("/classify/v2/1", undefined, {
      shapeAnswer: (id, project, whole) => {
        shaped.push({ id, projectId: project.id, whole });
        return { success: true, shape: "mine" };
      },
    });

    expect(answer).toEqual({ success: true, shape: "mine" });
    expect(shaped).toEqual([{ id: "classifySampleV2", projectId, whole: { success: true, id: 1 } }]);
  });
});
