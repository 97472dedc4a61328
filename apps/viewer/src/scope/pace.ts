/** How far back is looked, ms. */
const LOOK_BACK_MS = 4_000;

/** Windows a second, over the last few seconds. */
export class Pace {
  readonly #arrivals: { readonly atMs: number; readonly windows: number }[] = [];
  #sum = 0;
  readonly #now: () => number;

  /** @param now A clock in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  arrived(windows: number): void {
    this.#arrivals.push({ atMs: this.#now(), windows });
    this.#sum += windows;
  }

  /** 0 when nothing came lately. */
  get windowsPerSecond(): number {
    const oldestMs = this.#now() - LOOK_BACK_MS;
    let stale = 0;
    while (stale < this.#arrivals.length && (this.#arrivals[stale]?.atMs as number) <= oldestMs) stale++;
    for (const { windows } of this.#arrivals.splice(0, stale)) this.#sum -= windows;
    return (this.#sum * 1_000) / LOOK_BACK_MS;
  }
}
