/** More marks than anybody sets by hand. */
const MOST_MARKS = 100;

/** A clock that was set is a quarter of a microsecond off, as Unix times are; no two windows end so close to each other. */
const SAME_MS = 0.1;

/** Times that somebody marked, ms on the clock of what is shown. */
export class Marks {
  #times = $state.raw<readonly number[]>([]);

  /** In the order of the clock. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** Sets a mark, or takes it away where it is. @returns What was done, for people. */
  toggle(ms: number): string {
    const others = this.#times.filter((time) => Math.abs(time - ms) > SAME_MS);
    if (others.length < this.#times.length) {
      this.#times = others;
      return "Mark removed.";
    }
    if (this.#times.length === MOST_MARKS) {
      return `Not marked: there are ${MOST_MARKS} marks already. Pick a marked window and press M to remove its mark.`;
    }
    this.#times = [...this.#times, ms].sort((a, b) => a - b);
    return "Marked.";
  }

  /** The clock has another zero. */
  move(byMs: number): void {
    this.#times = this.#times.map((ms) => ms + byMs);
  }

  clear(): void {
    this.#times = [];
  }
}
