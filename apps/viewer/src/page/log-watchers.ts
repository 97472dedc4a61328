import type { ScopeRequest, ScopeUpdate } from "../scope/scope-port.ts";

type Watched = Extract<ScopeUpdate, { type: "watched" }>;

/** Who on the page follows which log; the scope follows each once. */
export class LogWatchers {
  readonly #send: (request: ScopeRequest) => void;
  readonly #watchers = new Map<string, Set<(update: Watched) => void>>();

  constructor(send: (request: ScopeRequest) => void) {
    this.#send = send;
  }

  /** @returns Stops it. */
  watch(log: string, apply: (update: Watched) => void): () => void {
    const watchers = this.#watchers.get(log) ?? new Set();
    this.#watchers.set(log, watchers);
    watchers.add(apply);
    // The scope tells the newest state to each who asks.
    this.#send({ type: "watch", log });
    return () => {
      if (!watchers.delete(apply) || watchers.size > 0) return;
      this.#watchers.delete(log);
      this.#send({ type: "unwatch", log });
    };
  }

  hear(update: Watched): void {
    for (const apply of this.#watchers.get(update.log) ?? []) apply(update);
  }
}
