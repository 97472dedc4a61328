import type { LiveConnection } from "@windowscope/protocol";

import { isClosed } from "./run-loader.ts";
import type { ScopeUpdate } from "./scope-port.ts";

/** Logs of test runs and recordings that the page follows, each until it is over or not wanted any more. */
export class LogWatches {
  readonly #live: LiveConnection;
  readonly #tell: (update: ScopeUpdate) => void;
  readonly #signal: AbortSignal;
  readonly #stops = new Map<string, AbortController>();

  constructor(live: LiveConnection, tell: (update: ScopeUpdate) => void, signal: AbortSignal) {
    this.#live = live;
    this.#tell = tell;
    this.#signal = signal;
  }

  watch(log: string): void {
    if (this.#stops.has(log)) return;
    const stop = new AbortController();
    this.#stops.set(log, stop);
    void this.#follow(log, AbortSignal.any([stop.signal, this.#signal])).then(() => {
      // Over; who asks again gets the newest state again.
      if (this.#stops.get(log) === stop) this.#stops.delete(log);
    });
  }

  unwatch(log: string): void {
    this.#stops.get(log)?.abort();
    this.#stops.delete(log);
  }

  async #follow(log: string, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of this.#live.subscribe(log, "start", signal)) {
        if (event.type !== "entries") continue;
        // The newest state counts; those before it need not cross.
        const states = event.entries.filter(({ kind }) => kind === "test-run" || kind === "recording");
        const newest = states.at(-1);
        if (newest?.kind === "test-run") this.#tell({ type: "watched", log, testRun: newest.testRun });
        if (newest?.kind === "recording") this.#tell({ type: "watched", log, recording: newest.recording });
      }
    } catch (error) {
      if (signal.aborted || isClosed(error)) return;
      this.#tell({ type: "watched", log, failure: error instanceof Error ? error.message : String(error) });
    }
  }
}
