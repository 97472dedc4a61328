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

  /** Asks no more; for the end of a component. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#pause);
  }

  async #ask(): Promise<void> {
    this.#isDue = false;
    this.#isAsking = true;
    try {
      this.#summary = await this.#page.ask("summary", { range: this.#range });
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
    this.#isAsking = false;
    if (this.#isStopped) return;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.#isDue) void this.#ask();
    }, LEAST_PAUSE_MS);
  }
}
