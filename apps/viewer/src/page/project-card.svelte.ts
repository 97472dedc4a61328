import type { Project, ProjectFacts } from "../api.ts";
import type { Page } from "./page.svelte.ts";
import type { StartRun } from "./variants.svelte.ts";

/** What it needs of the server's API. */
export interface ProjectApi {
  /** None when they cannot be had right now. */
  readProjects(): Promise<readonly Pick<Project, "projectId">[]>;
  /** @returns `undefined` when it cannot be had right now. */
  readProjectFacts(projectId: number): Promise<ProjectFacts | undefined>;
  readonly startRun: StartRun;
}

/** What the page knows of the project itself: its name, its impulse, the variants of its model. */
export class ProjectCard {
  #facts = $state.raw<ProjectFacts>();
  /** Whose facts they are, or could not be had. */
  #projectId: number | undefined;
  #reads = 0;
  /** The newest question, and the newest one that brought facts. */
  #asked = { read: 0, projectId: NaN };
  #answered = 0;
  readonly #api: ProjectApi;

  constructor(api: ProjectApi) {
    this.#api = api;
  }

  get name(): string | undefined {
    return this.#facts?.name;
  }

  get impulse(): ProjectFacts["impulse"] {
    return this.#facts?.impulse;
  }

  /** Reads it anew: of the run on the screen, else of the first project that the server shows. */
  async read(page: Page): Promise<void> {
    const read = ++this.#reads;
    const projectId = page.run?.projectId ?? page.runs[0]?.projectId ?? (await this.#api.readProjects())[0]?.projectId;
    if (projectId === undefined || read < this.#asked.read) return;
    this.#asked = { read, projectId };
    const facts = await this.#api.readProjectFacts(projectId);
    // Another project may have come on the screen meanwhile, or a newer answer.
    if (projectId !== this.#asked.projectId || read < this.#answered) return;
    if (facts) this.#answered = read;
    // What was known stays known while the server cannot say.
    else if (this.#projectId === projectId) return;
    this.#projectId = projectId;
    this.#facts = facts;
    page.variants.offer(facts?.impulse?.variants ?? [], this.#api.startRun);
  }
}
