import type { LogSubscription } from "./subscription.ts";

/** The subscriptions of one viewer, by the ids that it gave them. */
export class Subscriptions {
  /** The name of the log while that is being looked up. */
  readonly #byId = new Map<number, LogSubscription | string>();

  /** Those that are over count until they are forgotten. */
  get size(): number {
    return this.#byId.size;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  /** @returns `undefined` also while the log is being looked up. */
  get(id: number): LogSubscription | undefined {
    const subscription = this.#byId.get(id);
    return typeof subscription === "string" ? undefined : subscription;
  }

  /** Keeps the place for a subscription whose log is being looked up. */
  reserve(id: number, log: string): void {
    this.#byId.set(id, log);
  }

  /** Ends the wait for a log. @returns False when the viewer no longer wants it. */
  takeReserved(id: number): boolean {
    return typeof this.#byId.get(id) === "string" && this.#byId.delete(id);
  }

  set(id: number, subscription: LogSubscription): void {
    this.#byId.set(id, subscription);
  }

  close(id: number): void {
    this.get(id)?.close();
    this.#byId.delete(id);
  }

  closeAll(): void {
    for (const subscription of this.open()) subscription.close();
    this.#byId.clear();
  }

  forgetThoseOver(): void {
    for (const [id, each] of this.#byId) if (typeof each !== "string" && each.isOver) this.#byId.delete(id);
  }

  *open(): Generator<LogSubscription> {
    for (const each of this.#byId.values()) if (typeof each !== "string" && !each.isOver) yield each;
  }

  /** Names of the logs, also of those that are being looked up. */
  *logs(): Generator<string> {
    for (const each of this.#byId.values()) yield typeof each === "string" ? each : each.log;
  }
}
