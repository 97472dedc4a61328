/** Numbers and times as the page writes them: always as many characters, so that nothing jumps. */

import { formatClock as formatElapsed, formatTime } from "@windowscope/plot";

import type { WindowRecord } from "./scope/scope-port.ts";

const MINUS = "\u2212";
const THIN_SPACE = "\u2009";

/** The middle of a range and how far it goes to both sides, in as few characters as tell it. */
export function formatAround(middle: number, half: number): string {
  const digits = Math.max(0, Math.min(3, 1 - Math.floor(Math.log10(half || 1))));
  return `${middle
    .toFixed(digits)
    .replace(/^-(?=0\.?0*$)/, "")
    .replace("-", MINUS)} ±${half.toFixed(digits)}`;
}

/** A score with three decimals; a dash for none. */
export function formatScore(score: number): string {
  return Number.isNaN(score) ? "–" : score.toFixed(3);
}

/** An anomaly score with two decimals and a real minus. */
export function formatAnomaly(score: number | undefined): string {
  return score === undefined ? "–" : score.toFixed(2).replace("-", MINUS);
}

/** A count with thin spaces between thousands. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, THIN_SPACE);
}

/** A share as a percentage with one decimal; a dash when there is nothing to share. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

/** Seconds from the start of a recording, with two decimals. */
export function formatSeconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/** Time of day of an ISO 8601 text, in this browser's zone, with the day when that is not `now`'s. */
export function formatClock(iso: string, now: Date): string {
  const date = new Date(iso);
  const time = date.toLocaleTimeString(undefined, { hourCycle: "h23" });
  if (date.toDateString() === now.toDateString()) return time;
  return `${date.toLocaleDateString(undefined, { day: "numeric", month: "short" })} ${time}`;
}

/** A window in words, for those who hear the page. */
export function sayWindow({
  ordinal,
  startMs,
  endMs,
  scores,
  anomaly,
  verdict,
  expected,
  isMismatch,
}: WindowRecord): string {
  return [
    `window ${ordinal}`,
    `${formatTime(startMs, 10)} to ${formatTime(endMs, 10)}`,
    scores.length > 0 ? `${verdict} ${formatScore(Math.max(...scores))}` : verdict,
    anomaly !== undefined && `anomaly ${formatAnomaly(anomaly)}`,
    expected !== undefined && `labelled ${expected}`,
    isMismatch && "mismatch",
  ]
    .filter(Boolean)
    .join(", ");
}

/** A running clock, `01:42:17.4`: rounded down, as clocks do. */
export function formatRunningClock(ms: number): string {
  return formatElapsed(Math.floor(ms / 100) * 100, 1).slice(0, -2);
}

/** How long something is or has been: `4.2 s`, `3 min`, `2 h`. */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;
  if (ms < 90_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
