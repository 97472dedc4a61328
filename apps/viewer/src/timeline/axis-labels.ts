import { formatClock, formatTime, timeTicks, toPx, type TimeScale } from "@windowscope/plot";

import { formatRunningClock } from "../format.ts";

/** A mark on the axis. */
export interface AxisLabel {
  readonly ms: number;
  readonly px: number;
  readonly text: string;
  /** The time of day, for a session. */
  readonly title: string | undefined;
}

const LEAST_GAP_PX = 92;

/**
 * Round times that fit below the lanes. A run's clock begins with its recording; a session's is written like one.
 *
 * @param wallClockMs Unix time of 0; of a session, once it has a run.
 */
export function axisLabels(scale: TimeScale, isSession: boolean, wallClockMs: number | undefined): AxisLabel[] {
  const ticks = timeTicks(scale, LEAST_GAP_PX);
  const stepMs = (ticks[1]?.ms ?? 1_000) - (ticks[0]?.ms ?? 0);
  return ticks
    .filter(({ ms }) => !isSession || ms >= 0)
    .map(({ ms, label }) => ({
      ms,
      px: toPx(scale, ms),
      text: isSession ? formatClock(ms, stepMs) : label,
      title:
        wallClockMs !== undefined
          ? new Date(wallClockMs + ms).toLocaleTimeString(undefined, { hourCycle: "h23" })
          : undefined,
    }));
}

/** A time under the pointer, with the time of day of a session. */
export function sayTime(ms: number, wallClockMs: number | undefined): string {
  if (wallClockMs === undefined) return formatTime(ms, 10);
  const clock = new Date(wallClockMs + ms).toLocaleTimeString(undefined, { hourCycle: "h23" });
  return `${formatRunningClock(ms)} · ${clock}`;
}
