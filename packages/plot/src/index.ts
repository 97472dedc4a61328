/**
 * Draws signals and window results over one time axis on a canvas.
 *
 * Numbers in, pixels out: it knows no framework, no protocol and no colours of its own.
 */
export { cellOf, joinCodes, windowAt, type Segment, type WindowCells } from "./cells.ts";
export { minMaxColumns, rangeOf, type Series } from "./columns.ts";
export {
  anomalyRange,
  drawAnomaly,
  drawBand,
  drawRibbon,
  drawScoreLines,
  drawTraces,
  toPieces,
  traceSpan,
  type AnomalyStyle,
  type BandPiece,
  type BandStyle,
  type LaneBox,
  type Scores,
} from "./lanes.ts";
export { createRamp, rampColour, type Ramp } from "./ramp.ts";
export { formatTime, timeTicks, toMs, toPx, type Tick, type TimeScale } from "./time-scale.ts";
