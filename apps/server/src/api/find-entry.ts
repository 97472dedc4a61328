import type { Entry, ReadingsEntry, Run, WindowsEntry } from "@windowscope/protocol";
import type { LogState, RunLog } from "@windowscope/runlog";

import { ONE_ENTRY, readEntries } from "./windows.ts";

/** An entry of a run's readings, or of its windows. */
type NumberedEntry = ReadingsEntry | WindowsEntry;

/**
 * The last entry of a kind that begins at or before an index; `undefined` when none does.
 *
 * Halves the log, so that a few entries are read however many it has: readings stand in front of windows, and the
 * entries of either are in order.
 */
export async function findEntry<Kind extends NumberedEntry["kind"]>(
  runLog: RunLog,
  run: Run,
  state: LogState,
  { kind, index }: { readonly kind: Kind; readonly index: number },
): Promise<Extract<NumberedEntry, { kind: Kind }> | undefined> {
  let [low, high] = [state.first, state.next];
  let found: Extract<NumberedEntry, { kind: Kind }> | undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = await readNumbered(runLog, run, { ...state, first: middle, next: high });
    if (!entry || isBehind(entry, kind, index)) high = middle;
    else {
      low = entry.seq + 1;
      if (isOfKind(entry, kind)) found = entry;
    }
  }
  return found;
}

/** The first entry that has readings or windows, read one by one. */
async function readNumbered(runLog: RunLog, run: Run, part: LogState): Promise<NumberedEntry | undefined> {
  for await (const entry of readEntries(runLog, run, part, ONE_ENTRY)) {
    if (entry.kind === "readings" || entry.kind === "windows") return entry;
  }
  return undefined;
}

function isBehind(entry: NumberedEntry, kind: NumberedEntry["kind"], index: number): boolean {
  return entry.kind === kind ? entry.first > index : kind === "readings";
}

function isOfKind<Kind extends Entry["kind"]>(entry: Entry, kind: Kind): entry is Extract<Entry, { kind: Kind }> {
  return entry.kind === kind;
}
