import type { Page } from "../page/page.svelte.ts";
import { MOST_ROWS, type WindowRef } from "../scope/scope-port.ts";
import { EventMerger, type EventRule, type WindowEvent } from "./window-events.ts";

/**
 * Reads the filtered table from its start to its end, and merges its windows into events; new windows are added.
 *
 * One scan for one filter and one rule; another one begins anew.
 */
export class EventScan {
  readonly #page: Pick<Page, "ask">;
  readonly #rest: () => Promise<void>;
  readonly #merger: EventMerger;
  #scanned = $state(0);
  #failure = $state<string>();
  #count = 0;
  #isReading = false;
  /** The window read last: while it stands where it stood, all before it is as it was. */
  #last: WindowRef | undefined;
  #isStopped = false;

  /** @param rest Lets the browser do something else between two steps; a scope without a worker would leave it no time. */
  constructor(page: Pick<Page, "ask">, rule: EventRule, rest = nextTask) {
    this.#page = page;
    this.#rest = rest;
    this.#merger = new EventMerger(rule);
  }

  /** How many events there are. */
  get count(): number {
    // The list itself only grows in place: a copy for each step would cost more than the merging.
    void this.#scanned;
    return this.#merger.events.length;
  }

  /** Events in the order of their starts, `to` not included. */
  slice(from: number, to: number): readonly WindowEvent[] {
    void this.#scanned;
    return this.#merger.events.slice(from, to);
  }

  /** Windows merged so far. */
  get scanned(): number {
    return this.#scanned;
  }

  /** Why it went no further. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /**
   * Reads on to the end of the table.
   *
   * @param count Rows that the table has now.
   * @returns Whether it could: `false` when rows came or changed before those that are read, so that a new scan is needed.
   */
  async readTo(count: number): Promise<boolean> {
    this.#count = count;
    if (this.#isReading || this.#isStopped) return true;
    this.#isReading = true;
    try {
      return (await this.#isAsBefore()) && (await this.#readOn());
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      return true;
    } finally {
      this.#isReading = false;
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #isAsBefore(): Promise<boolean> {
    if (!this.#last || this.#isStopped) return true;
    return (await this.#page.ask("row", this.#last)) === this.#scanned - 1;
  }

  async #readOn(): Promise<true> {
    while (!this.#isStopped && this.#scanned < this.#count) {
      const rows = await this.#page.ask("rows", { from: this.#scanned, to: this.#scanned + MOST_ROWS });
      if (this.#isStopped || rows.length === 0) break;
      for (const row of rows) this.#merger.add(row);
      const last = rows.at(-1);
      this.#last = last && { runId: last.runId, index: last.index };
      this.#scanned += rows.length;
      this.#failure = undefined;
      await this.#rest();
    }
    return true;
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
