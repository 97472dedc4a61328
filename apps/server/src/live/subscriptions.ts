import type { LogSubscription } from "./subscription.ts";

/** The place of a subscription whose log is being looked up. */
export interface Reservation {
  readonly log: string;
  readonly isReserved: true;
}

/** The subscriptions of one viewer, by the ids that it gave them. */
export class Subscriptions {
  readonly #byId = new Map<number, LogSubscription | Reservation>();

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
    return subscription && "isReserved" in subscription ? undefined : subscription;
  }

  reserve(id: number, log: string): Reservation {
    const reservation = { log, isReserved: true } as const;
    this.#byId.set(id, reservation);
    return reservation;
  }

  /** Ends the wait for a log. @returns False when the viewer no longer wants it, or uses the id for another one. */
  takeReserved(id: number, reservation: Reservation): boolean {
    return this.#byId.get(id) === reservation && this.#byId.delete(id);
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
    for (const [id, each] of this.#byId) if (!("isReserved" in each) && each.isOver) this.#byId.delete(id);
  }

  *open(): Generator<LogSubscription> {
    for (const each of this.#byId.values()) if (!("isReserved" in each) && !each.isOver) yield each;
  }

  /** Names of the logs, also of those that are being looked up. */
  *logs(): Generator<string> {
    for (const each of this.#byId.values()) yield each.log;
  }
}
