import type { Run } from "@windowscope/protocol";

import { PICTURE_MS } from "./run-store.ts";
import type { PlacedRun } from "./scope-port.ts";

/** What Studio writes for axes whose file does not say it. */
const UNKNOWN_UNITS = "N/A";
/** Runs that touch each other could not be told apart. */
const GAP_MS = 250;
/** So many runs stay in a session; who leaves the page open for days loses the oldest. */
const MOST_RUNS = 2_000;

/**
 * The runs of a project one after another on a common clock, 0 of which is where the first one begins.
 *
 * A run ends when it was created, since a recording is classified when it is over; where that would overlap the run
 * before it, it comes behind that. A place never changes once given: it follows from the order in which the feed tells
 * of results, which is the same for everybody.
 *
 * Another look at a recording that is there already, such as by the other variant, is no new data and gets no place. A
 * run of another project or with other classes cannot stand on the same lanes: the impulse has changed, and a new session
 * begins. One recording with other axes stays outside, since it may be a stray; with a second in a row the sensor has
 * changed, and a new session begins with both.
 */
export class Session {
  #placed: readonly PlacedRun[] = [];
  readonly #indices = new Map<string, number>();
  #wallClockMs: number | undefined;
  #last: PlacedRun | undefined;
  /** The newest run, where it has other axes than those before it. */
  #stray: Run | undefined;
  readonly #sampleIds = new Set<number>();
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
      else if (run.result && lengthOf(run) > 0) this.#admit(run);
    }
    return this.#placed !== before;
  }

  /** The feed begins anew. */
  clear(): void {
    this.#placed = [];
    this.#indices.clear();
    this.#wallClockMs = undefined;
    this.#last = undefined;
    this.#stray = undefined;
    this.#sampleIds.clear();
    this.#dropped = 0;
  }

  #replace(index: number, run: Run): void {
    const placed = this.#placed[index];
    if (placed) this.#placed = this.#placed.with(index, { ...placed, run });
  }

  #admit(run: Run): void {
    const last = this.#last?.run;
    if (last && !isSameImpulse(last, run)) this.clear();
    else if (last && !haveSameAxes(last, run)) {
      const stray = this.#stray;
      if (stray?.runId !== run.runId) this.#stray = run;
      if (!stray || stray.runId === run.runId || !haveSameAxes(stray, run)) return;
      this.clear();
      this.#place(stray);
    }
    this.#stray = undefined;
    if (!this.#sampleIds.has(run.sampleId)) this.#place(run);
  }

  #place(run: Run): void {
    const lengthMs = lengthOf(run);
    const earliestMs = this.#last ? this.#last.endMs + GAP_MS : 0;
    // NaN of a time that nobody can read: such a run comes right behind the one before it.
    const beganMs = Date.parse(run.createdAt) - lengthMs;
    if (!Number.isNaN(beganMs)) this.#wallClockMs ??= beganMs - earliestMs;
    const onClockMs = beganMs - (this.#wallClockMs ?? NaN);
    const startMs = onClockMs > earliestMs ? onClockMs : earliestMs;
    const placed = { run, startMs, endMs: startMs + lengthMs };
    this.#last = placed;
    this.#sampleIds.add(run.sampleId);
    this.#indices.set(run.runId, this.#dropped + this.#placed.length);
    this.#placed = [...this.#placed, placed];
    if (this.#placed.length > MOST_RUNS) this.#dropOldest();
  }

  #dropOldest(): void {
    const [oldest, ...others] = this.#placed;
    if (oldest) {
      this.#indices.delete(oldest.run.runId);
      this.#sampleIds.delete(oldest.run.sampleId);
    }
    this.#placed = others;
    this.#dropped++;
  }
}

/** How long its recording is, ms; 0 where there is nothing to see. */
export function lengthOf({ result }: Run): number {
  if (!result) return 0;
  return result.readings * result.intervalMs || result.windows * PICTURE_MS;
}

function isSameImpulse(a: Run, b: Run): boolean {
  return a.projectId === b.projectId && classesOf(a) === classesOf(b);
}

function classesOf({ result }: Run): string {
  const { kinds = [], classes } = result ?? {};
  // The classes of an object detector are what it found, which differs from picture to picture.
  return JSON.stringify(kinds.includes("objects") ? kinds : classes);
}

/** A file of numbers alone, such as CSV, says no units: it goes with any. */
function haveSameAxes(a: Run, b: Run): boolean {
  const axes = a.result?.axes ?? [];
  const others = b.result?.axes ?? [];
  return (
    axes.length === others.length &&
    axes.every(({ name, units }, i) => {
      const other = others[i];
      if (other?.name !== name) return false;
      return units === other.units || [units, other.units].some((one) => one === "" || one === UNKNOWN_UNITS);
    })
  );
}
