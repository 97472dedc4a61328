import { SvelteSet } from "svelte/reactivity";

/** Something that comes into view again and again is tried so often again; then only when somebody asks. */
const MOST_TRIES_AGAIN = 3;

/** Pictures and sounds that did not come, by address. A server that was away may have them later. */
export class MissingMedia {
  readonly #missing = new SvelteSet<string>();
  #triesAgain: Record<string, number> = {};

  has(url: string | undefined): boolean {
    return url !== undefined && this.#missing.has(url);
  }

  failed(url: string): void {
    this.#missing.add(url);
  }

  /** Somebody asks for it. */
  tryAgain(url: string): void {
    this.#missing.delete(url);
  }

  /** Its place was out of view, and is in view once more. */
  seenAgain(url: string): void {
    const tries = this.#triesAgain[url] ?? 0;
    if (!this.#missing.has(url) || tries >= MOST_TRIES_AGAIN) return;
    this.#triesAgain[url] = tries + 1;
    this.tryAgain(url);
  }

  /** The server is there again. */
  connected(): void {
    this.#triesAgain = {};
    this.#missing.clear();
  }
}
