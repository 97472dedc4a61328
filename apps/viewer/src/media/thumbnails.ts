import type { Run } from "@windowscope/protocol";

import type { PlacedRun } from "../scope/scope-port.ts";

/** Pictures in the page at once; a browser keeps each of them decoded. */
const MOST_SHOWN = 60;

/** Which pictures the strip has: those around the shown one, in the order of the clock. */
export class Thumbnails {
  /** Oldest first. */
  readonly shown: readonly Run[];
  readonly shownId: string | undefined;
  /** Pictures that are left out. */
  readonly hidden: number;
  readonly #all: readonly Run[];

  /**
   * @param runs All runs, the newest first.
   * @param placed Runs of the source. Of a session it has all; of a single run, all others of its project are beside it.
   */
  constructor(runs: readonly Run[], placed: readonly PlacedRun[], shownId: string | undefined) {
    const project = placed[0]?.run.projectId;
    const ofProject = runs.filter(
      ({ projectId, state }) => projectId === project && state !== "failed" && state !== "cancelled",
    );
    this.#all = placed.length > 1 ? placed.map(({ run }) => run) : ofProject.toReversed();
    this.shownId = shownId;
    const index = this.#all.findIndex(({ runId }) => runId === shownId);
    const middle = index < 0 ? this.#all.length : index;
    const from = Math.max(0, Math.min(middle - MOST_SHOWN / 2, this.#all.length - MOST_SHOWN));
    this.shown = this.#all.slice(from, from + MOST_SHOWN);
    this.hidden = this.#all.length - this.shown.length;
  }

  /** The run so many pictures further; the first or last one when there are not as many. */
  at(by: number): string | undefined {
    const index = this.#all.findIndex(({ runId }) => runId === this.shownId);
    const wanted = Math.min(this.#all.length - 1, Math.max(0, index + by));
    return this.#all[wanted]?.runId;
  }
}

/** Whether a window of the run was misjudged. */
export function hasMismatch({ comparable, matching }: Pick<Run, "comparable" | "matching">): boolean {
  return matching < comparable;
}
