/** Networks that are slow, or go away without a word. */
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

import { checkDownloads, checkViewers } from "./content.ts";
import { FakeStudio } from "./fake-studio.ts";
import { FaultProxy, type Direction } from "./fault-proxy.ts";
import { fault } from "./figures.ts";
import { FrozenBrowser } from "./frozen-browser.ts";
import { startServer, type ServerProcess } from "./server-process.ts";
import { startRun, untilFinished } from "./server-runs.ts";
import { sized } from "./run.ts";
import { ViewerPool } from "./viewer-pool.ts";

async function startBoth(): Promise<{ studio: FakeStudio; server: ServerProcess }> {
  const studio = await FakeStudio.start();
  onTestFinished(() => studio.close());
  return { studio, server: await startServer({ studioUrl: studio.url }) };
}

async function startProxy(server: ServerProcess): Promise<FaultProxy> {
  const proxy = await FaultProxy.start(server.port);
  onTestFinished(() => proxy.close());
  return proxy;
}

const CABLES: Record<string, readonly Direction[]> = {
  "towards the viewer": ["to client"],
  "towards the server": ["to server"],
  "in both directions": ["to client", "to server"],
};

fault(
  "R13",
  "the cable is pulled (no FIN) in one direction, the other, both; a viewer's process and Chromium sleep (SIGSTOP) for 60 s",
  { timeoutMs: 150_000 },
  async (figures) => {
    const { studio, server } = await startBoth();
    const cases = await Promise.all(
      Object.entries(CABLES).map(async ([what, directions]) => {
        const proxy = await startProxy(server);
        const viewers = new ViewerPool();
        await viewers.open(3, { url: `ws://127.0.0.1:${proxy.port}/live`, log: "feed", from: "start", kind: "client" });
        return { what, directions, proxy, viewers };
      }),
    );
    const sleeper = new ViewerPool();
    await sleeper.open(3, { url: server.liveUrl, log: "feed", from: "start", kind: "client" });
    const steady = new ViewerPool();
    await steady.open(3, { url: server.liveUrl, log: "feed", from: "start", kind: "client" });
    const browser = await FrozenBrowser.open();
    const page = await browser.openPage(server.url);
    const pools = [...cases.map(({ viewers }) => viewers), sleeper, steady];
    await Promise.all(pools.map((pool) => pool.until(({ live }) => live === 3, 10_000, "live")));

    const cutMs = Date.now();
    for (const { proxy, directions } of cases) proxy.cut(...directions);
    for (const pid of sleeper.pids) process.kill(pid, "SIGSTOP");
    browser.freeze();
    // The feed goes on, so that a loss would be seen.
    let newest = 0;
    for (let i = 0; i < 60; i++) {
      newest = studio.addSample(32);
      await startRun(server.url, newest);
      await pause(1_000);
    }
    const wokenMs = Date.now();
    for (const pid of sleeper.pids) process.kill(pid, "SIGCONT");
    browser.wake();
    const shown = page.getByText(`wave.${newest}`).first().waitFor({ timeout: 60_000 });
    const shownMs = shown.then(() => Date.now() - wokenMs);

    for (const { what, proxy, viewers } of cases) {
      const { lastEntryMs } = (await steady.reports())[0] ?? { lastEntryMs: 0 };
      await viewers.until(({ live }) => live === 3, 20_000, `live again, cut ${what}`);
      const freedMs = Math.max(...proxy.givenUpAtMs) - cutMs;
      figures.is(`connections freed by the server, cut ${what}`, proxy.givenUpAtMs.length, 3);
      figures.atMost(`freed after, longest, cut ${what}`, freedMs / 1_000, 40, "s");
      const backMs = (await viewers.reports()).map(({ welcomedAtMs }) => (welcomedAtMs.at(-1) ?? lastEntryMs) - cutMs);
      figures.atMost(`viewers back after, longest, cut ${what}`, Math.max(...backMs) / 1_000, 45, "s");
    }
    await sleeper.until(({ live }) => live === 3, 45_000, "live again after their sleep");
    const awake = (await sleeper.reports()).map(({ liveAtMs }) => (liveAtMs.at(-1) ?? 0) - wokenMs);
    figures.atMost("viewers live again after waking up, longest", Math.max(...awake) / 1_000, 45, "s");

    figures.atMost("Chromium's page shows the newest run after waking up", (await shownMs) / 1_000, 45, "s");

    const { mostEntries } = await steady.look();
    await Promise.all(
      pools.map((pool) => pool.until(({ fewestEntries }) => fewestEntries >= mostEntries, 10_000, "up to date")),
    );
    checkViewers(figures, (await Promise.all(pools.map((pool) => pool.reports()))).flat());
  },
);

const LINES = [
  { what: "every byte a packet of its own", faults: { splitsBytes: true }, windows: sized(3_200, 640) },
  { what: "300 ms later, in each direction", faults: { latencyMs: 300 }, windows: sized(32_000, 3_200) },
  { what: "64 kbit/s", faults: { bytesPerSecond: 8_000 }, windows: sized(12_800, 640) },
];

for (const { what, faults, windows } of LINES) {
  fault(
    "R14",
    `a slow line: ${what}`,
    { isQuick: faults.latencyMs !== undefined, timeoutMs: 180_000 },
    async (figures) => {
      const { studio, server } = await startBoth();
      const proxy = await startProxy(server);
      proxy.setFaults(faults);
      const sampleId = studio.addSample(windows);
      const runId = await startRun(server.url, sampleId);
      const slow = new ViewerPool();
      const spec = { log: runId, from: "start", kind: "client" } as const;
      const startedMs = performance.now();
      await slow.open(2, { ...spec, url: `ws://127.0.0.1:${proxy.port}/live` });
      await slow.open(1, { ...spec, url: server.liveUrl });
      await untilFinished(server.url, runId, 20_000);

      await slow.until(({ over }) => over === 3, 170_000, "at the end");
      figures.note("it took", (performance.now() - startedMs) / 1_000, "s");
      const reports = await slow.reports();
      figures.is(
        "connections of each viewer",
        [...new Set(reports.map(({ connections }) => connections))].join(", "),
        "1",
      );
      figures.is(
        "windows at each viewer",
        [...new Set(reports.map((report) => report.windows))].join(", "),
        String(windows),
      );
      checkViewers(figures, reports);
      await checkDownloads(figures, server.url, [{ runId, sampleId }], windows);
    },
  );
}
