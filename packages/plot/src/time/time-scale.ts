/** A span of time laid over a width of pixels: those of the device for lanes, those of the page for text over them. */
export interface TimeScale {
  readonly startMs: number;
  readonly endMs: number;
  readonly widthPx: number;
}

/** Where a time stands, in pixels from the left edge. */
export function toPx({ startMs, endMs, widthPx }: TimeScale, ms: number): number {
  return ((ms - startMs) / (endMs - startMs)) * widthPx;
}

/** The time at so many pixels from the left edge. */
export function toMs({ startMs, endMs, widthPx }: TimeScale, px: number): number {
  return startMs + (px / widthPx) * (endMs - startMs);
}

/** A mark on a time axis. */
export interface Tick {
  readonly ms: number;
  readonly label: string;
}

const MINUTE_MS = 60_000;
/** Steps that people read without counting. */
const STEPS_MS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1_000,
  2_000,
  5_000,
  10_000,
  20_000,
  30_000,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  60 * MINUTE_MS,
];

/**
 * Marks at round times, as many as fit.
 *
 * @param leastGapPx Smallest distance between two marks.
 */
export function timeTicks(scale: TimeScale, leastGapPx: number): Tick[] {
  const spanMs = scale.endMs - scale.startMs;
  if (!(spanMs > 0) || !(scale.widthPx > 0)) return [];
  const leastStepMs = (spanMs / scale.widthPx) * leastGapPx;
  const stepMs = STEPS_MS.find((step) => step >= leastStepMs) ?? Math.ceil(leastStepMs / 3_600_000) * 3_600_000;
  // Counted: a step added to a very large time may leave it as it is.
  const first = Math.ceil(scale.startMs / stepMs);
  const count = Math.floor(scale.endMs / stepMs) - first + 1;
  const ticks: Tick[] = [];
  for (let i = 0; i < count; i++) {
    const ms = (first + i) * stepMs;
    ticks.push({ ms, label: formatTime(ms, stepMs) });
  }
  return ticks;
}

/**
 * A time as `1.5 s`, or as `2:05` from a minute on; before 0 with a sign.
 *
 * @param stepMs Distance to the next label, which decides the digits.
 */
export function formatTime(ms: number, stepMs: number): string {
  const digits = stepMs >= 1_000 ? 0 : Math.min(3, Math.ceil(-Math.log10(stepMs / 1_000)));
  // Rounded first, or 119.996 s would be 1 minute and 60.00 s.
  const unit = 10 ** digits;
  const rounded = Math.round((Math.abs(ms) / 1_000) * unit) / unit;
  const sign = ms < 0 && rounded > 0 ? "-" : "";
  const minutes = Math.floor(rounded / 60);
  const seconds = rounded - minutes * 60;
  if (minutes === 0) return `${sign}${seconds.toFixed(digits)} s`;
  return `${sign}${minutes}:${seconds.toFixed(digits).padStart(digits === 0 ? 2 : digits + 3, "0")}`;
}

/**
 * A time as a clock shows it: `01:41:40`, or `01:41:40.250` between whole seconds.
 *
 * @param stepMs Distance to the next label: below 1 s there are milliseconds.
 */
export function formatClock(ms: number, stepMs: number): string {
  const positive = stepMs < 1_000 ? Math.round(Math.abs(ms)) : Math.round(Math.abs(ms) / 1_000) * 1_000;
  const [hours, minutes, seconds] = [3_600_000, MINUTE_MS, 1_000].map((unit, i) =>
    String(Math.floor(positive / unit) % (i === 0 ? Infinity : 60)).padStart(2, "0"),
  );
  const fraction = stepMs < 1_000 ? `.${String(positive % 1_000).padStart(3, "0")}` : "";
  return `${ms < 0 && positive > 0 ? "-" : ""}${hours}:${minutes}:${seconds}${fraction}`;
}
