/**
 * Draws signals and window results over one time axis, from pyramids straight into pixels.
 *
 * Numbers in, pixels out: it knows no framework, no protocol and no colours of its own.
 *
 * @module
 */
export { Codes } from "./data/codes.ts";
export { Column, type Numbers } from "./data/column.ts";
export { Scores } from "./data/scores.ts";
export { Trace, type Range } from "./data/trace.ts";
export { WindowTimes } from "./data/window-times.ts";
export { formatClock, formatTime, timeTicks, toMs, toPx, type Tick, type TimeScale } from "./time/time-scale.ts";
export {
  centreOn,
  follow,
  FOLLOW_DELAY_MS,
  hold,
  panBy,
  scaleOf,
  showAll,
  showSpan,
  zoomAt,
  type TimeSpan,
  type ViewState,
} from "./time/view-state.ts";
export {
  anomalyAt,
  anomalyRange,
  anomalyY,
  drawAnomaly,
  type AnomalyPeak,
  type AnomalyStyle,
  type WindowValues,
} from "./lanes/anomaly.ts";
export {
  drawBand,
  drawLabels,
  drawTicks,
  type BandStyle,
  type CodesContent,
  type LabelledRange,
  type LabelPlace,
} from "./lanes/band.ts";
export { drawGaps, type GapStyle } from "./lanes/gaps.ts";
export { hitLane, windowAt, type WindowHit } from "./lanes/hit.ts";
export { drawOverview, type OverviewStyle, type OverviewTicks } from "./lanes/overview.ts";
export type { LaneStyle, Placed } from "./lanes/placed.ts";
export {
  drawRibbon,
  drawScoreLines,
  type RibbonStyle,
  type ScoreLinesStyle,
  type ScoresContent,
  type ShownRow,
} from "./lanes/ribbon.ts";
export { axisRanges, drawTraces, type Axis, type TraceContent, type TracesStyle } from "./lanes/traces.ts";
export { mixColours, packColour, type Colour } from "./pixels/colour.ts";
export { PixelImage, type Box } from "./pixels/pixel-image.ts";
export { toPng } from "./pixels/png.ts";
export { createRamp, rampColour, type Ramp } from "./pixels/ramp.ts";
export { openPlot, type Plot } from "./live/open-plot.ts";
export type { LaneOptions, PlotColours, PlotOptions } from "./live/plot-options.ts";
