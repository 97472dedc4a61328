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
    const others = this.#times.filter((time) => time !== ms);
    const isNew = others.length === this.#times.length;
    this.#times = isNew ? [...others, ms].sort((a, b) => a - b).slice(-MOST_MARKS) : others;
    return isNew ? "Marked." : "Mark removed.";
  }

  clear(): void {
    this.#times = [];
  }
}
