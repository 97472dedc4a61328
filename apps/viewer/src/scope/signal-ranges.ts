import type { Snapshot } from "./scope-port.ts";
import type { ShownRun } from "./shown-windows.ts";

/** Lowest and highest reading of each axis, over all runs. */
export function rangesOf(runs: readonly ShownRun[]): Snapshot["ranges"] {
  const ranges: { low: number; high: number }[] = [];
  for (const { store } of runs) {
    const axes = store?.axes ?? [];
    for (let axis = 0; axis < axes.length; axis++) {
      const all = (ranges[axis] ??= { low: Infinity, high: -Infinity });
      const range = axes[axis]?.range;
      if (!range) continue;
      if (range.low < all.low) all.low = range.low;
      if (range.high > all.high) all.high = range.high;
    }
  }
  // An axis without any reading spans nothing.
  return ranges.map(({ low, high }) => (low <= high ? { low, high } : { low: 0, high: 0 }));
}
