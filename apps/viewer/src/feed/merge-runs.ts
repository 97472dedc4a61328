import type { Run } from "@windowscope/protocol";

/** Runs with their newest states, the newest run first. Of each run the last state in `changed` counts. */
export function mergeRuns(runs: readonly Run[], changed: readonly Run[]): Run[] {
  const byId = new Map(runs.map((run) => [run.runId, run]));
  for (const run of changed) byId.set(run.runId, run);
  return [...byId.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}
