import type { Run } from "@windowscope/protocol";

import { PICTURE_MS } from "./run-store.ts";
import type { PlacedRun } from "./scope-port.ts";

/** Runs that touch each other could not be told apart. */
const GAP_MS = 250;
/** So many runs stay in a session; who leaves the page open for days loses the oldest. */
const MOST_RUNS = 2_000;

/**
 * The runs of a project one after another on a common clock, 0 of which is where the first one begins.
 *
 * A run ends when it was created, since a recording is classified when it is over; where that would overlap the run
 * before it, it comes behind that. A place never changes once given: it follows from the order in which the feed tells
 * of results, which is the same for everybody. A run of another project, or with other classes or axes, cannot stand
 * on the same lanes and begins a new session.
 */
export class Session {
  #placed: readonly PlacedRun[] = [];
  readonly #indices = new Map<string, number>();
  #wallClockMs: number | undefined;
  #last: PlacedRun | undefined;
  #dropped = 0;

  /** In the order of the clock. The array is replaced when something changes. */
  get placed(): readonly PlacedRun[] {
    return this.#placed;
  }

  /** Unix time of 0 on the clock; absent while there is no run. */
  get wallClockMs(): number | undefined {
    return this.#wallClockMs;
  }

  has(runId: string): boolean {
    return this.#indices.has(runId);
  }

  /** Takes newer states of runs, in the order of the feed. @returns Whether something changed. */
  apply(runs: readonly Run[]): boolean {
    const before = this.#placed;
    for (const run of runs) {
      const index = this.#indices.get(run.runId);
      if (index !== undefined) this.#replace(index - this.#dropped, run);
      else if (run.result && lengthOf(run) > 0) this.#place(run);
    }
    return this.#placed !== before;
  }

  /** The feed begins anew. */
  clear(): void {
    this.#placed = [];
    this.#indices.clear();
    this.#wallClockMs = undefined;
    this.#last = undefined;
    this.#dropped = 0;
  }

  #replace(index: number, run: Run): void {
    const placed = this.#placed[index];
    if (placed) this.#placed = this.#placed.with(index, { ...placed, run });
  }

  #place(run: Run): void {
    if (this.#last && !canFollow(this.#last.run, run)) this.clear();
    const createdMs = Date.parse(run.createdAt);
    const lengthMs = lengthOf(run);
    this.#wallClockMs ??= createdMs - lengthMs;
    const earliestMs = this.#last ? this.#last.endMs + GAP_MS : 0;
    const startMs = Math.max(earliestMs, createdMs - lengthMs - this.#wallClockMs);
    const placed = { run, startMs, endMs: startMs + lengthMs };
    this.#last = placed;
    this.#indices.set(run.runId, this.#dropped + this.#placed.length);
    this.#placed = [...this.#placed, placed];
    if (this.#placed.length > MOST_RUNS) this.#dropOldest();
  }

  #dropOldest(): void {
    const [oldest, ...others] = this.#placed;
    if (oldest) this.#indices.delete(oldest.run.runId);
    this.#placed = others;
    this.#dropped++;
  }
}

/** How long its recording is, ms; 0 where there is nothing to see. */
export function lengthOf({ result }: Run): number {
  if (!result) return 0;
  return result.readings * result.intervalMs || result.windows * PICTURE_MS;
}

function canFollow(a: Run, b: Run): boolean {
  return a.projectId === b.projectId && shapeOf(a) === shapeOf(b);
}

function shapeOf({ result }: Run): string {
  const { kinds = [], classes, axes } = result ?? {};
  // The classes of an object detector are what it found, which differs from picture to picture.
  const findsObjects = kinds.includes("objects");
  return JSON.stringify([findsObjects ? kinds : classes, axes]);
}
