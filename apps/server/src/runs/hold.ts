import { setMaxListeners } from "node:events";

/**
 * For how long something is this process's: until the process stops, or another one has it.
 *
 * Not `AbortSignal.any`: Node 20 keeps some bytes of each combination in a signal that lives on, for ever.
 */
export class Hold {
  readonly #ended = new AbortController();
  readonly #stop: AbortSignal;
  readonly #stopped = () => this.#ended.abort(this.#stop.reason);

  /** @param stop Aborts when the process stops. */
  constructor(stop: AbortSignal) {
    this.#stop = stop;
    // As many as there are holds, each of which is let go of.
    setMaxListeners(0, stop);
    if (stop.aborted) this.#stopped();
    else stop.addEventListener("abort", this.#stopped, { once: true });
  }

  /** Aborts at the end. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Another process has it. */
  lose(reason?: Error): void {
    this.#ended.abort(reason);
  }

  /** To be called when there is nothing more to do. */
  release(): void {
    this.#stop.removeEventListener("abort", this.#stopped);
  }
}
