import type { Impulse } from "@windowscope/engine";

import { labelAt } from "@windowscope/engine";
import type { Sample } from "../samples.ts";
import { spansOf } from "./sample-json.ts";

/** Where in its sample a window lies, and what should come out of it. */
export interface WindowPlace {
  readonly startMs: number;
  readonly endMs: number;
  readonly label: string;
}

/** Tells the place of each window of a sample, by the window's number. */
export function windowPlaces(
  sample: Sample,
  { windowSizeMs, windowIncreaseMs }: Impulse["input"],
): (window: number) => WindowPlace {
  const { intervalMs, valuesCount } = sample;
  const step = Math.max(1, Math.round(windowIncreaseMs / intervalMs));
  const size = Math.round(windowSizeMs / intervalMs);
  const spans = spansOf(sample);
  return (window) => ({
    startMs: window * step * intervalMs,
    endMs: (window * step + size) * intervalMs,
    // Studio's rule for samples with several labels: the one at the end of the window.
    label: labelAt(spans, Math.min(window * step + size, valuesCount) - 1) ?? "",
  });
}
