import { toImpulseDocument } from "@windowscope/engine";
import { EdgeImpulseApi } from "edge-impulse-api";
import { describe, expect, it, onTestFinished } from "vitest";

import { createLocalStudio, type LocalStudioServer, type LocalStudioServerOptions } from "./create-local-studio.ts";
import { ImpulseFileError } from "./impulse-file.ts";
import { smallImpulse, smallRecording } from "./small-impulse.ts";

async function create(options?: LocalStudioServerOptions): Promise<LocalStudioServer> {
  const studio = await createLocalStudio(options);
  onTestFinished(() => studio.close());
  return studio;
}

async function upload(studio: LocalStudioServer, seconds = 2, category = "testing"): Promise<number | undefined> {
  const form = new FormData();
  form.append("data", new Blob([JSON.stringify(smallRecording(seconds))]), "still.1.json");
  const response = await fetch(`${studio.ingestionUrl}/api/${category}/files`, {
    method: "POST",
    headers: { "x-api-key": studio.apiKey },
    body: form,
  });
  const { files } = (await response.json()) as { files: readonly { sampleId?: number }[] };
  return files[0]?.sampleId;
}

async function get(studio: LocalStudioServer, route: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${studio.url}${route}`, { headers: { "x-api-key": studio.apiKey } });
  return (await response.json()) as Record<string, unknown>;
}

async function post(studio: LocalStudioServer, route: string): Promise<Record<string, unknown>> {
  const headers = { "x-api-key": studio.apiKey, "content-type": "application/json" };
  const response = await fetch(`${studio.url}${route}`, { method: "POST", headers, body: "{}" });
  return (await response.json()) as Record<string, unknown>;
}

describe("createLocalStudio", () => {
  it("starts Studios side by side, each with a key that the official client takes and an empty project", async () => {
    const [one, other] = [await create(), await create()];

    const client = new EdgeImpulseApi({ endpoint: one.url });
    await client.authenticate({ method: "apiKey", apiKey: one.apiKey });
    const { projects } = await client.projects.listProjects();

    expect(projects).toMatchObject([{ id: one.projectId }]);
    expect(one.apiKey).toMatch(/^ei_[0-9a-f]{48}$/);
    expect(other.apiKey).not.toBe(one.apiKey);
    expect(await get(one, "/windowscope/project")).toMatchObject({ samples: [], impulses: [] });
  });

  it("is as new after reset, with the same key at the same addresses", async () => {
    const studio = await create();
    const sampleId = await upload(studio);
    await fetch(`${studio.url}/windowscope/impulses`, {
      method: "POST",
      headers: { "x-api-key": studio.apiKey },
      body: JSON.stringify(toImpulseDocument(smallImpulse)),
    });
    await post(studio, `/v1/api/${studio.projectId}/jobs/retrain`);

    await studio.reset();

    const project = `/v1/api/${studio.projectId}`;
    expect(await get(studio, "/windowscope/project")).toMatchObject({ success: true, samples: [], impulses: [] });
    expect(await get(studio, `${project}/raw-data/${sampleId}`)).toMatchObject({ success: false });
    expect(await get(studio, `${project}/jobs/all`)).toMatchObject({ success: true, jobs: [] });
    expect(await get(studio, `${project}/devices`)).toMatchObject({ success: true, devices: [] });
    expect(await get(studio, `${project}/impulse`)).toEqual({ success: true });
    expect(await upload(studio)).toBeGreaterThan(sampleId ?? 0);
  });

  it("keeps nothing of uploads and jobs that were under way when it was reset, and goes on", async () => {
    const studio = await create({ impulse: toImpulseDocument(smallImpulse) });
    for (let seconds = 2; seconds < 12; seconds++) await upload(studio, seconds);
    const { id } = await post(studio, `/v1/api/${studio.projectId}/jobs/classify`);
    expect(id).toBeGreaterThan(0);
    const uploads = Array.from({ length: 20 }, (_, i) => upload(studio, 20 + i));

    const resetting = studio.reset();
    await Promise.all([...uploads, resetting]);
    await studio.reset();

    expect(await get(studio, "/windowscope/project")).toMatchObject({ samples: [] });
    expect(await get(studio, `/v1/api/${studio.projectId}/jobs/all`)).toMatchObject({ jobs: [] });
    const started = await post(studio, `/v1/api/${studio.projectId}/jobs/classify`);
    await expect
      .poll(() => get(studio, `/v1/api/${studio.projectId}/jobs/${String(started.id)}/status`))
      .toMatchObject({ job: { finishedSuccessful: true } });
  });

  it("begins with an impulse, also after reset", async () => {
    const studio = await create({ impulse: toImpulseDocument(smallImpulse) });
    const impulses = [{ name: "two axes", isDefault: true, isTrained: true }];
    expect(await get(studio, "/windowscope/project")).toMatchObject({ impulses });

    await studio.reset();

    expect(await get(studio, "/windowscope/project")).toMatchObject({ impulses });
  });

  it("refuses an impulse that cannot be used, and leaves nothing running", async () => {
    await expect(createLocalStudio({ impulse: { format: "windowscope-impulse" } })).rejects.toThrow(ImpulseFileError);
  });
});
