import type { Page } from "../page/page.svelte.ts";
import type { Summary, TimeRange } from "../scope/scope-port.ts";

/** Counting a million windows costs the scope some 20 ms; more often nobody reads the numbers. */
const LEAST_PAUSE_MS = 500;

/** Counts over the windows on the screen, asked for again while they change. */
export class SummaryFeed {
  readonly #page: Pick<Page, "ask">;
  #summary = $state.raw<Summary>();
  #failure = $state<string>();
  #range: TimeRange | undefined;
  #isAsking = false;
  #isDue = false;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;
  /** Counts how often something else came on the screen: an answer from before means nothing. */
  #generation = 0;

  constructor(page: Pick<Page, "ask">) {
    this.#page = page;
  }

  /** Absent before the first answer. */
  get summary(): Summary | undefined {
    return this.#summary;
  }

  /** Why there is none, or no newer one. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Something has changed. @param range Of the windows to count, on the clock of the source; all when absent. */
  refresh(range?: TimeRange): void {
    this.#range = range;
    this.#isDue = true;
    if (!this.#isAsking && this.#pause === undefined) void this.#ask();
  }

  /** Something else is on the screen. */
  forget(): void {
    this.#generation++;
    this.#summary = undefined;
    this.#failure = undefined;
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  /** Asks no more; for the end of a component. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#pause);
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    let generation;
    do {
      this.#isDue = false;
      generation = this.#generation;
      await this.#count(generation);
      // Who looks at something else does not wait for the pause.
    } while (generation !== this.#generation && this.#isDue);
    this.#isAsking = false;
    if (this.#isStopped) return;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.#isDue) void this.#ask();
    }, LEAST_PAUSE_MS);
  }

  async #count(generation: number): Promise<void> {
    try {
      const summary = await this.#page.ask("summary", { range: this.#range });
      if (generation !== this.#generation) return;
      this.#summary = summary;
      this.#failure = undefined;
    } catch (error) {
      if (generation === this.#generation) this.#failure = error instanceof Error ? error.message : String(error);
    }
  }
}
