/** Three servers on one Redis behind nginx, of which some die, sleep or are replaced. */
import { setTimeout as pause } from "node:timers/promises";

import { openRedisRunLog, type RunLog } from "@windowscope/runlog";
import { onTestFinished } from "vitest";

import { checkDownloads, checkViewers } from "./content.ts";
import { fault } from "./figures.ts";
import { readMetric } from "./server-figures.ts";
import { type ServerProcess } from "./server-process.ts";
import { readRun, startRun, untilFinished, untilRunHas } from "./server-runs.ts";
import { findIngesting, keepAsking, startReplicas } from "./replica-set.ts";
import { patientMs, seededRandom, sized } from "./run.ts";
import { ViewerPool } from "./viewer-pool.ts";

const LONG = 160_000;
const KILLS = sized(10, 1);
/** A lease lasts 10 s, others look every 2 s, and then Studio is asked again. */
const TAKEOVER_S = patientMs(14_000) / 1_000;

fault(
  "R6",
  `3 servers, Redis and nginx: the server that writes the run is killed ${KILLS} times`,
  { isQuick: true, timeoutMs: 240_000 },
  async (figures) => {
    const set = await startReplicas();
    const { studio, servers, balancer } = set;
    const random = seededRandom(6);
    const viewers = new ViewerPool();
    const bystanders = await Promise.all(
      servers.map(async (server) => {
        const pool = new ViewerPool();
        await pool.open(5, { url: server.liveUrl, log: "feed", from: "start", kind: "raw" });
        return { server, pool };
      }),
    );
    const runs: { runId: string; sampleId: number }[] = [];
    let disturbed = 0;
    const takeoverMs: number[] = [];
    while (takeoverMs.length < KILLS) {
      let { runId } = runs.at(-1) ?? { runId: "" };
      if (runId === "" || (await readRun(balancer.url, runId)).state === "finished") {
        const sampleId = studio.addSample(LONG);
        runId = await startRun(balancer.url, sampleId);
        runs.push({ runId, sampleId });
        await viewers.open(10, { url: balancer.liveUrl, log: runId, from: "start", kind: "client" });
      }
      const { windows } = await readRun(balancer.url, runId);
      const run = await untilRunHas(balancer.url, runId, windows + 1, 30_000);
      await pause(random() * 100);
      if (run.state === "finished") continue;

      const victim = await findIngesting(servers, 5_000).catch(() => undefined);
      if (!victim) continue;
      const others = bystanders.filter(({ server }) => server !== victim);
      const before = await Promise.all(others.map(({ pool }) => pool.look()));
      await victim.kill();
      const killedMs = performance.now();
      const stored = (await readRun(balancer.url, runId)).windows;
      const next = await untilRunHas(balancer.url, runId, stored + 1, 30_000);
      if (next.windows > stored) takeoverMs.push(performance.now() - killedMs);
      const after = await Promise.all(others.map(({ pool }) => pool.look()));
      disturbed += after.filter(({ connections }, i) => connections !== before[i]?.connections).length;
      await victim.start();
    }

    for (const { runId } of runs) await untilFinished(balancer.url, runId, 60_000);
    await viewers.until(({ viewers: all, over }) => over === all, 60_000, "at the end");
    figures.is("servers killed while they wrote", takeoverMs.length, KILLS);
    figures.atMost("until another went on with the run, longest", Math.max(...takeoverMs) / 1_000, TAKEOVER_S, "s");
    figures.is("viewers of other servers that lost their connection", disturbed, 0);
    const reports = await viewers.reports();
    for (let i = 0; i < runs.length; i++) checkViewers(figures, reports.slice(i * 10, i * 10 + 10));
    figures.is("viewers that were reset", reports.filter(({ resets }) => resets.length > 0).length, 0);
    await checkDownloads(figures, balancer.url, runs, LONG);
  },
);

fault(
  "R7",
  "the server that writes a run sleeps (SIGSTOP) for longer than its lease, and wakes up when another has taken over",
  { timeoutMs: 120_000 },
  async (figures) => {
    const { studio, redis, servers, balancer } = await startReplicas();
    const runLog = await openRedisRunLog(redis.url);
    onTestFinished(() => runLog.close());
    const sampleId = studio.addSample(LONG);
    const runId = await startRun(servers[0]?.url ?? "", sampleId);
    const viewers = new ViewerPool();
    for (const server of servers.slice(1)) {
      await viewers.open(5, { url: server.liveUrl, log: runId, from: "start", kind: "raw" });
    }
    await untilRunHas(servers[1]?.url ?? "", runId, 5_000, 20_000);
    const zombie = await findIngesting(servers, 5_000);
    const others = servers.filter((server) => server !== zombie);
    const witness = others[0] ?? zombie;
    process.kill(zombie.pid, "SIGSTOP");
    const stoppedMs = performance.now();
    let storedBefore: number;
    try {
      // What it had sent to Redis before it fell asleep is stored by then, though it cannot know.
      await pause(500);
      storedBefore = (await countEntries(runLog)) - (await countAppended(others));
      const { windows } = await readRun(witness.url, runId);
      figures.is("stopped in the middle of the run", windows < LONG, true);
      await untilRunHas(witness.url, runId, windows + 1, 40_000);
      figures.atMost("until another went on with the run", (performance.now() - stoppedMs) / 1_000, TAKEOVER_S, "s");
    } finally {
      process.kill(zombie.pid, "SIGCONT");
    }
    await untilFinished(witness.url, runId, 40_000);
    await pause(3_000);

    const storedAfter = await countAppended([zombie]);
    figures.note("entries stored by the zombie before it fell asleep", storedBefore);
    figures.is("entries stored by it after it woke up", storedAfter - storedBefore, 0, "its fence is the older one");
    const storedByAll = await countAppended(servers);
    figures.is("entries in all logs that no server says it stored", (await countEntries(runLog)) - storedByAll, 0);
    figures.is("it says that it leaves the run to others", zombie.output.includes("Leaving a run to others"), true);
    figures.is(
      "runs that the zombie still works on",
      String(await readMetric(zombie.url, "windowscope_active_runs")),
      "0",
    );
    await viewers.until(({ viewers: all, over }) => over === all, 30_000, "at the end");
    checkViewers(figures, await viewers.reports());
    await checkDownloads(figures, balancer.url, [{ runId, sampleId }], LONG);
    await checkDownloads(figures, zombie.url, [{ runId, sampleId }], LONG);
  },
);

/** Entries in all logs together. */
async function countEntries(runLog: RunLog): Promise<number> {
  const logs = await runLog.list({ prefix: "", limit: 1_000 });
  return logs.reduce((sum, { next }) => sum + next, 0);
}

/** Entries that servers know to be stored by them. */
async function countAppended(servers: readonly ServerProcess[]): Promise<number> {
  const counts = await Promise.all(
    servers.map((server) => readMetric(server.url, "windowscope_appended_entries_total")),
  );
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

const ROLLING = { viewers: sized(1_000, 60) };

fault(
  "R10",
  `all three servers are restarted one after another under ${ROLLING.viewers} viewers`,
  { timeoutMs: 180_000 },
  async (figures) => {
    const set = await startReplicas();
    const { servers, balancer } = set;
    const viewers = new ViewerPool(2);
    await viewers.open(ROLLING.viewers, { url: balancer.liveUrl, log: "feed", from: "start", kind: "client" });
    await viewers.until(({ live }) => live === ROLLING.viewers, 40_000, "live");
    const asking = keepAsking(set, 500);

    let mostInASecond = 0;
    let slowestMs = 0;
    let slowestStopMs = 0;
    let dirtyExits = 0;
    for (const server of servers) {
      const stoppedMs = Date.now();
      const { code, tookMs } = await server.program.end("SIGTERM");
      if (code !== 0) dirtyExits++;
      slowestStopMs = Math.max(slowestStopMs, tookMs);
      await server.start();
      await viewers.until(({ live }) => live === ROLLING.viewers, 30_000, "live again");
      const reports = await viewers.reports();
      const back = reports.flatMap(({ welcomedAtMs }) => welcomedAtMs.filter((atMs) => atMs > stoppedMs));
      const live = reports.flatMap(({ liveAtMs }) => liveAtMs.filter((atMs) => atMs > stoppedMs));
      mostInASecond = Math.max(mostInASecond, busiestSecond(back) / back.length);
      slowestMs = Math.max(slowestMs, Math.max(...live) - stoppedMs);
    }
    const runs = await asking.stop();
    for (const { runId } of runs) await untilFinished(balancer.url, runId, 20_000);
    await pause(1_000);

    figures.is("servers that ended with another exit code than 0", dirtyExits, 0);
    figures.atMost("until a server had stopped, longest", slowestStopMs / 1_000, 10, "s");
    figures.atMost("of the reconnects of a restart in any one second", mostInASecond * 100, 25, "%");
    figures.atMost("until all viewers were live again, longest", slowestMs / 1_000, 15, "s");
    const reports = await viewers.reports();
    checkViewers(figures, reports);
    figures.is("viewers that were reset", reports.filter(({ resets }) => resets.length > 0).length, 0);
    await checkDownloads(figures, balancer.url, runs, 64);
  },
);

/** The most events within any one second. */
function busiestSecond(atMs: readonly number[]): number {
  const sorted = [...atMs].sort((a, b) => a - b);
  return Math.max(0, ...sorted.map((start, i) => sorted.findLastIndex((each) => each < start + 1_000) - i + 1));
}
