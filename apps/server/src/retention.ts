import { FEED } from "@windowscope/protocol";
import { enforceRetention } from "@windowscope/runlog";

import type { RunStore } from "./runs/run-store.ts";

/** How long runs are kept, and how much of them. 0 sets no bound. */
export interface RetentionSettings {
  readonly retentionDays: number;
  readonly retentionMb: number;
}

/** One process at a time does it; its lease lasts until it is due again. */
const LOG = "retention";
const INTERVAL_MS = 60 * 60 * 1_000;
const LEASE_MS = INTERVAL_MS - 60 * 1_000;
/** The small ones first: runs get the room that those leave. */
const PREFIXES = ["recording-", "test-", "run-"];
const FEED_ENTRIES = 10_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Forgets what is too old or too much, at once and then every hour, until the signal aborts. */
export async function keepRetention(store: RunStore, settings: RetentionSettings, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await enforce(store, settings);
    } catch (error) {
      store.log.warn("Old runs cannot be deleted now", {
        reason: error instanceof Error ? error.message : String(error),
      });
    }
    await store.pause(INTERVAL_MS, signal).catch(() => undefined);
  }
}

async function enforce({ runLog, holder, log }: RunStore, settings: RetentionSettings): Promise<void> {
  await runLog.open(LOG);
  if ((await runLog.lease(LOG, { holder, ttlMs: LEASE_MS })) === undefined) return;
  const maxAgeMs = settings.retentionDays === 0 ? undefined : settings.retentionDays * DAY_MS;
  let leftBytes = settings.retentionMb === 0 ? Infinity : settings.retentionMb * 1e6;
  for (const prefix of PREFIXES) {
    const { deleted, deletedBytes, keptBytes } = await enforceRetention(runLog, {
      prefix,
      maxAgeMs,
      maxBytes: leftBytes,
      ...(prefix === "run-" && { feed: { log: FEED, keepEntries: FEED_ENTRIES } }),
      nowMs: Date.now(),
    });
    leftBytes = Math.max(0, leftBytes - keptBytes);
    if (deleted.length > 0) log.info("Deleted old logs", { prefix, count: deleted.length, bytes: deletedBytes });
  }
}
