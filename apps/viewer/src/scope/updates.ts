/** Updates come no faster. */
const BETWEEN_UPDATES_MS = 100;
/** What changes while nothing comes, such as a pace that falls, is told as often. */
const BETWEEN_LOOKS_MS = 500;

/** What the page is told of. */
interface Tell {
  runs(): void;
  snapshot(): void;
}

/** When the page is told: ten times a second at most, all that has changed together, and nothing while nothing changes. */
export class Updates {
  readonly #tell: Tell;
  readonly #changed = { runs: false, snapshot: false };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lookTimer: ReturnType<typeof setTimeout> | undefined;
  #toldAtMs = -Infinity;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** Something has changed that is told. */
  mark(what: keyof Tell): void {
    this.#changed[what] = true;
    const waitMs = Math.max(0, this.#toldAtMs + BETWEEN_UPDATES_MS - performance.now());
    this.#timer ??= setTimeout(() => this.#update(), waitMs);
  }

  /** The snapshot is told once more in a while, also where nothing marks it. */
  lookAgain(): void {
    clearTimeout(this.#lookTimer);
    this.#lookTimer = setTimeout(() => this.mark("snapshot"), BETWEEN_LOOKS_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#lookTimer);
  }

  #update(): void {
    this.#timer = undefined;
    this.#toldAtMs = performance.now();
    const { runs, snapshot } = this.#changed;
    this.#changed.runs = this.#changed.snapshot = false;
    if (runs) this.#tell.runs();
    if (snapshot) this.#tell.snapshot();
  }
}
