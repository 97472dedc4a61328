import type { RedisClientType } from "@redis/client";

import { Watchers } from "./watchers.ts";

const CHECK_EVERY_MS = 1_000;

/**
 * Tells watchers of logs in Redis.
 *
 * Redis sends a hint with each change, but only to who is connected at that moment. So every watched log is looked at
 * once a second too, which also finds those that are gone or begin anew.
 */
export class RedisWatch {
  readonly #watchers = new Watchers();
  readonly #ends = new Map<string, () => void>();
  /** What the latest look showed, by log. */
  readonly #seen = new Map<string, string>();
  readonly #subscriber: RedisClientType;
  readonly #channels: string;
  readonly #look: (log: string) => Promise<string>;
  readonly #timer: NodeJS.Timeout;
  #isChecking = false;

  /**
   * @param subscriber A connection for this alone.
   * @param channels What the names of channels begin with.
   * @param look Says how a log stands, in words that change with every change.
   */
  constructor(subscriber: RedisClientType, channels: string, look: (log: string) => Promise<string>) {
    this.#subscriber = subscriber;
    this.#channels = channels;
    this.#look = look;
    this.#timer = setInterval(() => void this.#check(), CHECK_EVERY_MS).unref();
  }

  add(log: string, onChange: () => void): () => void {
    const end = this.#watchers.add(log, onChange);
    if (!this.#ends.has(log)) this.#ends.set(log, this.#subscribe(log));
    return () => {
      end();
      if (this.#watchers.has(log)) return;
      this.#ends.get(log)?.();
      this.#ends.delete(log);
      this.#seen.delete(log);
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#ends.clear();
    if (this.#subscriber.isOpen) this.#subscriber.destroy();
  }

  #subscribe(log: string): () => void {
    const channel = this.#channels + log;
    const notify = () => this.#watchers.notify(log);
    // Without the connection there are no hints, and the looks remain.
    this.#subscriber.subscribe(channel, notify).catch(() => undefined);
    return () => void this.#subscriber.unsubscribe(channel, notify).catch(() => undefined);
  }

  async #check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    // While Redis does not answer there is nothing to tell, and the next look tells it all.
    await Promise.allSettled([...this.#ends.keys()].map((log) => this.#checkLog(log)));
    this.#isChecking = false;
  }

  async #checkLog(log: string): Promise<void> {
    const stands = await this.#look(log);
    // Not yet seen counts as changed: a change just before the subscription gave no hint.
    if (!this.#ends.has(log) || this.#seen.get(log) === stands) return;
    this.#seen.set(log, stands);
    this.#watchers.notify(log);
  }
}
