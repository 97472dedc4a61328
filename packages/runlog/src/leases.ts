import { FencedError, type LeaseRequest } from "./run-log.ts";

interface Lease {
  readonly holder: string;
  readonly fence: number;
  readonly untilMs: number;
}

/** Leases of logs that only one process can use: gone with it, as its writers are. */
export class Leases {
  readonly #byLog = new Map<string, Lease>();
  #fences = 0;

  take(log: string, { holder, ttlMs, force = false }: LeaseRequest): number | undefined {
    const held = this.#byLog.get(log);
    const nowMs = Date.now();
    const isOthers = held !== undefined && held.holder !== holder;
    if (isOthers && held.untilMs > nowMs && !force) return undefined;
    const fence = held?.holder === holder ? held.fence : ++this.#fences;
    this.#byLog.set(log, { holder, fence, untilMs: nowMs + ttlMs });
    return fence;
  }

  /** The fence stays, so that who held it before is still refused. */
  giveBack(log: string, holder: string): void {
    const held = this.#byLog.get(log);
    if (held?.holder === holder) this.#byLog.set(log, { holder: "", fence: held.fence, untilMs: 0 });
  }

  /** @throws {FencedError} when the fence is not the newest one. */
  check(log: string, fence: number | undefined): void {
    const current = this.#byLog.get(log)?.fence ?? 0;
    if (fence !== undefined && fence < current) throw new FencedError(log, fence, current);
  }

  forget(log: string): void {
    this.#byLog.delete(log);
  }
}
