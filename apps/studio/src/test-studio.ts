/** For tests: a local Studio in memory whose work happens on the thread that asks, and a way to put samples into it. */
import type { Upload } from "./ingestion/upload.ts";
import { LocalStudio } from "./local-studio.ts";
import type { Sample } from "./samples.ts";
import { openStore } from "./store.ts";
import { tasks, type Report, type TaskInput, type TaskName, type TaskOutput } from "./work/tasks.ts";

/** Does each task at once, as the thread that asks. */
export function inlineThread(): NonNullable<ConstructorParameters<typeof LocalStudio>[1]>["createThread"] {
  return () => ({
    run: async <K extends TaskName>(
      task: K,
      input: TaskInput<K>,
      { report = () => undefined }: { report?: Report } = {},
    ) => {
      const run = tasks[task] as (input: TaskInput<K>, report: Report) => Promise<TaskOutput<K>>;
      return run(input, report);
    },
    close: async () => undefined,
  });
}

export function createTestStudio(): LocalStudio {
  return new LocalStudio(openStore(), { createThread: inlineThread() });
}

/** Uploads a recording in the data acquisition format. */
export function addRecording(
  studio: LocalStudio,
  recording: object,
  about: Pick<Upload, "projectId"> & Partial<Upload>,
): Promise<Sample> {
  const upload = { category: "testing", filename: "a.json", label: "moving", contentType: "application/json" } as const;
  return studio.addRecording(Buffer.from(JSON.stringify(recording)), { ...upload, ...about });
}
