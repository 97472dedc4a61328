/** Lets those wait who want to see something change. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  /** Something is different now. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Resolves as soon as it is so, and when the time is over. */
  until(isSo: () => boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        resolve();
      };
      const look = () => isSo() && done();
      const timer = setTimeout(done, timeoutMs);
      this.#listeners.add(look);
      look();
    });
  }
}
