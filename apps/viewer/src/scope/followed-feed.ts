import { FEED, type LiveConnection, type LogEvent, type Run } from "@windowscope/protocol";

import { RunFeed } from "./run-feed.ts";
import { isClosed } from "./run-loader.ts";
import { Session } from "./session.ts";

/** The feed tells three or four times of each run; so much of it is read at first. */
const FEED_TAIL = 1_600;
/** Until a feed that is not there is asked for again. */
const BETWEEN_FEEDS_MS = 5_000;

/** The server's feed, as long as there is a connection: the lists that it makes, and the session of its runs. */
export class FollowedFeed {
  readonly #lists = new RunFeed();
  readonly #session = new Session();
  readonly #onChange: () => void;
  #isCaughtUp = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** What it tells of, the newest first. */
  get lists(): Pick<RunFeed, "runs" | "testRuns" | "recordings"> {
    return this.#lists;
  }

  get session(): Pick<Session, "placed" | "wallClockMs" | "has"> {
    return this.#session;
  }

  /** What was there before has come; until then nobody knows which run is the newest. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  find(runId: string): Run | undefined {
    return this.#lists.find(runId);
  }

  /** Follows it until `signal` aborts. */
  async follow(live: LiveConnection, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of live.subscribe(FEED, { tail: FEED_TAIL }, signal)) this.#apply(event);
    } catch (error) {
      if (signal.aborted || isClosed(error)) return;
      // A server always has a feed; one whose store was emptied makes another with the next run.
      this.#retryTimer = setTimeout(() => {
        this.clear();
        void this.follow(live, signal);
      }, BETWEEN_FEEDS_MS);
    }
  }

  /** Forgets everything, and asks no more for a feed that was not there. */
  clear(): void {
    clearTimeout(this.#retryTimer);
    this.#lists.clear();
    this.#session.clear();
    this.#isCaughtUp = false;
  }

  #apply(event: LogEvent): void {
    switch (event.type) {
      case "reset":
        this.clear();
        break;
      case "live":
        this.#isCaughtUp = true;
        break;
      case "entries":
        this.#lists.apply(event.entries);
        this.#session.apply(event.entries.flatMap((entry) => (entry.kind === "run" ? [entry.run] : [])));
        break;
      default:
        event satisfies never;
    }
    this.#onChange();
  }
}
