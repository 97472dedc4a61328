import { readdirSync } from "node:fs";
import path from "node:path";

import { beforeEach, describe, expect, it } from "vitest";

import type { LocalStudio } from "../local-studio.ts";
import type { Project } from "../projects.ts";
import { smallImpulse, smallRecording } from "../small-impulse.ts";
import { addRecording, createTestStudio } from "../test-studio.ts";
import { mountHandlers } from "./mount.ts";
import { sampleEditHandlers } from "./sample-edit-handlers.ts";
import { sampleHandlers } from "./sample-handlers.ts";

const KEY = "ei_test";

let studio: LocalStudio;
let project: Project;
let app: ReturnType<typeof mountHandlers>;

beforeEach(() => {
  studio = createTestStudio();
  const { id } = studio.projects.create("Pumps", "");
  studio.projects.addKey(id, KEY);
  project = studio.projects.get(id) as Project;
  app = mountHandlers({ ...sampleHandlers(studio), ...sampleEditHandlers(studio) }, studio.projects);
});

async function answer(method: string, route: string, body?: object): Promise<Record<string, unknown>> {
  const response = await app.request(`/api/${project.id}/raw-data${route}`, {
    method,
    headers: { "x-api-key": KEY },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

const spans = [
  { startIndex: 0, endIndex: 9, label: "still" },
  { startIndex: 10, endIndex: 29, label: "moving" },
];

describe("changes of a sample", () => {
  it.each([
    { change: "edit-label", body: { label: "still" }, shown: { label: "still" } },
    { change: "move", body: { newCategory: "training" }, shown: { category: "training" } },
    { change: "rename", body: { name: "first" }, shown: { filename: "first" } },
    { change: "metadata", body: { metadata: { site: "a" } }, shown: { metadata: { site: "a" } } },
    { change: "disable", body: undefined, shown: { isDisabled: true } },
    {
      change: "structured-labels",
      body: { structuredLabels: spans },
      shown: { label: "moving", structuredLabels: spans, structuredLabelsList: ["still", "moving"] },
    },
  ])("show after $change", async ({ change, body, shown }) => {
    const { id } = await addRecording(studio, smallRecording(3, 3), { projectId: project.id });

    const changed = await answer("POST", `/${id}/${change}`, body);

    expect(changed).toEqual({ success: true });
    expect((await answer("GET", `/${id}`)).sample).toMatchObject(shown);
  });

  it("are refused where they make no sense, and change nothing", async () => {
    const { id } = await addRecording(studio, smallRecording(3, 3), { projectId: project.id });
    const backwards = {
      structuredLabels: [
        { startIndex: 0, endIndex: -5, label: "still" },
        { startIndex: -4, endIndex: 29, label: "moving" },
      ],
    };
    const gap = { structuredLabels: [{ startIndex: 0, endIndex: 9, label: "still" }] };

    const errors = [
      await answer("POST", `/${id}/structured-labels`, gap),
      await answer("POST", `/${id}/structured-labels`, backwards),
      await answer("POST", `/${id}/crop`, { cropStart: 10, cropEnd: 31 }),
      await answer("POST", `/${id}/segment`, { segments: [{ startMs: 0, endMs: 3_100 }] }),
      await answer("POST", `/${id}/segment`, { segments: [] }),
      await answer("POST", `/${id}/move`, { newCategory: "elsewhere" }),
      await answer("POST", `/${id + 1}/disable`),
    ].map(({ error }) => error);

    expect(errors).toEqual([
      expect.stringContaining("index 10 does not have a label"),
      expect.stringContaining("span 0 needs whole numbers"),
      "Readings 10 to 31 are no part of the 30 that there are.",
      "0 to 3100 ms is no part of a sample of 3000 ms.",
      '"segments" has to name one or more pieces.',
      expect.stringContaining('"newCategory"'),
      `There is no sample ${id + 1} in this project.`,
    ]);
    expect(studio.samples.get(project.id, id)).toMatchObject({ version: 1, category: "testing", valuesCount: 30 });
  });

  it("make a result stale that was made with another label, and no other change does", async () => {
    const stored = studio.impulses.add(project.id, smallImpulse);
    const { id } = await addRecording(studio, smallRecording(3, 3), { projectId: project.id });
    const hasResult = () => {
      const sample = studio.samples.get(project.id, id);
      return sample && studio.results.find(sample, stored, "float32") !== undefined;
    };
    await studio.classify(studio.samples.get(project.id, id) as never, stored as never, "float32");

    await answer("POST", `/${id}/move`, { newCategory: "training" });
    const afterMove = hasResult();
    await answer("POST", `/${id}/edit-label`, { label: "still" });

    expect([afterMove, hasResult()]).toEqual([true, false]);
  });
});

describe("POST .../crop", () => {
  it("keeps a part with its labels, and can bring the rest back", async () => {
    const { id } = await addRecording(studio, smallRecording(3, 3), {
      projectId: project.id,
      structuredLabels: spans,
    });

    await answer("POST", `/${id}/crop`, { cropStart: 5, cropEnd: 15 });
    const cropped = await answer("GET", `/${id}`);
    const original = await answer("GET", `/${id}/original?zoomStart=0&zoomEnd=30`);
    await answer("POST", `/${id}/crop`, { cropStart: 0, cropEnd: 30 });
    const whole = await answer("GET", `/${id}`);

    const { values } = smallRecording(3, 3).payload;
    expect(cropped).toMatchObject({
      sample: {
        isCropped: true,
        valuesCount: 10,
        structuredLabels: [
          { startIndex: 0, endIndex: 4, label: "still" },
          { startIndex: 5, endIndex: 9, label: "moving" },
        ],
      },
      payload: { values: values.slice(5, 15), cropStart: 5, cropEnd: 15 },
    });
    expect(original).toMatchObject({
      sample: { isCropped: true, valuesCount: 10 },
      payload: { values, cropStart: 5, cropEnd: 15 },
      totalPayloadLength: 30,
    });
    expect(whole).toMatchObject({ sample: { isCropped: false }, payload: { values } });
  });
});

describe("the label of a sample with several", () => {
  it("is the one that lasts longest in what is left of it", async () => {
    const labels = [
      { startIndex: 0, endIndex: 9, label: "still" },
      { startIndex: 10, endIndex: 29, label: "moving" },
    ];
    const { id } = await addRecording(studio, smallRecording(3, 3), {
      ...{ projectId: project.id, structuredLabels: labels },
    });

    await answer("POST", `/${id}/crop`, { cropStart: 0, cropEnd: 12 });
    const cropped = await answer("GET", `/${id}`);
    const segments = [
      { startMs: 0, endMs: 1_000 },
      { startMs: 1_000, endMs: 1_200 },
    ];
    await answer("POST", `/${id}/segment`, { segments });
    const { samples } = await answer("GET", "?category=testing");

    expect(cropped).toMatchObject({ sample: { label: "still" } });
    expect(samples).toMatchObject([{ label: "moving" }, { label: "still" }]);
  });
});

describe("POST .../segment", () => {
  it("happens once when it is asked for twice at the same time", async () => {
    const { id } = await addRecording(studio, smallRecording(3, 3), { projectId: project.id });
    const segments = [{ startMs: 0, endMs: 1_000 }];
    const segment = () => answer("POST", `/${id}/segment`, { segments });

    const answers = await Promise.all([segment(), segment()]);

    expect(answers.map(({ success }) => success).sort()).toEqual([false, true]);
    expect(await answer("GET", "?category=testing")).toMatchObject({ totalCount: 1 });
    expect(readdirSync(path.dirname(studio.files.pathOf("any")))).toHaveLength(1);
  });

  it("makes a sample of each piece in the place of the whole, over the same file", async () => {
    const { id } = await addRecording(studio, smallRecording(3, 3), { projectId: project.id, label: "moving" });
    const pieces = [
      { startMs: 0, endMs: 1_000 },
      { startMs: 1_500, endMs: 3_000 },
    ];

    const segmented = await answer("POST", `/${id}/segment`, { segments: pieces });
    const { samples, totalCount } = await answer("GET", "?category=testing");
    const [second, first] = samples as { id: number; label: string }[];

    expect(segmented).toEqual({ success: true });
    expect(totalCount).toBe(2);
    const { values } = smallRecording(3, 3).payload;
    expect(await answer("GET", `/${first?.id}`)).toMatchObject({ payload: { values: values.slice(0, 10) } });
    expect(await answer("GET", `/${second?.id}`)).toMatchObject({ payload: { values: values.slice(15) } });
    expect(second?.label).toBe("moving");
  });
});

describe("DELETE .../{sampleId}", () => {
  it("removes the sample and its file", async () => {
    const sample = await addRecording(studio, smallRecording(3, 3), { projectId: project.id });

    expect(await answer("DELETE", `/${sample.id}`)).toEqual({ success: true });
    expect((await answer("GET", `/${sample.id}`)).error).toBe(`There is no sample ${sample.id} in this project.`);
    await expect(studio.readSample(sample)).rejects.toThrow("ENOENT");
  });
});
