/** More than anybody presses while a page loads; a key that is held down repeats. */
const MOST = 20;

/** Keys that are pressed before the page's keyboard is loaded: they wait for it, in their order. */
export class EarlyKeys {
  #waiting: KeyboardEvent[] | undefined = [];

  pressed(event: KeyboardEvent): void {
    if (this.#waiting && this.#waiting.length < MOST) this.#waiting.push(event);
  }

  /** For the keyboard, which has come: from now on nothing waits any more. */
  take(): readonly KeyboardEvent[] {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    return waiting;
  }
}
