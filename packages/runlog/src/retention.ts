import { NoSuchLogError, type LogState, type RunLog } from "./run-log.ts";

/** What to keep. Without a bound, everything. */
export interface Retention {
  /** The logs that count, and that may go. */
  readonly prefix: string;
  /** Logs created longer ago than this go. */
  readonly maxAgeMs?: number | undefined;
  /** Of all these logs together, the unfinished ones too. The oldest go first. */
  readonly maxBytes?: number | undefined;
  /** A log of which only the newest entries stay. */
  readonly feed?: { readonly log: string; readonly keepEntries: number } | undefined;
  /** What the age is counted from, ms since 1970. */
  readonly nowMs: number;
}

/** What was done. */
export interface RetentionReport {
  /** Names of the logs that went, the oldest first. */
  readonly deleted: readonly string[];
  readonly deletedBytes: number;
  /** What is left of the prefix. More than `maxBytes` when the logs that are too many are not finished yet. */
  readonly keptBytes: number;
  /** Entries that went from the feed. */
  readonly trimmedEntries: number;
}

const PAGE_LOGS = 100;

/**
 * Deletes old logs, and trims a feed to its newest entries.
 *
 * Only sealed logs go: what is still being written stays, whatever its age and size.
 *
 * @throws {RunLogUnavailableError} when the store does not answer; what had been deleted by then stays deleted.
 */
export async function enforceRetention(runLog: RunLog, retention: Retention): Promise<RetentionReport> {
  const { prefix, maxAgeMs = Infinity, maxBytes = Infinity, feed, nowMs } = retention;
  const logs = await listOldestFirst(runLog, prefix);
  let keptBytes = logs.reduce((sum, { bytes }) => sum + bytes, 0);
  let deletedBytes = 0;
  const deleted: string[] = [];
  for (const { log, epoch, bytes, isSealed, createdAtMs } of logs) {
    if (!isSealed || (nowMs - createdAtMs <= maxAgeMs && keptBytes <= maxBytes)) continue;
    // It may have been begun anew since it was listed.
    const state = await runLog.stat(log);
    if (state && (!state.isSealed || state.epoch !== epoch)) continue;
    await runLog.delete(log);
    keptBytes -= bytes;
    // Somebody else was quicker.
    if (!state) continue;
    deletedBytes += bytes;
    deleted.push(log);
  }
  return { deleted, deletedBytes, keptBytes, trimmedEntries: feed ? await trimFeed(runLog, feed) : 0 };
}

/** What deciding needs of a log; not its meta, which can be long. */
type Candidate = Pick<LogState, "log" | "epoch" | "bytes" | "isSealed" | "createdAtMs">;

async function listOldestFirst(runLog: RunLog, prefix: string): Promise<Candidate[]> {
  const logs: Candidate[] = [];
  for (let before: number | undefined, isLast = false; !isLast;) {
    const page = await runLog.list({ prefix, limit: PAGE_LOGS, ...(before !== undefined && { before }) });
    for (const { log, epoch, bytes, isSealed, createdAtMs } of page) {
      logs.push({ log, epoch, bytes, isSealed, createdAtMs });
    }
    before = page.at(-1)?.number;
    isLast = page.length < PAGE_LOGS;
  }
  return logs.reverse();
}

async function trimFeed(runLog: RunLog, { log, keepEntries }: NonNullable<Retention["feed"]>): Promise<number> {
  const state = await runLog.stat(log);
  const surplus = state ? state.next - state.first - keepEntries : 0;
  if (!state || surplus <= 0) return 0;
  try {
    await runLog.trim(log, state.first + surplus);
  } catch (error) {
    if (error instanceof NoSuchLogError) return 0;
    throw error;
  }
  return surplus;
}
