import { createHash, type Hash } from "node:crypto";

import type { Entry } from "@windowscope/protocol";

/** What a viewer has seen. */
export interface ViewerReport {
  readonly epoch: string | undefined;
  /** What the server has said of its store, whatever its entries say: states with their words. */
  readonly storeStates: readonly string[];
  /** The entry it wants next. */
  readonly next: number;
  readonly windows: number;
  /** Of the content of all entries since the beginning of the epoch, in the order in which they were applied. */
  readonly digest: string;
  /** Entries that never came. */
  readonly lost: number;
  /** Windows that were applied twice, or out of order. */
  readonly misplaced: number;
  /** Entries that came over the wire again after a reconnection and were dropped. */
  readonly repeated: number;
  readonly resets: readonly string[];
  readonly connections: number;
  /** `live` messages of the newest connection. */
  readonly lives: number;
  readonly isLive: boolean;
  readonly isOver: boolean;
  readonly byes: number;
  readonly closeCodes: readonly number[];
  readonly errors: readonly string[];
  /** When something new last came, when a connection was lost, and when it was welcome again; ms since 1970. */
  readonly lastEntryMs: number;
  readonly lostAtMs: readonly number[];
  readonly welcomedAtMs: readonly number[];
  /** When it was live again after each loss. */
  readonly liveAtMs: readonly number[];
  /** When each reset came. */
  readonly resetAtMs: readonly number[];
  /** From the creation of a run to its first entry in the feed here, ms, one for each run that began meanwhile. */
  readonly latenciesMs: readonly number[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] };

/** The cursor that a viewer has to have, whatever carries its entries. */
export class ViewerTally {
  readonly report: Writable<Omit<ViewerReport, "digest">> = {
    epoch: undefined,
    storeStates: [],
    next: 0,
    windows: 0,
    lost: 0,
    misplaced: 0,
    repeated: 0,
    resets: [],
    connections: 0,
    lives: 0,
    isLive: false,
    isOver: false,
    byes: 0,
    closeCodes: [],
    errors: [],
    lastEntryMs: 0,
    lostAtMs: [],
    welcomedAtMs: [],
    liveAtMs: [],
    resetAtMs: [],
    latenciesMs: [],
  };
  #hash: Hash = createHash("sha256");
  #isAnyWindow = true;

  startOver(first: number): void {
    this.#hash = createHash("sha256");
    this.report.next = first;
    this.report.windows = 0;
    // Who joins in the middle cannot know which window is the next one.
    this.#isAnyWindow = first > 0;
  }

  apply(entry: Entry): void {
    const { report } = this;
    if (entry.seq < report.next) {
      report.repeated++;
      return;
    }
    report.lost += entry.seq - report.next;
    report.next = entry.seq + 1;
    report.lastEntryMs = Date.now();
    this.#digest(entry);
    if (entry.kind === "run" && entry.run.state === "waiting" && report.isLive) {
      report.latenciesMs.push(Date.now() - Date.parse(entry.run.createdAt));
    }
    if (entry.kind !== "windows") return;
    if (!this.#isAnyWindow && entry.first !== report.windows) report.misplaced += entry.count;
    this.#isAnyWindow = false;
    report.windows = entry.first + entry.count;
  }

  #digest(entry: Entry): void {
    this.#hash.update(`${entry.seq} ${entry.kind}\n`);
    if (entry.kind === "run") this.#hash.update(JSON.stringify(entry.run));
    if (entry.kind === "readings") this.#hash.update(bytesOf(entry.values));
    if (entry.kind !== "windows") return;
    const { startMs, endMs, scores, anomaly, verdicts } = entry;
    for (const column of [startMs, endMs, scores, anomaly, verdicts]) this.#hash.update(bytesOf(column));
  }

  finish(): ViewerReport {
    return { ...this.report, digest: this.#hash.copy().digest("hex") };
  }

  toldOfStore(state: string, message: string): void {
    this.report.storeStates.push(`${state}: ${message}`);
  }

  live(): void {
    this.report.lives++;
    this.report.isLive = true;
    this.report.liveAtMs.push(Date.now());
  }

  reset(why: string, first: number): void {
    this.report.resets.push(why);
    this.report.resetAtMs.push(Date.now());
    this.report.isLive = false;
    this.startOver(first);
  }

  welcomed(): void {
    this.report.connections++;
    this.report.lives = 0;
    this.report.welcomedAtMs.push(Date.now());
  }

  lost(): void {
    this.report.isLive = false;
    this.report.lostAtMs.push(Date.now());
  }
}

function bytesOf(column: ArrayBufferView): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
