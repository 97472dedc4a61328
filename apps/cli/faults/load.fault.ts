/** Many viewers: some that take nothing, some that want all of the past, some that only come and go. */
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

import { checkDownloads, checkViewers } from "./content.ts";
import { FakeStudio } from "./fake-studio.ts";
import { fault } from "./figures.ts";
import { heapMiB, openFiles, readMetric, rssMiB } from "./server-figures.ts";
import { startServer, type ServerProcess } from "./server-process.ts";
import { startRun, untilFinished } from "./server-runs.ts";
import { percentile, sized } from "./run.ts";
import type { ViewerReport } from "./viewer-tally.ts";
import { ViewerPool } from "./viewer-pool.ts";

async function startBoth(): Promise<{ studio: FakeStudio; server: ServerProcess }> {
  const studio = await FakeStudio.start();
  onTestFinished(() => studio.close());
  return { studio, server: await startServer({ studioUrl: studio.url }) };
}

/**
 * Keeps the feed going: so many short runs a second, each of which is told four times.
 *
 * @param labels So many make the two longest of the four about 60 bytes long each.
 */
async function keepGoing(
  { studio, server }: { studio: FakeStudio; server: ServerProcess },
  {
    perSecond,
    seconds,
    labels = 1,
  }: { readonly perSecond: number; readonly seconds: number; readonly labels?: number },
): Promise<void> {
  const startedMs = performance.now();
  for (let i = 0; i < perSecond * seconds; i++) {
    const early = (i * 1_000) / perSecond - (performance.now() - startedMs);
    if (early > 0) await pause(early);
    await startRun(server.url, studio.addSample(Math.max(1, labels), { labels }));
  }
}

/** Looks at a process while something goes on. @returns The most it had. */
async function highest(read: () => number | Promise<number>, during: Promise<unknown>): Promise<number> {
  let most = 0;
  let isOver = false;
  const end = () => (isOver = true);
  during.then(end, end);
  while (!isOver) {
    most = Math.max(most, await read());
    await pause(100);
  }
  await during;
  return most;
}

/** The least of some looks, since what is under way for the moment comes and goes by a megabyte or two. */
async function settledHeapMiB(server: ServerProcess): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < sized(5, 2); i++) {
    await pause(1_000);
    least = Math.min(least, await heapMiB(server));
  }
  return least;
}

function latencyOf(reports: readonly ViewerReport[], p: number): number {
  return percentile(
    reports.flatMap(({ latenciesMs }) => latenciesMs),
    p,
  );
}

/** Until nothing more comes. */
async function settle(viewers: ViewerPool, count: number): Promise<void> {
  await viewers.until(({ live }) => live >= count, 10_000, "live");
  let before = -1;
  for (;;) {
    const { fewestEntries, mostEntries } = await viewers.look();
    if (fewestEntries === mostEntries && mostEntries === before) return;
    before = mostEntries;
    await pause(500);
  }
}

const IN_KERNEL = "of the 1 MiB that may be unacknowledged the kernel's socket buffers take most";
const COLLECTED = "each measured right after collecting garbage";
const STALL = { viewers: sized(100, 20), stalled: sized(10, 2), seconds: sized(15, 6) };

fault(
  "R11",
  `${STALL.stalled} of ${STALL.viewers} viewers stop reading while about 4 MB are sent to each; then they read on`,
  { timeoutMs: 150_000 },
  async (figures) => {
    const both = await startBoth();
    const { server } = both;
    const load = { perSecond: 4, seconds: STALL.seconds, labels: 600 };
    const viewers = new ViewerPool(2);
    const spec = { url: server.liveUrl, log: "feed", from: "start", kind: "raw" } as const;
    await viewers.open(STALL.viewers, spec);
    await viewers.until(({ live }) => live === STALL.viewers, 20_000, "live");
    // Once to warm up, once to compare with.
    await keepGoing(both, { ...load, seconds: 3 });
    await settle(viewers, STALL.viewers);
    await viewers.forgetLatencies();
    await keepGoing(both, load);
    const calmMiB = await heapMiB(server);
    const calmRss = rssMiB(server.pid);
    await settle(viewers, STALL.viewers);
    const before = await viewers.reports();

    await viewers.forgetLatencies();
    await viewers.setReading(false, STALL.stalled / 2);
    const stalled = keepGoing(both, load);
    const queued = highest(async () => (await readMetric(server.url, "windowscope_buffered_bytes")) ?? NaN, stalled);
    await stalled;
    const stalledMiB = await heapMiB(server);
    const stalledRss = rssMiB(server.pid);
    const during = await viewers.reports();
    await viewers.setReading(true, STALL.stalled / 2);
    await settle(viewers, STALL.viewers);
    const after = await viewers.reports();
    // Once more without them: the machine may have become busier meanwhile.
    await viewers.forgetLatencies();
    await keepGoing(both, load);
    await settle(viewers, STALL.viewers);
    const calm = [...before, ...(await viewers.reports())];

    const isFast = (_report: ViewerReport, i: number) => i % (STALL.viewers / 2) >= STALL.stalled / 2;
    const queuedKiB = (await queued) / 1024 / STALL.stalled;
    figures.atMost("waiting in the server for each stalled viewer, at most", queuedKiB, 300, "KiB", IN_KERNEL);
    figures.atMost("heap more than in the same load without them", stalledMiB - calmMiB, 15, "MiB", COLLECTED);
    figures.atMost("RSS more than in the same load without them", stalledRss - calmRss, 15, "MiB", COLLECTED);
    const calmP99 = latencyOf(calm, 0.99);
    const fastP99 = latencyOf(during.filter(isFast), 0.99);
    figures.note("p50 and p99 of the others without stalled viewers", `${latencyOf(calm, 0.5)} and ${calmP99} ms`);
    figures.note(
      "p50 and p99 of the others beside stalled viewers",
      `${latencyOf(during.filter(isFast), 0.5)} and ${fastP99} ms`,
    );
    figures.atMost("p99 beside stalled viewers / without", fastP99 / Math.max(calmP99, 1), 2);
    const least = Math.min(...after.map(({ next }) => next - (during.find(isFast)?.next ?? 0)));
    figures.atLeast("entries that the slowest is ahead of where the fast ones were", least, 0);
    figures.is(
      "viewers that kept their connection",
      after.filter(({ connections }) => connections === 1).length,
      STALL.viewers,
    );
    checkViewers(figures, after);
  },
);

const JOIN = { joiners: sized(100, 10), windows: sized(100_000, 20_000), live: sized(100, 20), seconds: sized(15, 4) };

fault(
  "R12",
  `${JOIN.joiners} viewers ask for ${JOIN.windows} windows each while ${JOIN.live} others follow the feed`,
  { timeoutMs: 180_000 },
  async (figures) => {
    const both = await startBoth();
    const { server, studio } = both;
    const sampleId = studio.addSample(JOIN.windows);
    const runId = await startRun(server.url, sampleId);
    await untilFinished(server.url, runId, 30_000);
    const live = new ViewerPool();
    await live.open(JOIN.live, { url: server.liveUrl, log: "feed", from: "now", kind: "raw" });
    await live.until((look) => look.live === JOIN.live, 10_000, "live");
    const load = { perSecond: 10, seconds: JOIN.seconds };
    await keepGoing(both, { ...load, seconds: 2 });
    await live.forgetLatencies();
    await keepGoing(both, load);
    await settle(live, JOIN.live);
    const idle = await live.reports();

    await live.forgetLatencies();
    const joiners = new ViewerPool();
    const startedMs = performance.now();
    const joined = joiners
      .open(JOIN.joiners, { url: server.liveUrl, log: runId, from: "start", kind: "raw" })
      .then(() => joiners.until(({ over }) => over === JOIN.joiners, 120_000, "at the end"))
      .then(() => performance.now() - startedMs);
    let isJoined = false;
    const going = (async () => {
      while (!isJoined) await keepGoing(both, { perSecond: 10, seconds: 1 });
    })();
    const queued = highest(async () => (await readMetric(server.url, "windowscope_buffered_bytes")) ?? NaN, joined);
    const tookMs = await joined;
    isJoined = true;
    await going;
    const busy = await live.reports();
    await settle(live, JOIN.live);

    figures.note("all joiners done after", tookMs / 1_000, "s");
    figures.atMost("waiting in the server for all together, at most", (await queued) / 2 ** 20, 30, "MiB");
    const idleP99 = latencyOf(idle, 0.99);
    const busyP99 = latencyOf(busy, 0.99);
    figures.note("p50 and p99 of the feed without joiners", `${latencyOf(idle, 0.5)} and ${idleP99} ms`);
    figures.note("p50 and p99 of the feed beside joiners", `${latencyOf(busy, 0.5)} and ${busyP99} ms`);
    figures.atMost("p99 beside joiners / without", busyP99 / Math.max(idleP99, 1), 3);
    checkViewers(figures, await joiners.reports());
    checkViewers(figures, await live.reports());
    await checkDownloads(figures, server.url, [{ runId, sampleId }], JOIN.windows);
  },
);

/** The table asks for ten minutes; `WINDOWSCOPE_FAULTS_STEADY_S=600` takes them. */
const STEADY_S = sized(Number(process.env.WINDOWSCOPE_FAULTS_STEADY_S ?? 60), 3);
/**
 * The heap grows by a mebibyte in the first thousands of connections, as Node compiles what they run through, and not
 * in the fifty-five thousand after them; so the first ones come before the baseline.
 */
const STEADY = { viewers: sized(1_000, 100), firstVisits: sized(5_000, 100), visits: sized(20_000, 500) };
const STEADY_LOAD = { perSecond: 5, seconds: STEADY_S };
/** A run that is over must not stay in memory itself; the feed's newest entries do. */
const KEPT_PER_RUN_KIB = sized(6, 200);
const STEADY_RUNS = STEADY_LOAD.perSecond * STEADY_LOAD.seconds;

fault(
  "R16",
  `${STEADY.viewers} viewers follow the feed for ${STEADY_S} s; then ${STEADY.visits} connections come and go`,
  { isQuick: true, timeoutMs: 480_000 + STEADY_S * 1_000 },
  async (figures) => {
    const both = await startBoth();
    const { server } = both;
    const spec = { url: server.liveUrl, log: "feed", from: "now", kind: "raw" } as const;
    const visit = async (viewers: ViewerPool, count: number, together: number) => {
      for (let i = 0; i < count; i += together) {
        await viewers.open(together, spec);
        await viewers.until((look) => look.live === together, 20_000, "live");
        await viewers.close(together);
      }
    };
    const warm = new ViewerPool(1);
    await visit(warm, STEADY.firstVisits, 100);
    await keepGoing(both, { perSecond: 10, seconds: sized(10, 2) });
    const atFirst = { heap: await settledHeapMiB(server), rss: rssMiB(server.pid), files: openFiles(server.pid).files };

    const viewers = new ViewerPool(2);
    await viewers.open(STEADY.viewers, spec);
    await viewers.until(({ live }) => live === STEADY.viewers, 30_000, "live");
    figures.note(
      "memory for each connected viewer",
      ((rssMiB(server.pid) - atFirst.rss) * 1024) / STEADY.viewers,
      "KiB of RSS",
    );
    await keepGoing(both, { ...STEADY_LOAD, seconds: sized(10, 2) });
    await settle(viewers, STEADY.viewers);
    const steadyFirst = await settledHeapMiB(server);
    await keepGoing(both, STEADY_LOAD);
    await settle(viewers, STEADY.viewers);
    const steadyLast = await settledHeapMiB(server);
    figures.atMost(
      `heap more for each of ${STEADY_RUNS} runs, while the viewers stay`,
      ((steadyLast - steadyFirst) * 1024) / STEADY_RUNS,
      KEPT_PER_RUN_KIB,
      "KiB",
      "about 2 of them are its four entries of the feed, whose newest 4 MiB stay in memory",
    );
    const reports = await viewers.reports();
    figures.note("p50 and p99 of the feed", `${latencyOf(reports, 0.5)} and ${latencyOf(reports, 0.99)} ms`);
    figures.is(
      "viewers that kept their connection",
      reports.filter(({ connections }) => connections === 1).length,
      STEADY.viewers,
    );
    checkViewers(figures, reports);
    viewers.end();

    const before = { heap: await settledHeapMiB(server), rss: rssMiB(server.pid), files: openFiles(server.pid).files };
    await visit(warm, STEADY.visits, 100);
    const after = { heap: await settledHeapMiB(server), rss: rssMiB(server.pid), files: openFiles(server.pid).files };
    figures.atMost(
      `heap, collected, after the ${STEADY.visits} / before them, when ${STEADY.firstVisits} others had gone`,
      after.heap / before.heap,
      1.05,
    );
    figures.atMost(
      "heap, collected, after the viewers of the feed had gone / before they came",
      before.heap / atFirst.heap,
      // A small size has compiled less before its baseline.
      sized(1.05, 1.3),
    );
    const bytesMore = (after.heap - before.heap) * 2 ** 20;
    figures.note("heap more for each of them", bytesMore / STEADY.visits, "bytes");
    const heaps = [atFirst.heap, steadyFirst, steadyLast, before.heap, after.heap].map((heap) => heap.toFixed(1));
    figures.note("heap before the viewers, with them twice, without them, and at the end", `${heaps.join(", ")} MiB`);
    figures.note("RSS before and after", `${before.rss.toFixed(1)} and ${after.rss.toFixed(1)} MiB`);
    figures.atMost("open files more than before", after.files - atFirst.files, 2);
    figures.is("viewers in the server's metrics", String(await readMetric(server.url, "windowscope_viewers")), "0");
    figures.is(
      "subscriptions in the server's metrics",
      String(await readMetric(server.url, "windowscope_subscriptions")),
      "0",
    );
  },
);
