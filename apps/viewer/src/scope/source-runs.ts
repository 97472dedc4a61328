/** Which runs a source consists of, and where they stand on its clock. */
import type { FollowedFeed } from "./followed-feed.ts";
import type { RunStore } from "./run-store.ts";
import type { Source } from "./scope-port.ts";
import { lengthOf } from "./session.ts";
import type { ShownRun } from "./shown-windows.ts";

/** What the feed has to tell of runs. */
type Told = Pick<FollowedFeed, "session" | "find">;

/** The runs that a source names: one, and perhaps the one beside it. A session names none, it has what comes. */
export function namedRuns(source: Source): readonly string[] {
  if (source.kind === "session") return [];
  const { runId, besideRunId } = source;
  return besideRunId === undefined || besideRunId === runId ? [runId] : [runId, besideRunId];
}

export function isRunOf(source: Source, runId: string, feed: Told): boolean {
  return source.kind === "session" ? feed.session.has(runId) : namedRuns(source).includes(runId);
}

/**
 * The runs of a source as they stand now, in the order of its clock; what nobody knows anything of is left out.
 *
 * @param stores Of the runs that are being read.
 * @returns `beside`: the run that is compared with them, on the same clock.
 */
export function runsOf(
  source: Source,
  feed: Told,
  stores: ReadonlyMap<string, RunStore>,
): { readonly runs: readonly ShownRun[]; readonly beside: ShownRun | undefined } {
  if (source.kind === "session") {
    const runs = feed.session.placed.map((placed) => ({ ...placed, store: stores.get(placed.run.runId) }));
    return { runs, beside: undefined };
  }
  const [run, beside] = namedRuns(source).map((runId) => runAlone(runId, feed, stores.get(runId)));
  return { runs: run ? [run] : [], beside };
}

/** A run on its own clock. */
function runAlone(runId: string, feed: Told, store: RunStore | undefined): ShownRun | undefined {
  const run = store?.run ?? feed.find(runId);
  return run && { run, startMs: 0, endMs: Math.max(lengthOf(run), store?.lengthMs ?? 0), store };
}
