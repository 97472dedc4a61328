import { FOLLOW_DELAY_MS } from "../time/view-state.ts";

/** Further off than this, the data did not come late: it was interrupted. */
const JUMP_MS = 2_000;
/** Weight of one append: a device's clock drifts slowly, a network is late at random. */
const WEIGHT = 0.05;

/**
 * The time of live data, told from the host's clock: it runs on evenly between messages that come unevenly.
 */
export function createClock() {
  let offsetMs: number | undefined;
  return {
    /** Whether data was ever seen. */
    get isRunning() {
      return offsetMs !== undefined;
    },
    /** Notes that there is data up to `endMs` at `nowMs` of the host's clock. */
    sawData(endMs: number, nowMs: number): void {
      const seenMs = endMs - nowMs;
      if (offsetMs === undefined || Math.abs(seenMs - offsetMs) > JUMP_MS) offsetMs = seenMs;
      else offsetMs += WEIGHT * (seenMs - offsetMs);
    },
    /** The right edge in follow, in the data's time. */
    edgeMs: (nowMs: number): number => (offsetMs === undefined ? 0 : nowMs + offsetMs - FOLLOW_DELAY_MS),
  };
}
