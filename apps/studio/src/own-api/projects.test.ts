import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";

import { createLocalStudio, type LocalStudioServer } from "../create-local-studio.ts";
import { startStudio } from "../start.ts";

let studio: LocalStudioServer;
beforeAll(async () => {
  studio = await createLocalStudio();
});
afterAll(() => studio.close());

interface Answer {
  readonly success: boolean;
  readonly projectId: number;
  readonly apiKey: string;
  readonly name: string;
}

async function ask(method: "GET" | "POST", route: string, key: string, body?: unknown, url = studio.url) {
  const response = await fetch(`${url}/windowscope${route}`, {
    method,
    headers: { "x-api-key": key },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as Answer };
}

describe("POST /windowscope/projects", () => {
  it("creates a project whose key opens it and no other", async () => {
    const { answer } = await ask("POST", "/projects", studio.apiKey, { name: "Kitchen" });

    expect(answer).toMatchObject({ success: true, name: "Kitchen" });
    expect(answer.projectId).not.toBe(studio.projectId);
    expect((await ask("GET", "/project", answer.apiKey)).answer).toMatchObject({
      projectId: answer.projectId,
      name: "Kitchen",
    });
    expect((await ask("GET", "/project", studio.apiKey)).answer.projectId).toBe(studio.projectId);
  });

  it.each([undefined, "", "{", "null", { name: "" }, { name: " " }, { name: 3 }, { name: "x".repeat(201) }])(
    "refuses the body %j",
    async (body) => {
      expect(await ask("POST", "/projects", studio.apiKey, body)).toMatchObject({
        status: 400,
        answer: { success: false, error: '"name" has to be a text of 1 to 200 characters.' },
      });
    },
  );

  it("is opened by its own key also when a Studio starts with that key", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "windowscope-projects-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const options = { project: "empty", ports: { studio: 0, devices: 0, ingestion: 0 } } as const;
    const first = await startStudio({ ...options, dataDir: path.join(folder, "a"), apiKey: "ei_first" });
    const { answer } = await ask("POST", "/projects", "ei_first", { name: "Kitchen" }, first.url);
    await first.close();
    // libsql lets go of a file only when its process ends.
    cpSync(path.join(folder, "a"), path.join(folder, "b"), { recursive: true });

    const second = await startStudio({ ...options, dataDir: path.join(folder, "b"), apiKey: answer.apiKey });
    onTestFinished(() => second.close());

    expect(second.projectId).toBe(answer.projectId);
  });
});

describe("POST /windowscope/project/key", () => {
  it("makes another key, and the old one invalid everywhere", async () => {
    const { answer: project } = await ask("POST", "/projects", studio.apiKey, { name: "Kitchen" });

    const { answer } = await ask("POST", "/project/key", project.apiKey);

    expect(answer.projectId).toBe(project.projectId);
    expect((await ask("GET", "/project", answer.apiKey)).status).toBe(200);
    expect((await ask("GET", "/project", project.apiKey)).status).toBe(401);
    const headers = { "x-api-key": project.apiKey };
    expect((await fetch(`${studio.url}/v1/api/projects`, { headers })).status).toBe(401);
    const upload = await fetch(`${studio.ingestionUrl}/api/training/files`, { method: "POST", headers });
    expect(upload.status).toBe(401);
  });
});

describe("every route", () => {
  it.each([
    ["GET", "/project"],
    ["POST", "/project/key"],
    ["POST", "/project/reset"],
    ["POST", "/projects"],
    ["POST", "/impulses/design"],
  ] as const)("%s %s needs a key", async (method, route) => {
    expect(await ask(method, route, "ei_wrong")).toMatchObject({ status: 401, answer: { success: false } });
  });
});
