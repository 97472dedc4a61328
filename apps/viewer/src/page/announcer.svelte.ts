/** Least time between two verdicts that are said by themselves. */
const VERDICT_GAP_MS = 5_000;

/** What is said to those who hear the page. */
export class Announcer {
  #text = $state("");
  #speaksVerdicts = $state(false);
  #lastVerdict: string | undefined;
  #lastAtMs = -Infinity;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get text(): string {
    return this.#text;
  }

  /** Whether a new verdict is said by itself. Off at first: who listens to a stream hears nothing else. */
  get speaksVerdicts(): boolean {
    return this.#speaksVerdicts;
  }

  toggleVerdicts(): void {
    this.#speaksVerdicts = !this.#speaksVerdicts;
    this.say(this.#speaksVerdicts ? "New verdicts are said." : "New verdicts are not said.");
  }

  say(text: string): void {
    // A region that gets the same text again stays silent: the space makes it another.
    this.#text = this.#text === text ? `${text}\u00a0` : text;
  }

  /** The newest window's verdict: said when it is another one than before, and not too often. */
  hearVerdict(verdict: string): void {
    const nowMs = this.#now();
    if (!this.#speaksVerdicts || verdict === this.#lastVerdict || nowMs - this.#lastAtMs < VERDICT_GAP_MS) return;
    this.#lastVerdict = verdict;
    this.#lastAtMs = nowMs;
    this.say(verdict);
  }
}
