/** What is being listened to, and where: for the timeline, which draws a line there. */
export class Playback {
  #runId = $state<string>();
  #startMs = $state(0);
  #offsetMs = $state(0);
  #isPlaying = $state(false);

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  get runId(): string | undefined {
    return this.#runId;
  }

  /** From the start of the recording, ms. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Time on the clock of the source; `undefined` while nothing was played. */
  readonly cursorMs = $derived.by(() => (this.#runId === undefined ? undefined : this.#startMs + this.#offsetMs));

  /** The player has a recording, which starts at a time on the clock. */
  loaded(runId: string, startMs: number): void {
    if (runId !== this.#runId) this.#offsetMs = 0;
    this.#runId = runId;
    this.#startMs = startMs;
  }

  moved(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  played(isPlaying: boolean): void {
    this.#isPlaying = isPlaying;
  }

  /** Nothing to listen to any more. */
  unloaded(): void {
    this.#runId = undefined;
    this.#isPlaying = false;
    this.#offsetMs = 0;
  }
}

/** One page has one loudspeaker. */
export const playback = new Playback();
