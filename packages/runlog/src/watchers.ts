/** Who wants to know when a log has changed. */
export class Watchers {
  readonly #byLog = new Map<string, Set<() => void>>();

  add(log: string, onChange: () => void): () => void {
    const watchers = this.#byLog.get(log) ?? new Set();
    this.#byLog.set(log, watchers);
    watchers.add(onChange);
    return () => {
      watchers.delete(onChange);
      if (watchers.size === 0 && this.#byLog.get(log) === watchers) this.#byLog.delete(log);
    };
  }

  has(log: string): boolean {
    return this.#byLog.has(log);
  }

  notify(log: string): void {
    for (const onChange of this.#byLog.get(log) ?? []) onChange();
  }
}
