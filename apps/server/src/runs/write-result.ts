import { expectedLabel, isMismatch, verdictName, type RunResult } from "@windowscope/protocol";
import type { ClassifiedSample } from "@windowscope/sdk";

import { encodeBatches, encodeSignal, judgedVerdict, toColumns, toRunResult, type ResultColumns } from "./columns.ts";
import type { Tally } from "./run-record.ts";
import type { Pause } from "./run-store.ts";
import type { RunWriter } from "./run-writer.ts";

/** Windows in one append. */
const WINDOWS_AT_ONCE = 512;

/** Writes of a result what is not yet written. */
export async function writeResult(
  writer: RunWriter,
  classified: ClassifiedSample,
  pause: Pause,
  signal: AbortSignal,
): Promise<void> {
  const columns = toColumns(classified);
  const result = toRunResult(classified, columns);
  // Somebody trained the model in between: half of one result and half of another would be a lie.
  const isSame = writer.fingerprint === undefined || writer.fingerprint === columns.fingerprint;
  if (!isSame) await writer.restart();

  if (writer.fingerprint === undefined) {
    const noWindow = classified.windowCount === 0 ? "No window fits into the sample." : undefined;
    const warning = classified.warning ?? noWindow;
    await writer.begin({ state: "streaming", result, warning }, columns.fingerprint, (position) =>
      encodeSignal(classified.signal, position),
    );
  }

  const { windowCount } = classified;
  while (writer.run.windows < windowCount) {
    const from = writer.run.windows;
    const to = Math.min(windowCount, from + WINDOWS_AT_ONCE);
    const tally = countUpTo(to, writer.run, columns, result);
    await writer.appendWindows((position) => encodeBatches(columns, from, to, position), tally);
    // Viewers and other runs get their turn between two appends.
    await pause(0, signal);
  }
  await writer.change({ state: "finished", endedAt: new Date().toISOString() });
}

/** Counts the windows up to `to` that a tally does not have yet. */
function countUpTo(to: number, before: Tally, columns: ResultColumns, result: RunResult): Tally {
  const { endMs, verdicts } = columns;
  const counts: Record<string, number> = { ...before.verdicts };
  let { comparable, matching } = before;
  for (let i = before.windows; i < to; i++) {
    const name = verdictName(result.classes, verdicts[i] as number);
    counts[name] = (counts[name] ?? 0) + 1;
    const mismatch = isMismatch(result, expectedLabel(result, endMs[i] as number), judgedVerdict(columns, i, name));
    if (mismatch !== undefined) comparable++;
    if (mismatch === false) matching++;
  }
  return { windows: to, verdicts: counts, comparable, matching };
}
