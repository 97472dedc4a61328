import { Column, type TimeSpan, type WindowTimes } from "@windowscope/plot";

/** Rounding of steps must not look like a window that is not there. */
const LEAST_STEPS = 1.5;

/** Time that no window tells of, and how many would have. */
export interface Skipped extends TimeSpan {
  readonly count: number;
}

/**
 * Windows that a run lacks though its signal goes on: in continuous mode, a classifier that is still busy lets some pass.
 */
export class SkippedWindows {
  /** Windows that come later than the one before them lets expect, ascending. */
  readonly #late = new Column((length) => new Uint32Array(length));

  get bytes(): number {
    return this.#late.bytes;
  }

  /**
   * Looks at windows that were added.
   *
   * @param first Index of the first one.
   * @param hopMs From one window to the next, as the run says; 0 where it does not say.
   */
  added(times: WindowTimes, first: number, hopMs: number): void {
    if (!(hopMs > 0)) return;
    for (let index = Math.max(1, first); index < times.length; index++) {
      if (times.startMs(index) - times.startMs(index - 1) >= LEAST_STEPS * hopMs) this.#late.push(index);
    }
  }

  /** What was skipped between two times on the run's own clock. */
  *between(times: WindowTimes, startMs: number, endMs: number, hopMs: number): Generator<Skipped> {
    const length = this.#late.length;
    let low = 0;
    for (let high = length; low < high;) {
      const middle = (low + high) >>> 1;
      if (times.endMs(this.#late.at(middle)) <= startMs) low = middle + 1;
      else high = middle;
    }
    for (; low < length; low++) {
      const index = this.#late.at(low);
      const beforeMs = times.endMs(index - 1);
      if (beforeMs >= endMs) return;
      const count = Math.round((times.startMs(index) - times.startMs(index - 1)) / hopMs) - 1;
      // The last step is that of the window itself.
      yield { startMs: beforeMs, endMs: times.endMs(index) - hopMs, count };
    }
  }
}
