import { readProjects, RefusedError, type ProjectDetails } from "../api.ts";
import type { Page } from "../page/page.svelte.ts";
import type { TasksApi } from "./tasks-api.ts";

/** The project of what is on the screen, else of the newest run; `undefined` before there is any. */
export function projectIdOf(page: Pick<Page, "snapshot" | "runs">): number | undefined {
  return (page.snapshot?.placed[0]?.run ?? page.runs[0])?.projectId;
}

/** What the project offers: its devices, labels and impulse. Asked for when somebody is about to use it. */
export class ProjectOffer {
  #details = $state.raw<ProjectDetails>();
  #failure = $state<string>();
  readonly #page: Pick<Page, "snapshot" | "runs">;
  readonly #api: Pick<TasksApi, "readProject">;
  readonly #readProjects: () => Promise<readonly { readonly projectId: number }[]>;

  constructor(
    page: Pick<Page, "snapshot" | "runs">,
    api: Pick<TasksApi, "readProject">,
    readAll: () => Promise<readonly { readonly projectId: number }[]> = readProjects,
  ) {
    this.#page = page;
    this.#api = api;
    this.#readProjects = readAll;
  }

  get details(): ProjectDetails | undefined {
    return this.#details;
  }

  /** Why it cannot be told, in words for people; what was told before stays. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Asks anew. */
  async read(): Promise<void> {
    try {
      // A project without a run yet is known to the server alone.
      const projectId = projectIdOf(this.#page) ?? (await this.#readProjects())[0]?.projectId;
      if (projectId === undefined) {
        this.#failure = "The server shows no project. Check its key for Studio.";
        return;
      }
      this.#details = await this.#api.readProject(projectId);
      this.#failure = undefined;
    } catch (cause) {
      this.#failure = sayFailure(cause);
    }
  }
}

/** Why something was not done, in words for people. */
export function sayFailure(cause: unknown): string {
  if (cause instanceof RefusedError) return cause.message;
  // A mistake of ours: what it says helps whoever reports it.
  return cause instanceof Error ? `The page made a mistake: ${cause.message}` : "The page made a mistake.";
}
