import {
  drawAnomaly,
  drawBand,
  drawRibbon,
  drawScoreLines,
  drawTraces,
  joinCodes,
  toPieces,
  traceSpan,
  type BandPiece,
  type Series,
  type TimeScale,
} from "@windowscope/plot/old";
import { verdictName, type RunResult } from "@windowscope/protocol";

import { MATCH, type RunData, type Windows } from "../feed/run-data.ts";
import type { Theme } from "../theme.svelte.ts";
import type { TimelineLayout } from "./timeline-layout.ts";

/** How a run is drawn. */
export interface Drawing {
  readonly layout: TimelineLayout;
  readonly scale: TimeScale;
  readonly theme: Theme;
  /** For axes of these units, the distance between two values that fills a row. */
  readonly spans: ReadonlyMap<string, number>;
  /** Probabilities as lines instead of a ribbon. */
  readonly showsLines: boolean;
}

/** Draws all lanes of a run anew. A run without a result has none. */
export function drawRun(
  canvas: HTMLCanvasElement,
  data: RunData,
  { layout, scale, spans, theme, showsLines }: Drawing,
): void {
  const context = canvas.getContext("2d");
  const result = data.run?.result;
  if (!context || !result) return;
  const { pixelRatio } = theme;
  canvas.width = Math.round(scale.widthPx * pixelRatio);
  canvas.height = Math.round(layout.heightPx * pixelRatio);
  context.scale(pixelRatio, pixelRatio);

  const { signal, probability, expected, predicted, anomaly } = layout.lanes;
  const windows = data.windows();
  const axisSpans = result.axes.map(({ units }) => spans.get(units) ?? 0);
  drawTraces(context, { x: 0, ...signal }, scale, data.signal(result.intervalMs), axisSpans, theme.ink);
  if (showsLines)
    drawScoreLines(context, { x: 0, ...probability }, scale, windows, { colours: theme.classes, line: theme.line });
  else drawRibbon(context, { x: 0, ...probability }, scale, windows, theme.ramp);
  drawBand(context, { x: 0, ...expected }, scale, expectedPieces(result, theme), theme);
  drawBand(context, { x: 0, ...predicted }, scale, predictedPieces(result, windows, theme), theme);
  if (anomaly) {
    const style = { line: theme.anomaly, limit: theme.ink3, hatch: theme.line };
    drawAnomaly(context, { x: 0, ...anomaly }, scale, windows, result.thresholds.anomaly, style);
  }
}

/** Axes of the same units share a scale, so that they can be compared: the widest of them fills its row. */
export function spansByUnits(axes: RunResult["axes"], signal: readonly Series[]): Map<string, number> {
  const spans = new Map<string, number>();
  signal.forEach((series, axis) => {
    const units = axes[axis]?.units ?? "";
    spans.set(units, Math.max(spans.get(units) ?? 0, traceSpan([series])));
  });
  return spans;
}

function expectedPieces(result: RunResult, theme: Theme): BandPiece[] {
  return result.expected.map(({ startMs, endMs, label }) => {
    return { fromMs: startMs, toMs: endMs, label, colour: labelColour(result, theme, label), isLoud: false };
  });
}

/** Neighbours are one piece while both verdict and its rightness stay. */
function predictedPieces(result: RunResult, windows: Windows, theme: Theme): BandPiece[] {
  const codes = Uint16Array.from(windows.verdicts, (verdict, i) => verdict * 4 + (windows.matches[i] as number));
  return toPieces(windows, joinCodes(codes, windows), ({ code }) => {
    const label = verdictName(result.classes, code >> 2);
    return { label, colour: labelColour(result, theme, label), isLoud: (code & 3) === MATCH.mismatch };
  });
}

function labelColour({ classes }: RunResult, theme: Theme, label: string): string {
  const index = classes.indexOf(label);
  if (index !== -1) return theme.classes[index % theme.classes.length] as string;
  return label === "anomaly" ? theme.anomaly : theme.ink3;
}
