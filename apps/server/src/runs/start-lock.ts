import { FencedError, NoSuchLogError, type Append } from "@windowscope/runlog";

import type { RunStore } from "./run-store.ts";

const STARTS = "starts";
/** Looking whether there is such a run and creating one takes less. */
const LEASE_MS = 2_000;
const RETRY_MS = 25;
const LONGEST_WAIT_MS = 5_000;

/** Others start so many runs that this one does not come in between. */
export class StartsBusyError extends Error {
  override readonly name = "StartsBusyError";

  constructor() {
    super("Other runs are being started; try again in a moment.");
  }
}

/** Lets one at a time, of all processes, look whether a run is there already and create it. */
export class StartLock {
  readonly #store: RunStore;
  readonly #signal: AbortSignal;
  /** Within this process they wait for each other here: the lease is the process's, not the caller's. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: RunStore, signal: AbortSignal) {
    this.#store = store;
    this.#signal = signal;
  }

  /**
   * @param act Is to store the guard together with what it creates: that fails when the lock was lost meanwhile, and
   *   `act` is called again.
   * @throws {StartsBusyError} when the lock cannot be had.
   */
  hold<T>(act: (guard: Append) => Promise<T>): Promise<T> {
    const held = this.#last.then(() => this.#hold(act));
    this.#last = held.catch(() => undefined);
    return held;
  }

  async #hold<T>(act: (guard: Append) => Promise<T>): Promise<T> {
    for (let waitedMs = 0; waitedMs <= LONGEST_WAIT_MS; waitedMs += RETRY_MS) {
      const fence = await this.#take();
      if (fence === undefined) {
        await this.#store.pause(RETRY_MS, this.#signal);
        continue;
      }
      try {
        return await act({ log: STARTS, at: 0, entries: [], fence });
      } catch (error) {
        const isAboutLog = error instanceof FencedError || error instanceof NoSuchLogError;
        if (!isAboutLog || error.log !== STARTS) throw error;
      } finally {
        await this.#store.release(STARTS);
      }
    }
    throw new StartsBusyError();
  }

  async #take(): Promise<number | undefined> {
    const { runLog, holder } = this.#store;
    await runLog.open(STARTS);
    return runLog.lease(STARTS, { holder, ttlMs: LEASE_MS });
  }
}
