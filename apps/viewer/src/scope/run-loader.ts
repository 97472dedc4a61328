import { LiveError, type Entry, type LiveConnection, type LogEvent } from "@windowscope/protocol";

import { joinWindows } from "./joined-windows.ts";
import type { RunStore } from "./run-store.ts";

/**
 * Logs that are read at once. The server allows 64 subscriptions: what is left is for the feed, for the run that is looked
 * at and the one beside it, and for the logs that the page follows.
 */
const MOST_AT_ONCE = 48;
/** The first so many may begin at once; then one after the other, since the server allows 20 messages a second. */
const FIRST_AT_ONCE = 30;
const BETWEEN_MS = 100;

/** Hears what comes of the runs that are read. */
export interface LoaderListener {
  /** The store of a run has changed, or is another one. @param liveWindows How many windows came just now. */
  changed(runId: string, liveWindows: number): void;
  /** A run cannot be read, or not to its end. */
  failed(runId: string, error: unknown): void;
}

/**
 * Reads the logs of the runs that are wanted into stores: those first that are wanted most, each once.
 *
 * A log that is over is left when it was read. Whoever is not wanted any more is forgotten, read or not.
 */
export class RunLoader {
  readonly #live: LiveConnection;
  readonly #listener: LoaderListener;
  readonly #stores = new Map<string, RunStore>();
  readonly #reading = new Map<string, AbortController>();
  /** Read to the end, or failed. */
  readonly #done = new Set<string>();
  #wanted: readonly string[] = [];
  /** How many may begin at once. */
  #credit = FIRST_AT_ONCE;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #signal: AbortSignal;
  /** Makes the store of a run, judged as the others are. */
  readonly #createStore: (runId: string) => RunStore;

  /** @param signal Ends everything. */
  constructor(
    live: LiveConnection,
    listener: LoaderListener,
    createStore: (runId: string) => RunStore,
    signal: AbortSignal,
  ) {
    this.#live = live;
    this.#listener = listener;
    this.#createStore = createStore;
    this.#signal = signal;
    signal.addEventListener("abort", () => clearTimeout(this.#timer), { once: true });
  }

  get stores(): ReadonlyMap<string, RunStore> {
    return this.#stores;
  }

  /** Whether nothing more comes of a run: it is read to its end, or cannot be read. */
  isDone(runId: string): boolean {
    return this.#done.has(runId);
  }

  /**
   * Says which runs to read.
   *
   * @param first Begin at once, whatever else is going on.
   * @param then Begin when there is room, in this order.
   * @param kept Are not begun, but stay if they are there.
   */
  want(first: readonly string[], then: readonly string[], kept: ReadonlySet<string>): void {
    this.#wanted = then;
    const wanted = new Set([...first, ...then]);
    const known = [...this.#stores.keys(), ...this.#reading.keys(), ...this.#done];
    for (const runId of new Set(known)) if (!wanted.has(runId) && !kept.has(runId)) this.#forget(runId);
    for (const runId of first) this.#begin(runId);
    this.#beginMore();
  }

  /** Gives a run that could not be read another chance, the next time it is wanted. */
  forgive(runId: string): void {
    if (this.#done.has(runId) && !this.#stores.get(runId)?.isComplete) this.#forget(runId);
  }

  #forget(runId: string): void {
    this.#reading.get(runId)?.abort();
    this.#reading.delete(runId);
    this.#stores.delete(runId);
    this.#done.delete(runId);
  }

  #beginMore(): void {
    for (const runId of this.#wanted) {
      if (this.#credit === 0 || this.#reading.size >= MOST_AT_ONCE) break;
      if (this.#begin(runId)) this.#credit--;
    }
    if (this.#credit < FIRST_AT_ONCE) this.#timer ??= setTimeout(() => this.#earn(), BETWEEN_MS);
  }

  #earn(): void {
    this.#timer = undefined;
    if (this.#signal.aborted) return;
    this.#credit++;
    this.#beginMore();
  }

  /** @returns Whether there was something to begin. */
  #begin(runId: string): boolean {
    if (this.#reading.has(runId) || this.#done.has(runId) || this.#signal.aborted) return false;
    const stop = new AbortController();
    this.#reading.set(runId, stop);
    void this.#read(runId, AbortSignal.any([stop.signal, this.#signal]));
    return true;
  }

  async #read(runId: string, signal: AbortSignal): Promise<void> {
    try {
      let isLive = false;
      for await (const event of this.#live.subscribe(runId, "start", signal)) {
        // A log that begins anew is read from its beginning, which is no news.
        if (event.type !== "entries") isLive = event.type === "live";
        this.#apply(runId, event, isLive);
      }
      // It may be forgotten, or wanted again and read anew, between the end of its log and this.
      if (signal.aborted) return;
      const store = this.#stores.get(runId);
      if (store) store.isComplete = true;
      this.#listener.changed(runId, 0);
    } catch (error) {
      if (signal.aborted) return;
      this.#listener.failed(runId, error);
    }
    this.#reading.delete(runId);
    this.#done.add(runId);
    this.#beginMore();
  }

  #apply(runId: string, event: LogEvent, isLive: boolean): void {
    switch (event.type) {
      case "entries":
        this.#applyEntries(runId, event.entries, isLive);
        break;
      case "reset":
        // A new store, so that whoever still reads the old one reads it to its end.
        this.#stores.set(runId, this.#createStore(runId));
        this.#listener.changed(runId, 0);
        break;
      case "live":
        this.#listener.changed(runId, 0);
        break;
      default:
        event satisfies never;
    }
  }

  #applyEntries(runId: string, entries: readonly Entry[], isLive: boolean): void {
    let store = this.#stores.get(runId);
    if (!store) this.#stores.set(runId, (store = this.#createStore(runId)));
    const before = store.windowCount;
    for (const entry of joinWindows(entries)) store.apply(entry);
    this.#listener.changed(runId, isLive ? store.windowCount - before : 0);
  }
}

/** Whether a log is gone: the server keeps runs for a while only. */
export function isGone(error: unknown): boolean {
  return error instanceof LiveError && error.code === "no_such_log";
}

/** Whether the connection itself is over, of which its state tells. */
export function isClosed(error: unknown): boolean {
  return error instanceof LiveError && error.code === "closed";
}
