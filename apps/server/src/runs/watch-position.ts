import { NoSuchLogError, type Append } from "@windowscope/runlog";

import { LogTakenError, type RunStore } from "./run-store.ts";

/**
 * Until which sample a category of a project has been looked at. One process at a time watches, and moves it.
 *
 * It is the meta of a log without entries. What a process knows of it outlives an engine that forgets.
 */
export class WatchPosition {
  readonly #store: RunStore;
  readonly #log: string;
  #sinceId: number | undefined;
  #fence = 0;

  constructor(store: RunStore, log: string) {
    this.#store = store;
    this.#log = log;
  }

  /** Id of the newest sample that has its run; `undefined` when nobody has looked yet. */
  get sinceId(): number | undefined {
    return this.#sinceId;
  }

  /** @returns False while another process watches. */
  async take(): Promise<boolean> {
    await this.#store.runLog.open(this.#log);
    const fence = await this.#store.lease(this.#log);
    await this.#read();
    if (fence === undefined) return false;
    this.#fence = fence;
    return true;
  }

  /** Keeps the lease. @returns False when another process watches now. */
  async renew(): Promise<boolean> {
    try {
      return (await this.#store.lease(this.#log)) === this.#fence;
    } catch (error) {
      if (!(error instanceof NoSuchLogError)) throw error;
    }
    if (!(await this.take())) return false;
    if (this.#sinceId !== undefined) await this.moveTo(this.#sinceId);
    return true;
  }

  release(): Promise<void> {
    return this.#store.release(this.#log);
  }

  async moveTo(sinceId: number): Promise<void> {
    await this.#store.append([this.append(sinceId)]);
    this.moved(sinceId);
  }

  /** What moves it, for whoever stores that together with something else and says `moved` then. */
  append(sinceId: number): Append {
    return { log: this.#log, at: 0, entries: [], meta: String(sinceId), fence: this.#fence };
  }

  moved(sinceId: number): void {
    this.#sinceId = sinceId;
  }

  /** Finds out whether a move was stored whose answer was lost. */
  async confirm(): Promise<void> {
    if (!(await this.renew())) throw new LogTakenError(this.#log);
    await this.#read();
  }

  async #read(): Promise<void> {
    const meta = (await this.#store.runLog.stat(this.#log))?.meta;
    if (meta !== undefined) this.#sinceId = Number(meta);
  }
}
