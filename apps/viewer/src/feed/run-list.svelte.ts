import type { Run } from "@windowscope/protocol";

import { mergeRuns } from "./merge-runs.ts";

/** So many runs stay on the page; the server keeps the others. */
const MOST_RUNS = 500;

/** The runs that the feed has told of, the newest first. */
export class RunList {
  // Raw: replaced as a whole, at most once for each batch of the feed.
  #runs = $state.raw<readonly Run[]>([]);

  get all(): readonly Run[] {
    return this.#runs;
  }

  find(runId: string | undefined): Run | undefined {
    return this.#runs.find((run) => run.runId === runId);
  }

  /** Takes states of runs; of each run the last one counts. */
  apply(changed: readonly Run[]): void {
    this.#runs = mergeRuns(this.#runs, changed).slice(0, MOST_RUNS);
  }

  /** The feed begins anew. */
  clear(): void {
    this.#runs = [];
  }
}
