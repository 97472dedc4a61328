import { once } from "node:events";

import type { OperationId } from "@windowscope/sdk/api-types";
import { answerValidators, type AnswerProblem } from "@windowscope/sdk/validate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";

import { RemoteManagement } from "../devices/remote-management.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import type { Sample } from "../samples.ts";
import { smallImpulse, smallRecording } from "../small-impulse.ts";
import { addRecording, createTestStudio } from "../test-studio.ts";
import type { Handlers } from "./handlers.ts";
import { mountHandlers } from "./mount.ts";
import { studioHandlers } from "./studio-handlers.ts";

const KEY = "ei_test";

let studio: LocalStudio;
let project: Project;
let handlers: Handlers;
/** What is wrong with the answers of a test. */
let amiss: (AnswerProblem & { readonly id: OperationId })[];
let app: ReturnType<typeof mountHandlers>;
let request: (method: string, route: string, body?: object) => Promise<Response>;

beforeEach(() => {
  studio = createTestStudio();
  const { id } = studio.projects.create("Pumps", "");
  studio.projects.addKey(id, KEY);
  studio.projects.setDefaultImpulse(id, studio.impulses.add(id, smallImpulse).id);
  project = studio.projects.get(id) as Project;
  handlers = studioHandlers(studio, {
    issueSocketToken: () => ({ socketToken: "t", expires: "2026-01-01T00:00:00.000Z" }),
    studioUrl: () => "http://studio.test",
    remoteManagement: new RemoteManagement(studio, new WebSocketServer({ noServer: true })),
  });
  const validators: { readonly [K in OperationId]?: (given: unknown) => readonly AnswerProblem[] } = answerValidators;
  amiss = [];
  app = mountHandlers(handlers, studio.projects, {
    shapeAnswer: (operation, _project, given) => {
      amiss.push(...(validators[operation]?.(given) ?? []).map((problem) => ({ ...problem, id: operation })));
      return given;
    },
  });
  request = async (method, route, body) =>
    app.request(`/api/${id}${route}`, {
      method,
      headers: { "x-api-key": KEY },
      ...(body && { body: JSON.stringify(body) }),
    });
});

afterEach(() => {
  // Whatever a test is about, all it was answered is as the API document says.
  expect(amiss).toEqual([]);
});

async function answer(method: string, route: string, body?: object): Promise<Record<string, unknown>> {
  const response = await request(method, route, body);
  return (await response.json()) as Record<string, unknown>;
}

/** Three seconds at 10 Hz. */
function addSample(category: "testing" | "training" = "testing", label = "moving"): Promise<Sample> {
  return addRecording(studio, smallRecording(3, 3), { projectId: project.id, category, label });
}

describe("POST .../classify/v2/{sampleId}/variants", () => {
  it("answers a job first, and then what each variant says", async () => {
    const { id } = await addSample();
    const route = `/classify/v2/${id}/variants?variants=${encodeURIComponent('["float32"]')}`;

    const first = await answer("POST", route);
    await once(studio.jobs, "finished");
    const second = await answer("POST", route);

    expect(first).toEqual({ success: true, id: 1 });
    expect(second).toMatchObject({
      success: true,
      results: [{ variant: "float32", classifications: [{ resultCount: 5 }, { resultCount: 5 }] }],
      windowSizeMs: 1000,
      windowIncreaseMs: 500,
      alreadyInDatabase: false,
    });
  });

  it.each([
    { variants: "float32", error: '"variants" has to be a JSON array of texts.' },
    { variants: "[]", error: '"variants" has to name one or more.' },
    { variants: '["int8"]', error: "This impulse has no int8 model; it has float32." },
  ])("refuses $variants", async ({ variants, error }) => {
    const route = `/classify/v2/${(await addSample()).id}/variants?variants=${encodeURIComponent(variants)}`;

    expect(await answer("POST", route)).toEqual({ success: false, error });
  });
});

describe("GET .../classify/{sampleId}", () => {
  it("answers every block at once, without a job", async () => {
    const { classifications } = await answer("GET", `/classify/${(await addSample("training")).id}`);

    expect(classifications).toMatchObject([{ learnBlock: { id: 3 } }, { learnBlock: { id: 4 } }]);
    expect(studio.jobs.count(project.id, {})).toBe(0);
  });
});

describe("GET .../classify/v2/{sampleId}/raw-data/{windowIndex}", () => {
  it("answers the readings of one window, once there is a result", async () => {
    const { id } = await addSample();
    const route = `/classify/v2/${id}/raw-data`;
    const before = await answer("GET", `${route}/0`);
    await answer("GET", `/classify/${id}`);

    const { payload, totalPayloadLength } = await answer("GET", `${route}/1`);
    const beyond = await answer("GET", `${route}/5`);

    expect(before.error).toBe("This sample has no result yet; call classifySampleV2 first.");
    expect(totalPayloadLength).toBe(10);
    expect(payload).toMatchObject({ values: smallRecording(3, 3).payload.values.slice(5, 15) });
    expect(beyond.error).toBe("There is no window 5 among 5.");
  });
});

describe("GET .../classify/all/metrics", () => {
  it("answers the accuracy of the variants that have been tested", async () => {
    await addSample();

    const before = await answer("GET", "/classify/all/metrics");
    await answer("POST", "/jobs/evaluate");
    await once(studio.jobs, "finished");

    expect(before).toEqual({ success: true, metrics: [{ variant: "float32" }] });
    expect(await answer("GET", "/classify/all/metrics")).toEqual({
      success: true,
      metrics: [{ variant: "float32", accuracy: 1 }],
    });
  });
});

describe("raw data", () => {
  it("is counted with the filters that list it", async () => {
    await addSample();
    await addSample("training", "still");

    expect(await answer("GET", "/raw-data/count?category=all")).toMatchObject({ count: 2 });
    expect(await answer("GET", "/raw-data/count?category=training")).toMatchObject({ count: 1 });
    expect(await answer("GET", "/raw-data/count?category=all&labels=%5B%22still%22%5D")).toMatchObject({ count: 1 });
  });

  it("comes in slices, of one window when no end is given", async () => {
    const route = `/raw-data/${(await addSample()).id}/slice`;

    expect(await answer("GET", `${route}?sliceStart=28`)).toMatchObject({ totalPayloadLength: 2 });
    expect(await answer("GET", `${route}?sliceStart=3`)).toMatchObject({ totalPayloadLength: 10 });
    expect(await answer("GET", `${route}?sliceStart=3&sliceEnd=4`)).not.toHaveProperty("datastreamPayloads");
    expect((await answer("GET", `${route}?sliceStart=30`)).error).toContain("not within the 30 that there are");
  });

  it("comes back byte for byte", async () => {
    const response = await request("GET", `/raw-data/${(await addSample()).id}/raw`);

    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(await response.text()).toBe(JSON.stringify(smallRecording(3, 3)));
  });
});

describe("jobs", () => {
  it("are listed while they wait, and among the finished ones when they are cancelled", async () => {
    const { id } = await answer("POST", "/jobs/evaluate");
    const active = await answer("GET", "/jobs");
    const cancelled = await answer("POST", `/jobs/${String(id)}/cancel`);

    expect(active).toMatchObject({ totalJobCount: 1, jobs: [{ id, categoryKey: "classify-test-set" }] });
    expect(cancelled).toEqual({ success: true });
    expect(await answer("GET", "/jobs")).toEqual({ success: true, totalJobCount: 0, jobs: [] });
    expect(await answer("GET", "/jobs/history")).toMatchObject({ jobs: [{ id, finishedSuccessful: false }] });
    expect(await answer("GET", "/jobs/all?finished=failed")).toMatchObject({ totalJobCount: 1 });
    expect(await answer("GET", "/jobs/all?finished=successful")).toMatchObject({ totalJobCount: 0 });
    expect((await answer("GET", "/jobs/all?startDate=soon")).error).toBe(
      '"startDate" has to be a date, and is "soon".',
    );
  });

  it("have their lines as a text, oldest first", async () => {
    await answer("POST", "/jobs/evaluate");
    await once(studio.jobs, "finished");

    const response = await request("GET", "/jobs/1/stdout/download?limit=2");

    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toBe("Job started\nJob completed\n");
  });
});

describe("a project", () => {
  it("tells its impulses, variants, keys and when it last changed", async () => {
    const { id } = studio.impulses.add(project.id, { ...smallImpulse, name: "second" });
    const { added } = await addSample();

    expect(await answer("GET", "/impulses")).toMatchObject({
      impulses: [{ name: "two axes" }, { id, name: "second" }],
      maxImpulseCount: -1,
    });
    expect(await answer("GET", `/impulse/all?impulseId=${id}`)).toMatchObject({ impulse: { name: "second" } });
    expect(await answer("GET", "/model-variants")).toMatchObject({ modelVariants: [{ variant: "float32" }] });
    expect(await answer("GET", "/devkeys/hmac")).toEqual({ success: true, hmacKey: project.hmacKey });
    const { lastModificationDate } = await answer("GET", "/last-modification");
    // The database's own clock, read a moment after the sample got its time.
    expect([added, lastModificationDate, new Date().toISOString()].toSorted()[1]).toBe(lastModificationDate);
    expect(await answer("GET", "/public-info")).toMatchObject({ id: project.id, name: "Pumps" });
  });

  it("is named by its key", async () => {
    const response = await app.request("/api/projects/api-key-info", { headers: { "x-api-key": KEY } });

    expect(await response.json()).toMatchObject({ success: true, projectId: project.id, role: "admin" });
  });
});
