import type { LogSlice, RunLog } from "./run-log.ts";

/** Reads a log, created where there is none, in one slice. */
export async function readAll(logs: RunLog, log: string, from = 0, maxBytes = 1_000_000): Promise<LogSlice> {
  const { epoch } = await logs.open(log);
  const slice = await logs.read(log, { epoch, from, maxBytes });
  if (slice.type !== "slice") throw new Error(`reset: ${slice.why}`);
  return slice;
}

export function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}
