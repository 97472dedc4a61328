import { setImmediate } from "node:timers/promises";

/** Others wait about so long at most while one large answer is put together. */
const LONGEST_MS = 20;

/** A turn on the thread that serves everybody. */
export class Turn {
  readonly #longestMs: number;
  #began = performance.now();

  constructor(longestMs = LONGEST_MS) {
    this.#longestMs = longestMs;
  }

  /** Whether it is time to let others have theirs. */
  get isOver(): boolean {
    return performance.now() - this.#began >= this.#longestMs;
  }

  /** Resolves when the others have had theirs. */
  async pass(): Promise<void> {
    await setImmediate();
    this.#began = performance.now();
  }
}
