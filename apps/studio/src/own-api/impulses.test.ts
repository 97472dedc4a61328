import { describe, expect, it, vi } from "vitest";

import { smallRecording } from "../small-impulse.ts";
import { addRecording, createTestStudio } from "../test-studio.ts";
import { impulseRoutes } from "./impulses.ts";

const KEY = "ei_test";

describe("POST /impulses/design", () => {
  it.each(["before", "after"])("leaves a project empty that is reset just %s the samples are read", async (when) => {
    const studio = createTestStudio();
    const { id: projectId } = studio.projects.create("Pumps", "");
    studio.projects.addKey(projectId, KEY);
    await addRecording(studio, smallRecording(9, 3), { projectId, category: "training" });
    const design = studio.design.bind(studio);
    vi.spyOn(studio, "design").mockImplementation(async (...args) => {
      if (when === "before") await studio.resetProject(projectId);
      const designed = await design(...args);
      await studio.resetProject(projectId);
      return designed;
    });

    const request = { method: "POST", headers: { "x-api-key": KEY } };
    const response = await impulseRoutes(studio).request("/impulses/design", request);

    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ error: expect.stringContaining("Ask again") as string });
    expect(studio.impulses.list(projectId)).toEqual([]);
  });
});
