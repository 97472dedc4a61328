import type { LiveConnection } from "@windowscope/protocol";

import { isClosed } from "./run-loader.ts";
import type { ScopeUpdate } from "./scope-port.ts";

interface Followed {
  readonly stop: AbortController;
  newest?: ScopeUpdate;
}

/** Logs of test runs and recordings that the page follows, each until it is over or not wanted any more. */
export class LogWatches {
  readonly #live: LiveConnection;
  readonly #tell: (update: ScopeUpdate) => void;
  readonly #signal: AbortSignal;
  readonly #followed = new Map<string, Followed>();

  constructor(live: LiveConnection, tell: (update: ScopeUpdate) => void, signal: AbortSignal) {
    this.#live = live;
    this.#tell = tell;
    this.#signal = signal;
  }

  /** Tells the newest state, also where the log is followed already, and each one after it. */
  watch(log: string): void {
    const known = this.#followed.get(log);
    if (known) {
      if (known.newest) this.#tell(known.newest);
      return;
    }
    const followed = { stop: new AbortController() };
    this.#followed.set(log, followed);
    void this.#follow(log, followed).then(() => {
      // Over; who asks again gets the newest state again.
      if (this.#followed.get(log) === followed) this.#followed.delete(log);
    });
  }

  unwatch(log: string): void {
    this.#followed.get(log)?.stop.abort();
    this.#followed.delete(log);
  }

  async #follow(log: string, followed: Followed): Promise<void> {
    const signal = AbortSignal.any([followed.stop.signal, this.#signal]);
    const tell = (update: ScopeUpdate) => this.#tell((followed.newest = update));
    try {
      for await (const event of this.#live.subscribe(log, "start", signal)) {
        if (event.type !== "entries") continue;
        // The newest state counts; those before it need not cross.
        const states = event.entries.filter(({ kind }) => kind === "test-run" || kind === "recording");
        const newest = states.at(-1);
        if (newest?.kind === "test-run") tell({ type: "watched", log, testRun: newest.testRun });
        if (newest?.kind === "recording") tell({ type: "watched", log, recording: newest.recording });
      }
    } catch (error) {
      if (signal.aborted || isClosed(error)) return;
      tell({ type: "watched", log, failure: error instanceof Error ? error.message : String(error) });
    }
  }
}
