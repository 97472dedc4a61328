/** For tests: a local Studio in memory whose work happens on the thread that asks, and ways to fill and to ask it. */
import { once } from "node:events";

import type { Impulse } from "@windowscope/engine";
import { operationTable, type AnswerOf, type OperationId } from "@windowscope/sdk/api-types";
import { answerValidators } from "@windowscope/sdk/validate";
import { afterAll, expect } from "vitest";
import { WebSocketServer } from "ws";

import { mountHandlers } from "./api/mount.ts";
import { studioHandlers } from "./api/studio-handlers.ts";
import { RemoteManagement } from "./devices/remote-management.ts";
import type { Upload } from "./ingestion/upload.ts";
import { LocalStudio, type LocalStudioOptions } from "./local-studio.ts";
import type { Sample } from "./samples.ts";
import { smallImpulse } from "./small-impulse.ts";
import { openStore, type Store } from "./store.ts";
import { tasks, type Report, type TaskInput, type TaskName, type TaskOutput } from "./work/tasks.ts";

/** Does each task at once, as the thread that asks. */
export function inlineThread(): NonNullable<LocalStudioOptions["createThread"]> {
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

const opened: Store[] = [];

// Work may still be under way after a test, never after its file.
afterAll(() => {
  for (const store of opened.splice(0)) store.close();
});

/** A store in memory; its temporary folder goes once the tests of the file are over. */
export function openTestStore(): Store {
  const store = openStore();
  opened.push(store);
  return store;
}

export function createTestStudio(): LocalStudio {
  return new LocalStudio(openTestStore(), { createThread: inlineThread() });
}

/** Uploads a recording in the data acquisition format. */
export function addRecording(
  studio: LocalStudio,
  recording: object,
  about: Pick<Upload, "projectId"> & Partial<Upload>,
): Promise<Sample> {
  const upload = { category: "testing", filename: "a.json", label: "moving", contentType: "application/json" } as const;
  return studio.intake.addRecording(Buffer.from(JSON.stringify(recording)), { ...upload, ...about });
}

type Parameters = Readonly<Record<string, string | number | boolean>>;

/** The API of a local Studio with one project, called by operation. */
export function createTestApi(impulse: Impulse | "none" = smallImpulse) {
  const studio = createTestStudio();
  const { id: projectId } = studio.projects.create("Pumps", "");
  studio.projects.addKey(projectId, "ei_test");
  if (impulse !== "none") studio.projects.setDefaultImpulse(projectId, studio.impulses.add(projectId, impulse).id);
  const handlers = studioHandlers(studio, {
    issueSocketToken: () => ({ socketToken: "t", expires: "2026-01-01T00:00:00.000Z" }),
    studioUrl: () => "http://studio.test",
    remoteManagement: new RemoteManagement(studio, new WebSocketServer({ noServer: true })),
  });
  const app = mountHandlers(handlers, studio.projects);

  /** Parameters that the path does not have go into the query. */
  async function request(id: OperationId, parameters: Parameters = {}, body?: object): Promise<Response> {
    const { method, path } = operationTable[id];
    const rest = new Map(Object.entries({ projectId, ...parameters }).map(([name, value]) => [name, String(value)]));
    const route = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = rest.get(name) ?? "";
      rest.delete(name);
      return value;
    });
    return app.request(`${route}?${new URLSearchParams([...rest]).toString()}`, {
      method,
      headers: { "x-api-key": "ei_test" },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  /** The answer; of a successful one it is certain that it is as the API document says. */
  async function call<K extends keyof typeof answerValidators>(
    id: K,
    parameters?: Parameters,
    body?: object,
  ): Promise<AnswerOf<K> & { success: boolean; error?: string }> {
    const answer: unknown = await (await request(id, parameters, body)).json();
    const isSuccess = (answer as { success: boolean }).success;
    expect(isSuccess ? answerValidators[id](answer) : []).toEqual([]);
    return answer as AnswerOf<K> & { success: boolean };
  }

  /** Resolves when no job is left. */
  async function jobsDone(): Promise<void> {
    while (studio.jobs.count(projectId, { isFinished: false }) > 0) await once(studio.jobs, "finished");
  }

  return { studio, projectId, request, call, jobsDone };
}
