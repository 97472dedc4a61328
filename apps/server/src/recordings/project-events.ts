/** Hands what a project's socket tells to whoever listens. May be silent: the cloud's events have other names. */
export class ProjectEvents {
  readonly #listeners = new Map<number, Set<(event: string, data: unknown) => void>>();

  /** @returns Ends it. */
  follow(projectId: number, listener: (event: string, data: unknown) => void): () => void {
    const listeners = this.#listeners.get(projectId) ?? new Set();
    this.#listeners.set(projectId, listeners);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  tell(projectId: number, event: string, data: unknown): void {
    for (const listener of this.#listeners.get(projectId) ?? []) listener(event, data);
  }
}
