import type { Page } from "../page/page.svelte.ts";
import type { WindowRef } from "../scope/scope-port.ts";

export interface Readings {
  readonly intervalMs: number;
  /** Shape `[readings * axes]`. */
  readonly values: Float32Array;
}

/** While windows come, or are stepped through, the picture of the readings changes at most this often. */
const LEAST_PAUSE_MS = 100;

/** The readings of the window that is looked at; those of the window before stay until the next ones are here. */
export class WindowReadings {
  readonly #page: Pick<Page, "ask">;
  #readings = $state.raw<Readings>();
  #wanted: WindowRef | undefined;
  #shown: WindowRef | undefined;
  #isAsking = false;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(page: Pick<Page, "ask">) {
    this.#page = page;
  }

  /** Absent where the window has none, or none yet. */
  get readings(): Readings | undefined {
    return this.#readings;
  }

  /** Shows another window; the same one again only where its readings were not there yet. */
  show(window: WindowRef | undefined): void {
    this.#wanted = window && { runId: window.runId, index: window.index };
    this.#askSoon();
  }

  /** Asks no more; for the end of a component. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#pause);
  }

  #askSoon(): void {
    if (this.#isAsking || this.#pause !== undefined || this.#isStopped) return;
    const isShown = this.#wanted?.runId === this.#shown?.runId && this.#wanted?.index === this.#shown?.index;
    if (!isShown || (this.#wanted && !this.#readings)) void this.#ask(this.#wanted);
  }

  async #ask(window: WindowRef | undefined): Promise<void> {
    this.#isAsking = true;
    // A refusal is no more than a picture that is missing; the window's numbers are there.
    const readings = window && (await this.#page.ask("readings", window).catch(() => undefined));
    this.#isAsking = false;
    if (this.#isStopped) return;
    this.#readings = readings;
    this.#shown = window;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      const isNewest = this.#wanted?.runId === window?.runId && this.#wanted?.index === window?.index;
      // Readings that are not there yet are asked for when something has come, not again and again.
      if (!isNewest) this.#askSoon();
    }, LEAST_PAUSE_MS);
  }
}
