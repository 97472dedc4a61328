import { drawTraces, type Axis, type Range } from "@windowscope/plot";

import type { RunStore } from "../run-store.ts";
import type { ShownWindows } from "../shown-windows.ts";
import { rangesOf } from "../signal-ranges.ts";
import { loadedOf, onceFor, type Drawing, type Loaded } from "./drawing.ts";
import { classColour } from "./palette.ts";

const signalRanges = onceFor(rangesOf);

/** The axes below each other, or over each other; those of another sample beside them, paler. */
export function drawSignal({ image, box, scale, windows, look, palette, pixelRatio, runs, beside }: Drawing): void {
  const ranges = comparable(windows);
  const other = beside && isOtherSample(windows, beside.content) ? axesOf([beside]) : [];
  if (!look.overlaysAxes) {
    drawTraces(image, box, scale, other, { ink: palette.line2, ranges, pixelRatio });
    drawTraces(image, box, scale, axesOf(runs), { ink: palette.ink, ranges, pixelRatio });
    return;
  }
  const all = ranges.reduce<Range | undefined>((sum, range) => {
    if (!sum || !range) return sum ?? range;
    return { low: Math.min(sum.low, range.low), high: Math.max(sum.high, range.high) };
  }, undefined);
  for (const axis of other) drawTraces(image, box, scale, [axis], { ink: palette.line2, ranges: [all], pixelRatio });
  axesOf(runs).forEach((axis, i) => {
    drawTraces(image, box, scale, [axis], { ink: classColour(palette, i), ranges: [all], pixelRatio });
  });
}

/** A trace for each run, axis by axis. */
export function axesOf(runs: readonly Loaded[]): Axis[] {
  const count = Math.max(0, ...runs.map(({ content }) => content.axes.length));
  return Array.from({ length: count }, (_, a) =>
    runs.flatMap(({ fromMs, content }) => {
      const [trace, intervalMs] = [content.axes[a], content.result?.intervalMs ?? 0];
      return trace && intervalMs > 0 ? [{ fromMs, content: { trace, intervalMs } }] : [];
    }),
  );
}

/** Axes of the same units get the same distance from low to high, so that their heights compare. */
function comparable(windows: ShownWindows): (Range | undefined)[] {
  const ranges = windows.heldRanges ?? signalRanges(windows.runs);
  const axes = loadedOf(windows.runs)[0]?.content.result?.axes ?? [];
  const spans = new Map<string, number>();
  ranges.forEach(({ low, high }, a) => {
    const units = axes[a]?.units ?? "";
    spans.set(units, Math.max(spans.get(units) ?? 0, high - low));
  });
  return ranges.map(({ low, high }, a) => {
    const span = spans.get(axes[a]?.units ?? "") ?? 0;
    const middle = (low + high) / 2;
    return { low: middle - span / 2, high: middle + span / 2 };
  });
}

function isOtherSample(windows: ShownWindows, beside: RunStore): boolean {
  return windows.runs[0]?.run.sampleId !== beside.run?.sampleId;
}
