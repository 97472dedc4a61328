import {
  anomalyRange,
  anomalyY,
  drawAnomaly,
  type Box,
  type Placed,
  type Range,
  type TimeScale,
  type WindowValues,
} from "@windowscope/plot";

import type { LabelPlace } from "../scope-port.ts";
import { loadedOf, onceFor, type Content, type Drawing, type Loaded } from "./drawing.ts";

const anomalyRangeOfAll = onceFor((runs) => {
  const loaded = loadedOf(runs);
  return anomalyRange(anomaliesOf(loaded), ownLimit(loaded));
});

/** Anomaly scores with their limit. @returns How high those are that leave the lane. */
export function drawAnomalies({
  image,
  box,
  scale,
  windows,
  whatIf,
  palette,
  pixelRatio,
  runs,
}: Drawing): LabelPlace[] {
  const { range, limit } = anomalyScale({ windows, whatIf });
  const style = { line: palette.anomaly, limit: palette.ink3, hatch: palette.line, range, pixelRatio };
  const peaks = drawAnomaly(image, box, scale, anomaliesOf(runs), limit, style);
  return peaks.map(({ px, widthPx, highest }) => {
    const text = `▲ ${highest.toFixed(highest < 100 ? 1 : 0)}`;
    return { lane: "anomaly", px: px / pixelRatio, widthPx: widthPx / pixelRatio, text, isLoud: false };
  });
}

/**
 * What the anomaly lane spans, and its limit.
 *
 * A limit that is tried out leaves the scale as it is, as long as it is on it: it would run away from the pointer that
 * drags it.
 */
export function anomalyScale({ windows, whatIf }: Pick<Content, "windows" | "whatIf">): {
  readonly range: Range;
  readonly limit: number | undefined;
} {
  const limit = whatIf?.anomaly ?? ownLimit(loadedOf(windows.runs));
  const { low, high } = anomalyRangeOfAll(windows.runs);
  return { range: { low: Math.min(low, limit ?? low), high: Math.max(high, limit ?? high) }, limit };
}

function ownLimit(runs: readonly Loaded[]): number | undefined {
  return runs.at(-1)?.content.result?.thresholds.anomaly;
}

function anomaliesOf(runs: readonly Loaded[]): Placed<WindowValues>[] {
  return runs.map(({ fromMs, content: { times, anomaly } }) => ({ fromMs, content: { times, values: anomaly } }));
}

/** The numbers of a regression over those that were expected. */
export function drawValues({ image, box, scale, windows, palette, pixelRatio, runs }: Drawing): void {
  const range = valueRange(loadedOf(windows.runs));
  if (!range) return;
  const strength = Math.max(1, Math.round(2 * pixelRatio));
  for (const { fromMs, content } of runs) {
    for (const { startMs, endMs, label } of content.result?.expected ?? []) {
      const y = Math.round(anomalyY(box, range, Number(label)));
      if (Number.isNaN(y)) continue;
      const [from, to] = [startMs, endMs].map((ms) => pxOf(box, scale, fromMs + ms)) as [number, number];
      const top = Math.min(Math.max(box.y, y), box.y + box.heightPx - strength);
      image.fillRect(
        Math.max(box.x, from),
        top,
        Math.min(box.widthPx, to) - Math.max(0, from),
        strength,
        palette.line2,
      );
    }
  }
  const values = runs.map(({ fromMs, content }) => ({
    fromMs,
    content: { times: content.times, values: content.values },
  }));
  const style = { line: palette.ink, limit: palette.ink3, hatch: palette.line, range, pixelRatio };
  drawAnomaly(image, box, scale, values, undefined, style);
}

/** Everything that was said and expected, with some room around it. */
function valueRange(runs: readonly Loaded[]): Range | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const { content } of runs) {
    const { range } = content.values;
    const targets = (content.result?.expected ?? []).map(({ label }) => Number(label)).filter(Number.isFinite);
    low = targets.reduce((least, value) => Math.min(least, value), Math.min(low, range?.low ?? Infinity));
    high = targets.reduce((most, value) => Math.max(most, value), Math.max(high, range?.high ?? -Infinity));
  }
  if (low > high) return undefined;
  const room = 0.05 * (high - low) || 0.5;
  return { low: low - room, high: high + room };
}

function pxOf({ widthPx }: Box, { startMs, endMs }: TimeScale, ms: number): number {
  return Math.round(((ms - startMs) / (endMs - startMs)) * widthPx);
}
