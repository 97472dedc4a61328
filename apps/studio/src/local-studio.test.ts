import { once } from "node:events";

import { describe, expect, it } from "vitest";

import { LocalStudio } from "./local-studio.ts";
import { smallImpulse, smallRecording } from "./small-impulse.ts";
import { addRecording, inlineThread, openTestStore } from "./test-studio.ts";
import type { TaskInput, TaskName, TaskOutput } from "./work/tasks.ts";

/** A Studio that does `act` before its first classification. */
function studioWith(act: (studio: LocalStudio) => Promise<void> | void): LocalStudio {
  const createInline = inlineThread();
  let hasActed = false;
  const studio: LocalStudio = new LocalStudio(openTestStore(), {
    createThread: () => {
      const thread = createInline();
      return {
        ...thread,
        run: async <K extends TaskName>(task: K, input: TaskInput<K>): Promise<TaskOutput<K>> => {
          if (task === "classify" && !hasActed) {
            hasActed = true;
            await act(studio);
          }
          return thread.run(task, input);
        },
      };
    },
  });
  return studio;
}

describe("a job that classifies the test set", () => {
  async function run(act: (studio: LocalStudio, ids: { projectId: number; oldest: number }) => Promise<void> | void) {
    let ids = { projectId: 0, oldest: 0 };
    const studio = studioWith((it) => act(it, ids));
    const { id: projectId } = studio.projects.create("Pumps", "");
    const stored = studio.impulses.add(projectId, smallImpulse);
    const oldest = await addRecording(studio, smallRecording(3), { projectId, filename: "oldest.json" });
    await addRecording(studio, smallRecording(3, 3), { projectId, filename: "newest.json" });
    ids = { projectId, oldest: oldest.id };
    const { id } = studio.jobs.start(projectId, {
      ...{ kind: "classify-test-set", impulseId: stored.id, variants: ["float32"] },
    });
    await once(studio.jobs, "finished");
    const job = studio.jobs.get(projectId, id);
    const lines = studio.jobs.linesSince(id, 0).map(({ text }) => text);
    return { studio, stored, projectId, isSuccessful: job?.isSuccessful, lines };
  }

  it("goes on when a sample is deleted meanwhile", async () => {
    const { isSuccessful, studio, stored, projectId, lines } = await run(async (it, { projectId, oldest }) => {
      await it.deleteSamples([it.samples.get(projectId, oldest) as never]);
    });

    expect(lines.join("\n")).not.toContain("ENOENT");
    expect(isSuccessful).toBe(true);
    expect(studio.results.samplesWith(stored, "float32").size).toBe(studio.testSet(projectId).length);
  });

  it("goes on when the very sample that it is at is deleted", async () => {
    const { isSuccessful, lines } = await run(async (it, { projectId }) => {
      await it.deleteSamples(it.testSet(projectId).slice(0, 1));
    });

    expect(isSuccessful).toBe(true);
    expect(lines.join("\n")).toContain("left out. It was deleted");
  });

  it("has a result of a sample that was changed before its turn", async () => {
    const { studio, stored } = await run((it, { projectId, oldest }) => {
      it.samples.change(it.samples.get(projectId, oldest) as never, { label: "still" });
    });

    expect(studio.results.samplesWith(stored, "float32").size).toBe(2);
  });
});
