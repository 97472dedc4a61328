import type { LogState, RunLog } from "@windowscope/runlog";

import type { ServerLog } from "../log.ts";
import { CatchUp } from "./catch-up.ts";
import type { LiveLimits } from "./limits.ts";
import { LogTail, type Cursor } from "./log-tail.ts";

interface Search {
  readonly log: string;
  readonly untilMs: number;
  readonly resolve: (state: LogState | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** The logs that somebody follows, and what their viewers share. */
export class LogTails {
  readonly limits: LiveLimits;
  readonly catchUp: CatchUp;
  readonly #runLog: RunLog;
  readonly #serverLog: ServerLog;
  /** What every tail needs. */
  readonly #parts;
  readonly #byLog = new Map<string, LogTail>();
  /** For logs that a viewer knows and that are not there at the moment. */
  #searches: Search[] = [];

  constructor(runLog: RunLog, { limits, serverLog }: { readonly limits: LiveLimits; readonly serverLog: ServerLog }) {
    this.limits = limits;
    this.catchUp = new CatchUp(runLog, limits);
    this.#runLog = runLog;
    this.#serverLog = serverLog;
    this.#parts = { runLog, limits, serverLog, onNews: () => this.catchUp.giveWay() };
  }

  /** Logs that are followed. */
  get size(): number {
    return this.#byLog.size;
  }

  /**
   * How a log stands.
   *
   * @param isKnown Whether it is known to have been there: then it is given some time to come back.
   * @returns `undefined` when there is no such log.
   * @throws Whatever the run log throws, when it does so for long.
   */
  async find(log: string, isKnown: boolean): Promise<LogState | undefined> {
    let waitMs = this.limits.vanishedMs;
    try {
      const state = await this.#runLog.stat(log);
      if (state || !isKnown) return state;
    } catch (error) {
      this.#serverLog.error("Cannot look a log up", { log, err: error });
      waitMs = this.limits.logOutageMs;
    }
    return new Promise((resolve, reject) => {
      this.#searches.push({ log, untilMs: performance.now() + waitMs, resolve, reject });
    });
  }

  /** Lets a cursor follow a log. @param state How the log stood just now. */
  follow(state: LogState, cursor: Cursor): LogTail {
    const known = this.#byLog.get(state.log);
    const tail = known ?? new LogTail(state, this.#parts);
    this.#byLog.set(state.log, tail);
    tail.add(cursor);
    // The log may have grown before there was anybody to hear of it. And of two states one is the older.
    const mayLag = known ? tail.epoch !== state.epoch || tail.next < state.next : !state.isSealed;
    if (mayLag) tail.wake();
    return tail;
  }

  leave(tail: LogTail, cursor: Cursor): void {
    tail.delete(cursor);
    if (tail.cursorCount > 0 || this.#byLog.get(tail.log) !== tail) return;
    this.#byLog.delete(tail.log);
    tail.close();
  }

  /** To be called about every second. */
  check(nowMs: number): void {
    for (const tail of this.#byLog.values()) tail.check(nowMs);
    const searches = this.#searches;
    this.#searches = [];
    for (const search of searches) void this.#searchOn(search, nowMs);
  }

  async #searchOn(search: Search, nowMs: number): Promise<void> {
    const isLastLook = nowMs >= search.untilMs;
    try {
      const state = await this.#runLog.stat(search.log);
      if (state || isLastLook) search.resolve(state);
      else this.#searches.push(search);
    } catch (error) {
      if (isLastLook) search.reject(error);
      else this.#searches.push(search);
    }
  }
}
