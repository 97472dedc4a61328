import { TICK_MS, type LiveLimits } from "./limits.ts";

/** Whether a connection is still of use: whether the other side answers, takes what is sent, and hears of us. */
export class Liveness {
  readonly #limits: LiveLimits;
  #pingedMs: number;
  #owesPong = false;
  #spokenMs: number;
  #hasSpoken = false;
  #sentBytes = 0;
  /** How the wire stood when it last was seen to take something, or had nothing to take. */
  #taken: { readonly atMs: number; readonly sentBytes: number; readonly bufferedBytes: number };

  constructor(limits: LiveLimits, nowMs: number) {
    this.#limits = limits;
    this.#pingedMs = nowMs;
    this.#spokenMs = nowMs;
    this.#taken = { atMs: nowMs, sentBytes: 0, bufferedBytes: 0 };
  }

  heard(): void {
    this.#owesPong = false;
  }

  spoke(bytes: number): void {
    this.#hasSpoken = true;
    this.#sentBytes += bytes;
  }

  /** Whether a ping was left without an answer. */
  isDead(nowMs: number): boolean {
    return this.#owesPong && nowMs - this.#pingedMs >= this.#limits.pongMs;
  }

  /** For how long the wire has taken nothing although there was something to take. */
  stuckMs(nowMs: number, bufferedBytes: number): number {
    const untouched = this.#taken.bufferedBytes + this.#sentBytes - this.#taken.sentBytes;
    if (bufferedBytes === 0 || bufferedBytes < untouched) {
      this.#taken = { atMs: nowMs, sentBytes: this.#sentBytes, bufferedBytes };
    }
    return nowMs - this.#taken.atMs;
  }

  /** Whether to ping now. The answer is awaited from then on. */
  takePing(nowMs: number): boolean {
    if (nowMs - this.#pingedMs < this.#limits.heartbeatMs) return false;
    this.#pingedMs = nowMs;
    this.#owesPong = true;
    return true;
  }

  /** Whether the silence would get too long before the next look. */
  isSilent(nowMs: number): boolean {
    if (this.#hasSpoken) this.#spokenMs = nowMs - TICK_MS;
    this.#hasSpoken = false;
    if (nowMs - this.#spokenMs < this.#limits.heartbeatMs - TICK_MS) return false;
    this.#spokenMs = nowMs;
    return true;
  }
}
