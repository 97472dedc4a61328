import { describe, expect, it, vi } from "vitest";

import { RefusedError } from "../api.ts";
import { NewestRecording } from "./newest-recording.svelte.ts";
import type { TasksApi } from "./tasks-api.ts";
import { createTestPage } from "./test-page.ts";

const oneProject = () => Promise.resolve([{ projectId: 3 }]);

function create(samples: { readonly testing?: string; readonly training?: string }) {
  const { page } = createTestPage();
  const api = {
    readNewestSample: vi.fn<TasksApi["readNewestSample"]>((_, category) => {
      const name = samples[category];
      return Promise.resolve(name === undefined ? undefined : { sampleId: category === "testing" ? 7 : 8, name });
    }),
    startRun: vi.fn<TasksApi["startRun"]>().mockResolvedValue("run-1"),
  };
  return { page, api, newest: new NewestRecording(page, api, oneProject) };
}

describe("NewestRecording", () => {
  it("opens the newest recording for testing as a run", async () => {
    const { page, api, newest } = create({ testing: "wave.9", training: "idle.3" });
    await newest.find();
    expect(newest.name).toBe("wave.9");

    await newest.open();

    expect(api.startRun).toHaveBeenCalledWith({ projectId: 3, sampleId: 7 });
    expect(page.source).toEqual({ kind: "run", runId: "run-1" });
  });

  it("takes one for training where there is none for testing", async () => {
    const { newest } = create({ training: "idle.3" });
    await newest.find();
    expect(newest.name).toBe("idle.3");
  });

  it("offers nothing where the project is empty, or nobody answers", async () => {
    const empty = create({});
    await empty.newest.find();
    await empty.newest.open();
    const silent = create({ testing: "wave.9" });
    silent.api.readNewestSample.mockRejectedValue(new RefusedError("The server does not answer."));
    await silent.newest.find();

    expect([empty.newest.name, silent.newest.name]).toEqual([undefined, undefined]);
    expect(empty.api.startRun).not.toHaveBeenCalled();
  });

  it("says why it could not be opened, and can be asked again", async () => {
    const { page, api, newest } = create({ testing: "wave.9" });
    api.startRun.mockRejectedValueOnce(new RefusedError("The impulse has not been trained yet."));
    await newest.find();

    await newest.open();
    expect(newest.failure).toBe("The impulse has not been trained yet.");

    await newest.open();
    expect(newest.failure).toBeUndefined();
    expect(page.source).toEqual({ kind: "run", runId: "run-1" });
  });

  it("asks once, however often the button is pressed", async () => {
    const { api, newest } = create({ testing: "wave.9" });
    await newest.find();

    await Promise.all([newest.open(), newest.open()]);

    expect(api.startRun).toHaveBeenCalledOnce();
  });
});
