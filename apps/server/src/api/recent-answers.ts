import { LRUCache } from "lru-cache";

const MOST_BYTES = 64 * 1024 * 1024;
const KEPT_MS = 60_000;

interface Kept<T> {
  readonly value: T;
  readonly bytes: number;
}

/**
 * What Studio has answered lately, for whoever asks again: somebody who steps from window to window asks for the same
 * with each. An answer is kept for a minute, since somebody may train the impulse; who asks while it is under way waits
 * for it. What takes too much room is answered, and not kept.
 */
export class RecentAnswers {
  readonly #cache: LRUCache<string, Kept<unknown>, () => Promise<Kept<unknown>>>;

  /** @param nowMs Milliseconds since some moment. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#cache = new LRUCache({
      maxSize: MOST_BYTES,
      ttl: KEPT_MS,
      // Otherwise it looks at the time with a timer.
      ttlResolution: 0,
      perf: { now: nowMs },
      sizeCalculation: ({ bytes }) => bytes,
      // Who waits gets the answer also when others have taken its place meanwhile.
      ignoreFetchAbort: true,
      fetchMethod: (_key, _stale, { context: load }) => load(),
    });
  }

  /**
   * @param key The same for what is the same.
   * @param load Asks Studio; not for one caller alone, so it obeys no caller's signal.
   * @param bytesOf About how much memory it takes, 1 or more.
   * @throws What `load` throws; the next caller then tries again.
   */
  async get<T>(key: string, load: () => Promise<T>, bytesOf: (value: T) => number): Promise<T> {
    const context = async () => {
      const value = await load();
      return { value, bytes: bytesOf(value) };
    };
    const { value } = (await this.#cache.forceFetch(key, { context })) as Kept<T>;
    return value;
  }
}
