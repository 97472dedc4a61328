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
  /** This process was the last one to watch, as far as it knows. */
  #isWatching = false;
  #forgottenAtMs: number | undefined;

  constructor(store: RunStore, log: string) {
    this.#store = store;
    this.#log = log;
  }

  /** Id of the newest sample that has its run; `undefined` when nobody has looked yet. */
  get sinceId(): number | undefined {
    return this.#sinceId;
  }

  /**
   * Begins to watch.
   *
   * @returns False while another process watches, or should get the chance to go on.
   */
  async take(): Promise<boolean> {
    if (!(await this.#read()) && this.#isBetterKnownToOthers()) return false;
    await this.#store.runLog.open(this.#log);
    const fence = await this.#store.lease(this.#log);
    const isStored = await this.#read();
    if (fence === undefined) return false;
    if (!isStored && this.#sinceId !== undefined) {
      await this.#store.append([{ ...this.append(this.#sinceId), fence }]);
    }
    this.#fence = fence;
    this.#isWatching = true;
    this.#forgottenAtMs = undefined;
    return true;
  }

  /** Keeps the lease. @returns False when another process watches now. */
  async renew(): Promise<boolean> {
    try {
      const fence = await this.#store.lease(this.#log);
      if (fence === this.#fence) return true;
      // Granted anew, and there is no position: the engine has forgotten both, and another process has made the log.
      if (fence === undefined || (await this.#read())) return false;
    } catch (error) {
      if (!(error instanceof NoSuchLogError)) throw error;
    }
    return this.take();
  }

  release(): Promise<void> {
    this.#isWatching = false;
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

  /** @returns Whether there is a position. */
  async #read(): Promise<boolean> {
    const meta = (await this.#store.runLog.stat(this.#log))?.meta;
    if (meta !== undefined) this.#sinceId = Number(meta);
    return meta !== undefined;
  }

  /**
   * When the engine has forgotten the position, what this process last read of it may be old: samples would get a second
   * run. Whoever watched until then brings it back within the time of a lease, or is gone.
   */
  #isBetterKnownToOthers(): boolean {
    if (this.#isWatching || this.#sinceId === undefined) return false;
    this.#forgottenAtMs ??= Date.now();
    return Date.now() - this.#forgottenAtMs < this.#store.leaseMs;
  }
}
