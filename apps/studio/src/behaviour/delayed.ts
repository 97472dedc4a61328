/** Things to do a little later, all of which are done before the end. */
export class Delayed {
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();

  /** Does it after so long; at once for 0. */
  after(delayMs: number, act: () => void): void {
    if (delayMs === 0) return act();
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      act();
    }, delayMs);
    this.#waiting.set(timer, act);
  }

  /** Does now what waits. */
  flush(): void {
    for (const [timer, act] of this.#waiting) {
      clearTimeout(timer);
      act();
    }
    this.#waiting.clear();
  }
}
