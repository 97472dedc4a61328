import type { Source } from "../scope/scope-port.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** A time on the clock of a source: `12.34` seconds of a recording, `01:41:59.96` of a session. */
export function formatSourceTime(ms: number, kind: Source["kind"]): string {
  // Rounded first, or 59.999 s would be 00:00:60.00.
  const rounded = Math.round(ms / 10) * 10;
  if (kind === "run") return (rounded / SECOND_MS).toFixed(2);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const seconds = ((rounded % MINUTE_MS) / SECOND_MS).toFixed(2).padStart(5, "0");
  return `${two(rounded / HOUR_MS)}:${two((rounded % HOUR_MS) / MINUTE_MS)}:${seconds}`;
}
