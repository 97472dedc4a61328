import type { RunLog } from "@windowscope/runlog";
import { Hono, type Context } from "hono";

import type { Caller } from "../access/gate.ts";
import { answerProblem, noSuchRun, Problem, problemResponse } from "../api/problem.ts";
import { clientOf, type ReadClient } from "../proxy.ts";
import { refuse } from "./admission.ts";
import { EventViewer, parseEventId } from "./event-viewer.ts";
import type { LiveHub } from "./hub.ts";
import { LogSubscription, startOf } from "./subscription.ts";

const RUN_LOG = /^run-[\w-]{1,60}$/;
const USUAL_READ_BYTES = 256 * 1024;
const LARGEST_READ_BYTES = 1024 * 1024;
const EVENT_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // Otherwise nginx keeps events back until a few kilobytes have come together.
  "x-accel-buffering": "no",
};

interface EventParts {
  readonly hub: LiveHub;
  readonly runLog: RunLog;
  readonly readClient: ReadClient;
  /** Who asks; absent when nobody has to sign in. */
  readonly callerOf: ((c: Context) => Promise<Caller | undefined>) | undefined;
}

/**
 * A run's log for those without a WebSocket: `/runs/{runId}/events` follows it as server-sent events, and
 * `/runs/{runId}/log` is a piece of it, in the binary form of SPEC.md.
 */
export function eventRoutes({ hub, runLog, readClient, callerOf }: EventParts): Hono {
  const app = new Hono();
  app.onError((error, c) => answerProblem(error, c, hub.serverLog));

  app.get("/runs/:runId/events", async (c) => {
    const runId = parseRunId(c);
    const lastEventId = c.req.header("last-event-id");
    const last = lastEventId === undefined ? undefined : parseEventId(lastEventId);
    if (lastEventId !== undefined && !last) throw new Problem(400, "bad-request", "Last-Event-ID is none of ours.");

    const caller = await callerOf?.(c);
    if (callerOf && !caller) throw new Problem(401, "sign-in-needed", "The session has ended.");
    // Nobody would ever read the stream, or leave it.
    if (c.req.method === "HEAD") {
      if (!(await runLog.stat(runId))) throw noSuchRun(runId);
      return c.body(null, 200, EVENT_HEADERS);
    }
    const admitted = hub.admission.admit(clientOf(c, readClient));
    if ("refusal" in admitted) return refuse(c, admitted.refusal);
    const open: { subscription?: LogSubscription; leave?: () => void } = {};
    const viewer = new EventViewer(hub, caller === "token" ? undefined : caller, {
      room: () => open.subscription?.roomMade(),
      close: () => {
        open.subscription?.close();
        open.leave?.();
        admitted.release();
      },
    });
    // Before the log is looked for: the hub's clock ends that search too.
    open.leave = hub.enter(viewer, () => viewer.cut("the server stops"));
    try {
      const state = await hub.tails.find(runId, last !== undefined);
      if (!state) throw noSuchRun(runId);
      // Whoever was told the end need not come back: a browser stops at this answer.
      if (last && state.isSealed && last.epoch === state.epoch && last.seq === state.next) return c.body(null, 204);
      // A session that was ended before the hub knew of this viewer ended without it.
      if (caller && !(await callerOf?.(c))) viewer.cut("the session was ended");
      const from = last ? { epoch: last.epoch, seq: last.seq + 1 } : "start";
      if (!viewer.isClosed) {
        open.subscription = LogSubscription.open({ id: 0, state, from }, { outlet: viewer, tails: hub.tails });
      }
    } finally {
      if (!open.subscription) viewer.cut("the stream cannot begin");
    }
    return c.body(viewer.stream, 200, EVENT_HEADERS);
  });

  app.get("/runs/:runId/log", async (c) => {
    const runId = parseRunId(c);
    const from = parseCount(c, "from", 0);
    const maxBytes = Math.min(LARGEST_READ_BYTES, Math.max(1, parseCount(c, "limit", USUAL_READ_BYTES)));
    const state = await runLog.stat(runId);
    if (!state) throw noSuchRun(runId);
    const epoch = c.req.query("epoch") ?? state.epoch;
    const read = await runLog.read(runId, { epoch, from, maxBytes });
    if (read.type === "reset") {
      const { first, next } = read.state;
      c.header("windowscope-epoch", read.state.epoch);
      c.header("windowscope-first", String(first));
      c.header("windowscope-next", String(next));
      const { why } = startOf(read.state, { epoch, seq: from });
      return problemResponse(c, 409, "log-reset", `Start over at entry ${first} of epoch ${read.state.epoch}: ${why}.`);
    }
    return c.body(read.bytes, 200, {
      "content-type": "application/octet-stream",
      "cache-control": "no-store",
      "windowscope-epoch": epoch,
      "windowscope-number": String(state.number),
      "windowscope-next": String(read.next),
      "windowscope-end": String(read.isAtEnd && read.isSealed),
    });
  });

  return app;
}

function parseRunId(c: Context): string {
  const runId = c.req.param("runId") ?? "";
  if (!RUN_LOG.test(runId)) throw noSuchRun(runId);
  return runId;
}

function parseCount(c: Context, name: string, usual: number): number {
  const text = c.req.query(name);
  if (text === undefined) return usual;
  if (!/^\d{1,15}$/.test(text)) throw new Problem(400, "bad-request", `${name} has to be a whole number, 0 or more.`);
  return Number(text);
}
