/** Often enough for "no data for 4.2 s" and a countdown; the timeline's own clock runs with its frames. */
const TICK_MS = 200;

/** The time, for what is written about it. */
export class Clock {
  #nowMs = $state(Date.now());

  get nowMs(): number {
    return this.#nowMs;
  }

  start(signal: AbortSignal): void {
    const timer = setInterval(() => (this.#nowMs = Date.now()), TICK_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }
}
