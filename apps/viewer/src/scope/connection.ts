import type { FollowedFeed } from "./followed-feed.ts";
import { LiveLink, type LinkOptions } from "./live-link.ts";
import { LogWatches } from "./log-watches.ts";
import { RunLoader, type LoaderListener } from "./run-loader.ts";
import type { RunStore } from "./run-store.ts";

/** Counting bytes walks through every column. */
const BETWEEN_WEIGHINGS_MS = 2_000;

/** What a connection needs, and who hears of it. */
export interface ConnectionParts extends Omit<LinkOptions, "signal"> {
  readonly listener: LoaderListener;
  /** Makes the store of a run, judged as the others are. */
  readonly createStore: (runId: string) => RunStore;
}

/** A connection to the server, and what is read over it: the feed, runs, and logs that the page follows. */
export class Connection {
  readonly link: LiveLink;
  readonly loader: RunLoader;
  readonly watches: LogWatches;
  readonly #stop = new AbortController();
  #weighed = { atMs: -Infinity, bytes: 0 };

  constructor({ listener, createStore, ...options }: ConnectionParts) {
    const { signal } = this.#stop;
    this.link = new LiveLink({ ...options, signal });
    this.loader = new RunLoader(this.link.live, listener, createStore, signal);
    this.watches = new LogWatches(this.link.live, (update) => options.port.postMessage(update), signal);
  }

  /** Of all runs that are there; counted every other second at most. */
  get bytes(): number {
    const nowMs = performance.now();
    if (nowMs - this.#weighed.atMs >= BETWEEN_WEIGHINGS_MS) {
      let bytes = 0;
      for (const store of this.loader.stores.values()) bytes += store.bytes;
      this.#weighed = { atMs: nowMs, bytes };
    }
    return this.#weighed.bytes;
  }

  read(feed: FollowedFeed): void {
    void feed.follow(this.link.live, this.#stop.signal);
  }

  /** Leaves it, and ends all that is read over it. */
  close(): void {
    this.#stop.abort(new Error("The scope has left the connection."));
  }
}
