/** So many addresses are remembered; beyond that the one that failed longest ago is forgotten. */
const MOST_ADDRESSES = 10_000;

/** Limits how often an address may guess wrong. */
export class Attempts {
  readonly #most: number;
  readonly #windowMs: number;
  /** When each address failed, in order; the address that failed last comes last. */
  readonly #failures = new Map<string, readonly number[]>();

  constructor({ most, windowMs }: { readonly most: number; readonly windowMs: number }) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** How long an address has to wait before it may try again, ms; 0 when it may. */
  waitMs(address: string): number {
    const recent = this.#recent(address);
    const [oldest = 0] = recent;
    return recent.length < this.#most ? 0 : oldest + this.#windowMs - Date.now();
  }

  failed(address: string): void {
    const recent = this.#recent(address);
    this.#failures.delete(address);
    this.#failures.set(address, [...recent, Date.now()].slice(-this.#most));
    const [longestAgo] = this.#failures.keys();
    if (this.#failures.size > MOST_ADDRESSES && longestAgo !== undefined) this.#failures.delete(longestAgo);
  }

  #recent(address: string): readonly number[] {
    const sinceMs = Date.now() - this.#windowMs;
    return (this.#failures.get(address) ?? []).filter((failedMs) => failedMs > sinceMs);
  }
}
