/**
 * Draws signals and window results over one time axis, from pyramids straight into pixels.
 *
 * Numbers in, pixels out: it knows no framework, no protocol and no colours of its own.
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
