/** Redis that dies, stalls, forgets, or keeps nothing. */
import { setTimeout as pause } from "node:timers/promises";

import { decodeEntries } from "@windowscope/protocol";
import { onTestFinished } from "vitest";

import { checkDownloads, checkViewers } from "./content.ts";
import { FakeStudio } from "./fake-studio.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { fault, type Figures } from "./figures.ts";
import { openLive, type LiveSocket } from "./live-socket.ts";
import { RedisProcess } from "./redis-process.ts";
import { createServer } from "./server-process.ts";
import { startRun, untilFinished, untilRunHas } from "./server-runs.ts";
import { keepAsking, startReplicas, type ReplicaSet } from "./replica-set.ts";
import { sized } from "./run.ts";
import { ViewerPool } from "./viewer-pool.ts";

fault(
  "R8",
  "a server is started on a Redis without append-only file, and on one that evicts",
  { isQuick: true },
  async (figures) => {
    const studio = await FakeStudio.start();
    onTestFinished(() => studio.close());
    const unsafe = {
      "no append-only file": ["--appendonly", "no"],
      "keys are evicted": ["--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"],
    };
    for (const [what, options] of Object.entries(unsafe)) {
      const redis = await RedisProcess.start(options);
      const server = await createServer({ studioUrl: studio.url, env: { WINDOWSCOPE_RUNLOG: redis.url } });
      server.launch();
      const code = await Promise.race([server.program.exits(), pause(15_000, "none")]);
      figures.is(`exit code, ${what}`, String(code), "1");
      figures.is(`the message says what to set, ${what}`, /appendonly|maxmemory-policy/i.test(server.output), true);
      figures.is(`no stack is printed, ${what}`, server.output.includes("    at "), false);
    }
  },
);

async function startViewers({ servers }: ReplicaSet): Promise<ViewerPool> {
  const viewers = new ViewerPool();
  for (const server of servers) {
    await viewers.open(10, { url: server.liveUrl, log: "feed", from: "start", kind: "client" });
  }
  await viewers.until(({ live }) => live === 30, 20_000, "live");
  return viewers;
}

/** How long after this moment every viewer has got something new, ms. */
async function untilNews(viewers: ViewerPool, sinceMs: number): Promise<number> {
  const untilMs = performance.now() + 30_000;
  for (;;) {
    const reports = await viewers.reports();
    if (reports.every(({ lastEntryMs }) => lastEntryMs > sinceMs)) {
      return Math.max(...reports.map(({ lastEntryMs }) => lastEntryMs)) - sinceMs;
    }
    if (performance.now() > untilMs) throw new Error("Viewers get nothing new 30 s after the outage.");
    await pause(20);
  }
}

/** Everything that was accepted has to be there in the end, and nothing twice. */
async function checkAll(
  figures: Figures,
  { balancer }: ReplicaSet,
  viewers: ViewerPool,
  asking: ReturnType<typeof keepAsking>,
): Promise<void> {
  const runs = await asking.stop();
  for (const { runId } of runs) await untilFinished(balancer.url, runId, 40_000);
  await pause(2_500);
  const reports = await viewers.reports();
  figures.note("runs that were accepted meanwhile", runs.length);
  checkViewers(figures, reports);
  figures.is("viewers that were reset", reports.filter(({ resets }) => resets.length > 0).length, 0);
  await checkDownloads(figures, balancer.url, runs, 64);
}

const OUTAGES = sized(5, 1);

fault(
  "R8",
  `Redis is killed ${OUTAGES} times and starts again after a second`,
  { timeoutMs: 180_000 },
  async (figures) => {
    const set = await startReplicas();
    const viewers = await startViewers(set);
    const asking = keepAsking(set, 200);
    await pause(2_000);
    let slowestMs = 0;
    for (let i = 0; i < OUTAGES; i++) {
      await set.redis.kill();
      await pause(1_000);
      await set.redis.start();
      slowestMs = Math.max(slowestMs, await untilNews(viewers, Date.now()));
      await pause(1_000);
    }
    figures.atMost("from Redis being back to news at every viewer, longest", slowestMs / 1_000, 2, "s");
    await checkAll(figures, set, viewers, asking);
  },
);

fault("R8", "Redis answers nobody for 5 s (CLIENT PAUSE)", { timeoutMs: 90_000 }, async (figures) => {
  const set = await startReplicas();
  const viewers = await startViewers(set);
  const asking = keepAsking(set, 200);
  await pause(2_000);
  figures.is("Redis says", await set.redis.command("CLIENT", "PAUSE", "5000", "ALL"), "+OK");
  await pause(5_000);
  figures.atMost("from its end to news at every viewer", (await untilNews(viewers, Date.now())) / 1_000, 2, "s");
  await checkAll(figures, set, viewers, asking);
});

fault("R8", "every connection to Redis is reset each 100 ms, for 10 s", { timeoutMs: 120_000 }, async (figures) => {
  let proxy: FaultProxy | undefined;
  const set = await startReplicas(async ({ port }) => {
    proxy = await FaultProxy.start(port);
    return `redis://127.0.0.1:${proxy.port}`;
  });
  onTestFinished(() => proxy?.close());
  const viewers = await startViewers(set);
  const asking = keepAsking(set, 200);
  await pause(1_000);
  let resets = 0;
  for (let i = 0; i < 100; i++) {
    resets += proxy?.reset() ?? 0;
    await pause(100);
  }
  figures.note("connections reset", resets);
  figures.atMost("from their end to news at every viewer", (await untilNews(viewers, Date.now())) / 1_000, 2, "s");
  await checkAll(figures, set, viewers, asking);
});

const LONG = 160_000;

const FORGETTING: Record<string, (redis: RedisProcess) => Promise<void>> = {
  FLUSHALL: async (redis) => {
    await redis.command("FLUSHALL");
  },
  "Redis comes back without the last part of its file": (redis) => redis.restartWithoutTail(200_000),
};

for (const [what, forget] of Object.entries(FORGETTING)) {
  fault(
    "R9",
    `${what}, while a run is written and viewers follow it, the feed and an older run`,
    { timeoutMs: 150_000 },
    async (figures) => {
      const set = await startReplicas();
      const { studio, redis, servers, balancer } = set;
      const olderId = await startRun(balancer.url, studio.addSample(LONG));
      await untilFinished(balancer.url, olderId, 40_000);
      // In the middle of the older run: it acknowledges nothing, so most of the run is still to come.
      const older = await Promise.all(servers.map((server) => openLive(server.liveUrl)));
      onTestFinished(() => older.forEach((live) => live.close()));
      await Promise.all(older.map((live) => live.subscribe(olderId, "start")));

      const sampleId = studio.addSample(LONG);
      const runId = await startRun(balancer.url, sampleId);
      const viewers = new ViewerPool();
      const feed = new ViewerPool();
      for (const server of servers) {
        await viewers.open(7, { url: server.liveUrl, log: runId, from: "start", kind: "raw" });
        await feed.open(3, { url: server.liveUrl, log: "feed", from: "start", kind: "raw" });
      }
      await feed.until(({ live }) => live === 9, 20_000, "live");
      await viewers.until(({ fewestEntries }) => fewestEntries > 0, 20_000, "following the run");
      const run = await untilRunHas(balancer.url, runId, 20_000, 30_000);
      figures.is("in the middle of the run", run.state, "streaming");
      await forget(redis);
      const forgottenMs = Date.now();
      const outcomes = Promise.all(older.map((live) => readOn(live)));

      await viewers.until(({ over }) => over === 21, 60_000, "at the end");
      const reports = await viewers.reports();
      figures.is("viewers of the run without a reset", reports.filter(({ resets }) => resets.length === 0).length, 0);
      const late = Math.max(...reports.map(({ resetAtMs }) => (resetAtMs[0] ?? Infinity) - forgottenMs));
      figures.atMost("reset after, longest", late / 1_000, 2, "s");
      figures.is("viewers with all windows", reports.filter(({ windows }) => windows === LONG).length, 21);
      checkViewers(figures, reports);
      await checkDownloads(figures, balancer.url, [{ runId, sampleId }], LONG);

      const news = await startRun(balancer.url, studio.addSample(64));
      await untilFinished(balancer.url, news, 20_000);
      await pause(1_000);
      const feedReports = await feed.reports();
      if (what === "FLUSHALL") {
        const reset = feedReports.filter(({ resets }) => resets.length > 0);
        figures.is("viewers of the feed that were reset", reset.length, 9);
        const feedLate = Math.max(...feedReports.map(({ resetAtMs }) => (resetAtMs[0] ?? Infinity) - forgottenMs));
        figures.atMost("viewers of the feed reset after, longest", feedLate / 1_000, 2, "s");
      }
      checkViewers(figures, feedReports);
      const told = [...new Set(await outcomes)].join(", ");
      if (what === "FLUSHALL") figures.is("viewers in the middle of the older run are told", told, "no_such_log");
      else figures.is("viewers in the middle of the older run get to its end", told, "end");
    },
  );
}

/** Takes the rest of a log. @returns How it ended: `end`, why it was reset, the code of its error; else `silence`. */
async function readOn(live: LiveSocket): Promise<string> {
  const acknowledging = setInterval(() => {
    const entries = live.frames.reduce((sum, data) => sum + decodeEntries(new Uint8Array(data)).length, 0);
    if (live.isOpen) live.send({ type: "ack", id: 1, seq: entries });
  }, 200);
  const { type, why, code } = await live.message(({ type }) => ["end", "reset", "err"].includes(type), 40_000);
  clearInterval(acknowledging);
  if (type === "end") return type;
  return type === "nothing" ? "silence" : String(why ?? code);
}
