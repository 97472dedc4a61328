import { setTimeout as timer } from "node:timers/promises";

import { FEED } from "@windowscope/protocol";
import type { RunLog } from "@windowscope/runlog";
import { Hono } from "hono";

import type { StudioStatus } from "./studio-watch.ts";

/** What the server depends on. */
export interface HealthParts {
  readonly runLog: RunLog;
  readonly studio: () => StudioStatus;
  /** Whether the server is about to end, and should get no new viewers. */
  readonly isDraining: () => boolean;
}

/** A run log that does not answer by then is taken for unreachable. */
const RUN_LOG_MS = 2_000;

/**
 * `/healthz`: the process answers. `/readyz`: it can do its work, and if not, which part of it. No secrets, no guard.
 */
export function healthRoutes({ runLog, studio, isDraining }: HealthParts): Hono {
  return new Hono()
    .get("/healthz", (c) => c.text("ok\n"))
    .get("/readyz", async (c) => {
      const { state } = studio();
      const checks = { runLog: await checkRunLog(runLog), studio: state, isDraining: isDraining() };
      const isReady = checks.runLog === "reachable" && state === "connected" && !checks.isDraining;
      return c.json({ isReady, ...checks }, isReady ? 200 : 503);
    });
}

async function checkRunLog(runLog: RunLog): Promise<"reachable" | "unreachable"> {
  const giveUp = new AbortController();
  try {
    const tooLate = timer(RUN_LOG_MS, "unreachable" as const, { signal: giveUp.signal });
    return await Promise.race([runLog.stat(FEED).then(() => "reachable" as const), tooLate]);
  } catch {
    return "unreachable";
  } finally {
    giveUp.abort();
  }
}
