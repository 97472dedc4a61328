/** Lets so many at a time do something; who wants to go on is served before who wants to begin. */
export class Turns {
  readonly #onFree: () => void;
  /** Who waits for a turn, in order. */
  readonly #waiting = new Set<() => void>();
  #free: number;

  /** @param onFree Called when a turn is free that nobody waits for. */
  constructor(most: number, onFree: () => void) {
    this.#free = most;
    this.#onFree = onFree;
  }

  get hasFree(): boolean {
    return this.#free > 0;
  }

  /** @returns False when there is none free. */
  tryTake(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  /** @throws The signal's reason when it aborts before there is a turn. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.tryTake()) return;
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.delete(go);
        reject(signal.reason as Error);
      };
      this.#waiting.add(go);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  give(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
      return;
    }
    this.#free++;
    this.#onFree();
  }
}
