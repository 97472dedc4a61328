import type { Page } from "../page/page.svelte.ts";
import type { WindowRef } from "../scope/scope-port.ts";

/** Which row of the filtered table is the picked window, and how the keyboard moves it. */
export class PickedRow {
  readonly #page: Pick<Page, "ask" | "select">;
  /** -1: nothing is picked, or the filter hides it. */
  #row = $state(-1);
  /** Counts the questions; only the answer to the newest one counts. */
  #question = 0;

  constructor(page: Pick<Page, "ask" | "select">) {
    this.#page = page;
  }

  get row(): number {
    return this.#row;
  }

  /** Finds the row of the picked window anew: another one was picked, or the table has changed. */
  async find(selected: WindowRef | undefined): Promise<void> {
    const question = ++this.#question;
    const row = selected === undefined ? -1 : await this.#page.ask("row", selected).catch(() => -1);
    if (question === this.#question) this.#row = row;
  }

  /**
   * Moves to another row, and picks its window.
   *
   * @param key The name of a key: arrows, Home, End, PageUp, PageDown; another one does nothing.
   * @param count Rows of the table.
   * @param pageRows Rows in sight at once.
   * @returns Whether the key moves rows.
   */
  press(key: string, count: number, pageRows: number): boolean {
    const from = this.#row;
    const target = {
      // From nowhere, down begins at the top and up at the end.
      ArrowDown: from + 1,
      ArrowUp: from < 0 ? count - 1 : from - 1,
      PageDown: from + pageRows,
      PageUp: from < 0 ? count - 1 : from - pageRows,
      Home: 0,
      End: count - 1,
    }[key];
    if (target === undefined) return false;
    if (count > 0) void this.pick(Math.max(0, Math.min(count - 1, target)));
    return true;
  }

  /** Picks the window of a row. */
  async pick(row: number): Promise<void> {
    // At once, so that a held key moves on without waiting for answers.
    this.#row = row;
    const question = ++this.#question;
    const [window] = await this.#page.ask("rows", { from: row, to: row + 1 }).catch(() => []);
    if (window && question === this.#question) {
      await this.#page.select({ runId: window.runId, index: window.index });
    }
  }
}
