/** What a loop needs. */
interface Steps {
  /** Whether something moves. */
  isWanted(): boolean;
  /** Moves it to where it is now. */
  step(): void;
}

/** Frame after frame, from `start` until its signal aborts, as long as something moves and the clock goes on. */
export class FrameLoop {
  readonly #nextFrame: (callback: () => void) => () => void;
  readonly #now: () => number;
  readonly #steps: Steps;
  #dropFrame: (() => void) | undefined;
  #lastFrameMs = NaN;
  #isRunning = false;

  /**
   * @param nextFrame Calls back before the next frame is drawn. @returns Takes that back.
   * @param now A clock in ms. While it stands still the loop ends: nothing could have moved.
   */
  constructor(nextFrame: (callback: () => void) => () => void, now: () => number, steps: Steps) {
    this.#nextFrame = nextFrame;
    this.#now = now;
    this.#steps = steps;
  }

  start(signal: AbortSignal): void {
    this.#isRunning = true;
    signal.addEventListener("abort", () => {
      this.#isRunning = false;
      this.#dropFrame?.();
      this.#dropFrame = undefined;
    });
    this.run();
  }

  /** Something may move again. Does nothing before `start`, and while it runs. */
  run(): void {
    if (!this.#isRunning || this.#dropFrame || !this.#steps.isWanted()) return;
    this.#dropFrame = this.#nextFrame(() => {
      this.#dropFrame = undefined;
      const nowMs = this.#now();
      const goesOn = nowMs !== this.#lastFrameMs;
      this.#lastFrameMs = nowMs;
      this.#steps.step();
      if (goesOn) this.run();
    });
  }
}
