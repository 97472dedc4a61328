import type { LogReset, LogSlice, RunLog } from "@windowscope/runlog";

import { Frame } from "./frame.ts";
import type { LiveLimits } from "./limits.ts";

/** A place in a log. */
export interface LogPlace {
  readonly log: string;
  readonly epoch: string;
  readonly from: number;
}

/** What was found at a place. */
export type LogFind =
  | { readonly type: "frame"; readonly frame: Frame }
  | LogReset
  /** The log could not be read. */
  | { readonly type: "error"; readonly error: unknown };

/** A viewer's cursor that is behind. */
export interface Reader {
  /** Sends at most one message. @returns Where to read for the next one; `again` when it has that itself. */
  catchUp(): LogPlace | "again" | undefined;
  /** Takes what was read for it. It may have moved on in the meantime. */
  found(place: LogPlace, find: LogFind): void;
}

/** Frames kept for the next viewer that comes by the same place. */
const KEPT_FRAMES = 32;
/** For so long after something new went out, more is expected. */
const NEWS_MS = 1_000;
/** While more is expected, a turn is followed by a pause that lasts so many times as long. */
const PAUSE_FACTOR = 2;

/**
 * Serves those who are behind, in turns, while everybody who is not gets what is new at once.
 *
 * After a few milliseconds the process does other things first, and as long as a log grows it keeps most of its time free
 * for what is new. So however many catch up, what is live stays live.
 * Viewers that want the same place share one read.
 */
export class CatchUp {
  readonly #runLog: RunLog;
  readonly #limits: LiveLimits;
  readonly #queue = new Set<Reader>();
  /** What has been read, for those who wait for it. They come before the queue, so that nothing piles up here. */
  readonly #found: { readonly readers: Reader[]; readonly place: LogPlace; readonly find: LogFind }[] = [];
  readonly #reads = new Map<string, Set<Reader>>();
  /** Those for whom one read too many was under way. */
  readonly #waiting = new Map<Reader, LogPlace>();
  readonly #kept = new Map<string, Frame>();
  #isScheduled = false;
  #newsMs = -Infinity;

  constructor(runLog: RunLog, limits: LiveLimits) {
    this.#runLog = runLog;
    this.#limits = limits;
  }

  /** Gives a reader a turn soon. Asking twice does no harm. */
  request(reader: Reader): void {
    this.#queue.add(reader);
    this.#schedule();
  }

  /** To be called when something new is about to go out. */
  giveWay(): void {
    this.#newsMs = performance.now();
  }

  /** Forgets what was kept, since the log may have begun anew. */
  forget(): void {
    this.#kept.clear();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    const beginMs = performance.now();
    const endMs = beginMs + this.#limits.catchUpMsPerTurn;
    while (this.#serveOne()) if (performance.now() >= endMs) break;
    if (this.#found.length === 0 && this.#queue.size === 0) return;
    const nowMs = performance.now();
    if (nowMs - this.#newsMs > NEWS_MS) {
      this.#schedule();
      return;
    }
    this.#isScheduled = true;
    setTimeout(() => this.#turn(), (nowMs - beginMs) * PAUSE_FACTOR);
  }

  /** @returns Whether there was anybody to serve. */
  #serveOne(): boolean {
    const [found] = this.#found;
    if (found) {
      const reader = found.readers.pop();
      if (reader) {
        reader.found(found.place, found.find);
        this.#queue.add(reader);
      } else this.#found.shift();
      return true;
    }
    for (const reader of this.#queue) {
      this.#queue.delete(reader);
      const wanted = reader.catchUp();
      if (wanted === "again") this.#queue.add(reader);
      else if (wanted) this.#read(reader, wanted);
      return true;
    }
    return false;
  }

  #read(reader: Reader, place: LogPlace): void {
    const key = `${place.log} ${place.epoch} ${place.from}`;
    const kept = this.#kept.get(key);
    if (kept) {
      this.#found.push({ readers: [reader], place, find: { type: "frame", frame: kept } });
      return;
    }
    const underWay = this.#reads.get(key);
    if (underWay) underWay.add(reader);
    else if (this.#reads.size >= this.#limits.concurrentReads) this.#waiting.set(reader, place);
    else {
      this.#reads.set(key, new Set([reader]));
      void this.#readFor(key, place);
    }
  }

  async #readFor(key: string, place: LogPlace): Promise<void> {
    let find: LogFind;
    try {
      const { epoch, from } = place;
      const read = await this.#runLog.read(place.log, { epoch, from, maxBytes: this.#limits.messageBytes });
      find = read.type === "reset" ? read : { type: "frame", frame: toFrame(from, read) };
    } catch (error) {
      find = { type: "error", error };
    }
    if (find.type === "frame") this.#keep(key, find.frame);
    const readers = [...(this.#reads.get(key) ?? [])];
    this.#reads.delete(key);
    this.#found.push({ readers, place, find });
    for (const [reader, wanted] of this.#waiting) {
      if (this.#reads.size >= this.#limits.concurrentReads) break;
      this.#waiting.delete(reader);
      this.#read(reader, wanted);
    }
    this.#schedule();
  }

  /** Nothing is kept of the end of a log: more may stand there a moment later. */
  #keep(key: string, frame: Frame): void {
    if (frame.bytes.length < this.#limits.messageBytes / 2) return;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < KEPT_FRAMES) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(key, frame);
  }
}

function toFrame(from: number, { next, bytes }: LogSlice): Frame {
  return new Frame(from, next, [bytes]);
}
