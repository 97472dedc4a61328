import { readProjects } from "../api.ts";
import type { Page } from "../page/page.svelte.ts";
import { projectIdOf, sayFailure } from "./project.svelte.ts";
import type { NewestSample, TasksApi } from "./tasks-api.ts";

type Api = Pick<TasksApi, "readNewestSample" | "startRun">;
type ShownPage = Pick<Page, "source" | "snapshot" | "runs" | "showRun">;

/** The newest recording that the project has already, for who has none to add right now: the demo's, or one's own. */
export class NewestRecording {
  #found = $state.raw<NewestSample & { readonly projectId: number }>();
  #isOpening = $state(false);
  #failure = $state<string>();
  readonly #page: ShownPage;
  readonly #api: Api;
  readonly #readProjects: () => Promise<readonly { readonly projectId: number }[]>;

  constructor(
    page: ShownPage,
    api: Api,
    readAll: () => Promise<readonly { readonly projectId: number }[]> = readProjects,
  ) {
    this.#page = page;
    this.#api = api;
    this.#readProjects = readAll;
  }

  /** Its name; `undefined` while there is none to open. */
  get name(): string | undefined {
    return this.#found?.name;
  }

  get isOpening(): boolean {
    return this.#isOpening;
  }

  /** Why it could not be opened, in words for people. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Looks for one, among those for testing first: no model has learnt them by heart. */
  async find(): Promise<void> {
    try {
      const projectId = projectIdOf(this.#page) ?? (await this.#readProjects())[0]?.projectId;
      if (projectId === undefined) return;
      const sample =
        (await this.#api.readNewestSample(projectId, "testing")) ??
        (await this.#api.readNewestSample(projectId, "training"));
      this.#found = sample && { projectId, sampleId: sample.sampleId, name: sample.name };
    } catch {
      // Nothing is offered then; that the server or Studio does not answer is said where that matters.
      this.#found = undefined;
    }
  }

  /** Has it classified, and shows its run. */
  async open(): Promise<void> {
    if (!this.#found || this.#isOpening) return;
    this.#isOpening = true;
    this.#failure = undefined;
    try {
      const { projectId, sampleId } = this.#found;
      const { source } = this.#page;
      const runId = await this.#api.startRun({ projectId, sampleId });
      // Whoever has gone on to something else meanwhile stays there.
      if (this.#page.source === source) this.#page.showRun(runId);
    } catch (cause) {
      this.#failure = sayFailure(cause);
    } finally {
      this.#isOpening = false;
    }
  }
}
