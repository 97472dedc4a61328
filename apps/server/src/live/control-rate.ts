import type { LiveLimits } from "./limits.ts";

/** How many control messages a viewer may still send: so many at once, and so many a second in the long run. */
export class ControlRate {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #atMs = performance.now();

  constructor({ controlPerSecond, controlBurst }: LiveLimits) {
    this.#perSecond = controlPerSecond;
    this.#burst = controlBurst;
    this.#left = controlBurst;
  }

  /** Counts a message. @returns False when it was one too many. */
  take(): boolean {
    const nowMs = performance.now();
    this.#left = Math.min(this.#burst, this.#left + ((nowMs - this.#atMs) / 1000) * this.#perSecond);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
