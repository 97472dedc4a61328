import type { Run } from "@windowscope/protocol";

/**
 * The runs that the list begins with: a list of all of them takes long to open.
 *
 * @param runs The newest first.
 * @param most So many at most, unless the one on the screen is further down.
 */
export function listedRuns<T extends Pick<Run, "runId">>(
  runs: readonly T[],
  most: number,
  shownId: string | undefined,
): readonly T[] {
  const shown = runs.findIndex(({ runId }) => runId === shownId);
  return runs.slice(0, Math.max(most, shown + 1));
}
