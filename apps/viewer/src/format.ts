/** Numbers and times as the page writes them: always as many characters, so that nothing jumps. */

import { formatTime } from "@windowscope/plot/old";

import type { WindowResult } from "./feed/run-data.ts";

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

/** A score with three decimals. */
export function formatScore(score: number): string {
  return score.toFixed(3);
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
  index,
  startMs,
  endMs,
  scores,
  anomaly,
  verdict,
  expected,
  isMismatch,
}: WindowResult): string {
  return [
    `window ${index}`,
    `${formatTime(startMs, 10)} to ${formatTime(endMs, 10)}`,
    scores.length > 0 ? `${verdict} ${formatScore(Math.max(...scores))}` : verdict,
    anomaly !== undefined && `anomaly ${formatAnomaly(anomaly)}`,
    expected !== undefined && `labelled ${expected}`,
    isMismatch && "mismatch",
  ]
    .filter(Boolean)
    .join(", ");
}
