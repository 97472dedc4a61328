import type { Entry, Recording, Run, TestRun } from "@windowscope/protocol";

/** So many of each kind are listed; the server keeps the others. */
const MOST_LISTED = 500;

/** What the feed has told of, each thing with its newest state, the newest thing first. */
export class RunFeed {
  #runs: readonly Run[] = [];
  #testRuns: readonly TestRun[] = [];
  #recordings: readonly Recording[] = [];

  get runs(): readonly Run[] {
    return this.#runs;
  }

  get testRuns(): readonly TestRun[] {
    return this.#testRuns;
  }

  get recordings(): readonly Recording[] {
    return this.#recordings;
  }

  find(runId: string): Run | undefined {
    return this.#runs.find((run) => run.runId === runId);
  }

  apply(entries: readonly Entry[]): void {
    const runs = entries.flatMap((entry) => (entry.kind === "run" ? [entry.run] : []));
    const testRuns = entries.flatMap((entry) => (entry.kind === "test-run" ? [entry.testRun] : []));
    const recordings = entries.flatMap((entry) => (entry.kind === "recording" ? [entry.recording] : []));
    if (runs.length > 0) this.#runs = merge(this.#runs, runs, ({ runId }) => runId);
    if (testRuns.length > 0) this.#testRuns = merge(this.#testRuns, testRuns, ({ testRunId }) => testRunId);
    if (recordings.length > 0) this.#recordings = merge(this.#recordings, recordings, ({ recordingId }) => recordingId);
  }

  /** The feed begins anew. */
  clear(): void {
    this.#runs = [];
    this.#testRuns = [];
    this.#recordings = [];
  }
}

/** Of each thing the last state in `changed` counts. */
function merge<T extends { readonly createdAt: string }>(
  things: readonly T[],
  changed: readonly T[],
  idOf: (thing: T) => string,
): readonly T[] {
  const byId = new Map(things.map((thing) => [idOf(thing), thing]));
  for (const thing of changed) byId.set(idOf(thing), thing);
  return [...byId.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, MOST_LISTED);
}
