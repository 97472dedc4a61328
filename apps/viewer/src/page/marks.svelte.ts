/** More marks than anybody sets by hand. */
const MOST_MARKS = 100;

/** Times that somebody marked, ms on the clock of what is shown. */
export class Marks {
  #times = $state.raw<readonly number[]>([]);

  /** In the order of the clock. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** Sets a mark, or takes it away where it is. @returns What was done, for people. */
  toggle(ms: number): string {
    if (this.#times.includes(ms)) {
      this.#times = this.#times.filter((time) => time !== ms);
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
