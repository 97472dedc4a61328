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
 * Another look at a recording that is there already, by another variant, block or impulse, is no new data: it gets no
 * place and changes nothing. A run of another project, or one by the whole impulse with other classes, cannot stand on the
 * same lanes: the impulse has changed, and a new session begins. One recording with other axes, or judged by another block
 * or impulse than those before it, stays outside, since somebody may just have tried it; with a second in a row it was
 * meant, and a new session begins with both.
 */
export class Session {
  #placed: readonly PlacedRun[] = [];
  readonly #indices = new Map<string, number>();
  #wallClockMs: number | undefined;
  #last: PlacedRun | undefined;
  /** Of the first run that knows them. */
  #classes: string | undefined;
  /** The newest recording, where it does not go with those before it. */
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
    this.#classes = undefined;
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
    if (last?.projectId === run.projectId && this.#sampleIds.has(run.sampleId)) return;
    if (last && (last.projectId !== run.projectId || this.#hasNewClasses(last, run))) this.clear();
    else if (last && !(isAskedAlike(last, run) && haveSameAxes(last, run))) {
      const stray = this.#stray;
      this.#stray = run;
      if (!stray || stray.sampleId === run.sampleId || !goTogether(stray, run)) return;
      this.clear();
      this.#place(stray);
    }
    this.#stray = undefined;
    this.#place(run);
  }

  /** The impulse has changed. One block alone, or another impulse, says nothing about that. */
  #hasNewClasses(last: Run, run: Run): boolean {
    return isAskedAlike(last, run) && !isSameOrUnknown(this.#classes, classesOf(run));
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
    this.#classes ??= classesOf(run);
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

/** Whether two runs can stand on the same lanes. */
function goTogether(a: Run, b: Run): boolean {
  return isAskedAlike(a, b) && isSameOrUnknown(classesOf(a), classesOf(b)) && haveSameAxes(a, b);
}

/** Judged by the same impulse, and by the same part of it. */
function isAskedAlike(a: Run, b: Run): boolean {
  return a.impulseId === b.impulseId && a.blockId === b.blockId;
}

/** Absent where nobody knows them: they are read from windows, and a short recording has none. */
function classesOf({ result }: Run): string | undefined {
  // Runs of earlier versions do not tell their kinds.
  const { kinds = [], classes, windows = 0 } = result ?? {};
  if (windows === 0) return undefined;
  // The classes of an object detector are what it found, which differs from picture to picture.
  return JSON.stringify(kinds.includes("objects") ? kinds : classes);
}

function isSameOrUnknown(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
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
