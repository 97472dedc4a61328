import { FOLLOW_DELAY_MS } from "@windowscope/plot";

import type { Snapshot } from "../scope/scope-port.ts";

/** A view that follows stops when its last data has come to this share of it, so that it never runs empty. */
const LAST_SHARE = 0.5;

/**
 * Where the clock of what is shown stands.
 *
 * A session's clock is that of this machine: it moves evenly, however messages come. A machine whose clock is behind
 * the server's would never see the newest data; what it is behind is learnt from data that comes from the future.
 * A run's clock is its newest window.
 */
export class LiveEdge {
  #behindMs = 0;

  /** Takes what is newest into account. */
  learn({ wallClockMs, endMs }: Snapshot, nowMs: number): void {
    if (wallClockMs !== undefined) this.#behindMs = Math.max(this.#behindMs, wallClockMs + endMs - nowMs);
  }

  forget(): void {
    this.#behindMs = 0;
  }

  /** @param spanMs How much is shown: of a session where nothing has come for long, the end of the data stays in sight. */
  at({ wallClockMs, endMs, tally, newest, isLive }: Snapshot, nowMs: number, spanMs: number): number {
    if (wallClockMs === undefined) return (isLive ? (newest?.endMs ?? endMs) : endMs) + FOLLOW_DELAY_MS;
    const clockMs = nowMs + this.#behindMs - wallClockMs;
    return tally.windows === 0 ? clockMs : Math.min(clockMs, endMs + spanMs * LAST_SHARE);
  }
}
