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

/** A score with three decimals, or as many as show on which side of the limit it is; a dash for none. */
export function formatScore(score: number, limit?: number): string {
  return Number.isNaN(score) ? "–" : formatBeside(score, limit, 3);
}

/** An anomaly score with two decimals, or as many as show on which side of the limit it is, and a real minus. */
export function formatAnomaly(score: number | undefined, limit?: number): string {
  return score === undefined ? "–" : formatBeside(score, limit, 2).replace("-", MINUS);
}

/** More decimals than a float32 has tell nothing. */
const MOST_DECIMALS = 8;

function formatBeside(score: number, limit: number | undefined, decimals: number): string {
  const text = score.toFixed(decimals);
  if (limit === undefined || decimals === MOST_DECIMALS || Number(text) >= limit === score >= limit) return text;
  return formatBeside(score, limit, decimals + 1);
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

/** A window in words, for those who hear the page. @param classes In the order of its scores. */
export function sayWindow(
  { ordinal, startMs, endMs, scores, anomaly, verdict, expected, isMismatch }: WindowRecord,
  classes: readonly string[],
): string {
  const bestScore = Math.max(...scores);
  const best = classes[scores.indexOf(bestScore)];
  return [
    `window ${ordinal}`,
    `${formatTime(startMs, 10)} to ${formatTime(endMs, 10)}`,
    best === verdict ? `${verdict} ${formatScore(bestScore)}` : verdict,
    best !== undefined && best !== verdict && `best class ${best} ${formatScore(bestScore)}`,
    anomaly !== undefined && `anomaly score ${formatAnomaly(anomaly)}`,
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

/** A size in the unit that takes three or four characters. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
