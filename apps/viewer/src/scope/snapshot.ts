import { isOver } from "@windowscope/protocol";

import { anomalyScale } from "./drawing/number-lanes.ts";
import type { PlacedRun, Snapshot, Source, Thresholds } from "./scope-port.ts";
import type { ShownRun, ShownWindows } from "./shown-windows.ts";
import { rangesOf } from "./signal-ranges.ts";

/** What a snapshot says beside the windows. */
export type Circumstances = Pick<
  Snapshot,
  "source" | "wallClockMs" | "windowsPerSecond" | "lagMs" | "heardAtMs" | "bytes" | "failure" | "version"
> & {
  /** The run beside, which is placed too. */
  readonly beside: ShownRun | undefined;
  readonly whatIf: Thresholds | undefined;
  /** That of the snapshot before; used again while no run has changed. */
  readonly placedBefore: readonly PlacedRun[];
};

export function createSnapshot(
  windows: ShownWindows,
  { beside, whatIf, placedBefore, ...circumstances }: Circumstances,
): Snapshot {
  const all = beside ? [...windows.runs, beside] : windows.runs;
  const [first] = windows.runs;
  const result = windows.runs.map(({ run, store }) => store?.result ?? run.result).find((each) => each !== undefined);
  return {
    ...circumstances,
    placed: placedOf(all, placedBefore),
    startMs: first?.startMs ?? 0,
    endMs: all.reduce((last, { endMs }) => Math.max(last, endMs), 0),
    isLive: isLive(circumstances.source, first, circumstances.failure),
    result: result && {
      kinds: result.kinds,
      classes: windows.classes,
      axes: result.axes,
      intervalMs: result.intervalMs,
      windowSizeMs: result.windowSizeMs,
      windowIncreaseMs: result.windowIncreaseMs,
      thresholds: result.thresholds,
    },
    hasAnomaly: all.some(({ store }) => store?.hasAnomaly) || result?.thresholds.anomaly !== undefined,
    anomalyRange: anomalyScale({ windows, whatIf }).range,
    ranges: rangesOf(all),
    tally: windows.tally,
    filtered: windows.filtered,
    newest: windows.last,
    streamedMs: windows.runs.findLast(({ run }) => run.state === "streaming")?.store?.lengthMs,
  };
}

function placedOf(runs: readonly ShownRun[], before: readonly PlacedRun[]): readonly PlacedRun[] {
  const isSame = ({ run, startMs, endMs }: ShownRun, i: number) =>
    run === before[i]?.run && startMs === before[i].startMs && endMs === before[i].endMs;
  if (runs.length === before.length && runs.every(isSame)) return before;
  // What is the same stays the same object: it is not sent again.
  const byRun = new Map(before.map((placed) => [placed.run, placed]));
  return runs.map(({ run, startMs, endMs }) => {
    const same = byRun.get(run);
    return same?.startMs === startMs && same.endMs === endMs ? same : { run, startMs, endMs };
  });
}

function isLive(source: Source, first: ShownRun | undefined, failure: string | undefined): boolean {
  if (source.kind === "session") return true;
  if (failure !== undefined) return false;
  return first?.store ? !first.store.isOver : !first || !isOver(first.run.state);
}
