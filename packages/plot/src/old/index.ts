/**
 * The drawing of before, on canvas paths: kept only until the viewer has moved to the pyramids.
 *
 * Numbers in, pixels out: it knows no framework, no protocol and no colours of its own.
 */
export { drawBand, toPieces, type BandPiece, type BandStyle } from "./band.ts";
export { cellOf, joinCodes, windowAt, type Segment, type WindowCells } from "./cells.ts";
export { minMaxColumns, rangeOf, type Range, type Series } from "./columns.ts";
export { anomalyRange, drawAnomaly, drawTraces, traceSpan, type AnomalyStyle } from "./lanes.ts";
export { createRamp, rampColour, type Ramp } from "./ramp.ts";
export { drawRibbon, drawScoreLines, type Scores } from "./scores.ts";
export type { Context, LaneBox } from "./surface.ts";
export { formatTime, timeTicks, toMs, toPx, type Tick, type TimeScale } from "../time/time-scale.ts";
