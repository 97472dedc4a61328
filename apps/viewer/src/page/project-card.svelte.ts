import { readProjectFacts, readProjects, startRun, type ProjectFacts } from "../api.ts";
import type { Page } from "./page.svelte.ts";

/** What the page knows of the project itself: its name, its impulse, the variants of its model. */
export class ProjectCard {
  #facts = $state.raw<ProjectFacts>();
  #projectId: number | undefined;
  #reads = 0;
  /** The newest one that was answered. */
  #answered = 0;

  get name(): string | undefined {
    return this.#facts?.name;
  }

  get impulse(): ProjectFacts["impulse"] {
    return this.#facts?.impulse;
  }

  /** Reads it anew: of the run on the screen, else of the first project that the server shows. */
  async read(page: Page): Promise<void> {
    const read = ++this.#reads;
    const projectId = page.run?.projectId ?? page.runs[0]?.projectId ?? (await readProjects())[0]?.projectId;
    if (projectId === undefined) return;
    const facts = await readProjectFacts(projectId);
    // Another project may have come on the screen meanwhile, and its answer before this one.
    if (read < this.#answered) return;
    this.#answered = read;
    // What was known stays known while the server cannot say.
    if (!facts && this.#projectId === projectId) return;
    this.#projectId = projectId;
    this.#facts = facts;
    page.variants.offer(facts?.impulse?.variants ?? [], startRun);
  }
}
