/** One server on a SQLite file that is killed, stopped, and whose file is damaged. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

import { checkDownloads, checkViewers } from "./content.ts";
import { FakeStudio } from "./fake-studio.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { fault } from "./figures.ts";
import { readMetric } from "./server-figures.ts";
import { createServer, startServer } from "./server-process.ts";
import { readRun, startRun, untilFinished, untilRunHas } from "./server-runs.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { patientMs, seededRandom, sized } from "./run.ts";
import { ViewerPool } from "./viewer-pool.ts";

async function startStudio(): Promise<FakeStudio> {
  const studio = await FakeStudio.start();
  onTestFinished(() => studio.close());
  return studio;
}

const KILLS = sized(20, 3);
const LONG = 64_000;

fault(
  "R3",
  `server killed ${KILLS} times while it appends to a SQLite file; 10 viewers reconnect each time`,
  { isQuick: true, timeoutMs: 180_000 },
  async (figures) => {
    const studio = await startStudio();
    const server = await startServer({ studioUrl: studio.url });
    const viewers = new ViewerPool();
    const random = seededRandom(3);
    const runs: { runId: string; sampleId: number }[] = [];
    let runId = "";
    const begin = async () => {
      const sampleId = studio.addSample(LONG);
      runId = await startRun(server.url, sampleId);
      runs.push({ runId, sampleId });
      await viewers.open(10, { url: server.liveUrl, log: runId, from: "start", kind: "raw" });
    };

    let kills = 0;
    const backAfterMs: number[] = [];
    await begin();
    while (kills < KILLS) {
      const before = await readRun(server.url, runId);
      await untilRunHas(server.url, runId, before.windows + 1, 30_000);
      await pause(random() * 60);
      if ((await readRun(server.url, runId)).state === "finished") {
        await begin();
        continue;
      }
      await server.kill();
      const { over, viewers: all } = await viewers.look();
      // It had just finished, and everybody has all of it.
      if (over === all) {
        await server.start();
        continue;
      }
      kills++;
      const launchedMs = Date.now();
      server.launch();
      let lastEntryMs = 0;
      // Reports name every attempt to connect; asking for them all the time would take the machine from the server.
      while (lastEntryMs <= launchedMs) {
        await pause(20);
        ({ lastEntryMs } = await viewers.look());
      }
      backAfterMs.push(lastEntryMs - launchedMs);
    }

    for (const { runId: each } of runs) await untilFinished(server.url, each, 60_000);
    await checkDownloads(figures, server.url, runs, LONG);
    await viewers.until(({ viewers: all, over }) => over === all, 60_000, "at the end");
    const reports = await viewers.reports();
    for (let i = 0; i < runs.length; i++) checkViewers(figures, reports.slice(i * 10, i * 10 + 10));
    figures.is(
      "viewers told that acknowledged entries are gone",
      reports.filter(({ resets }) => resets.length > 0).length,
      0,
    );
    figures.atMost(
      "from the start of the process to the next entry at a viewer, longest",
      Math.max(...backAfterMs),
      patientMs(2_000),
      "ms",
    );
  },
);

fault(
  "R4",
  "server killed with entries stored that its viewers have not got yet, and between Studio's answer and the append",
  { timeoutMs: 180_000 },
  async (figures) => {
    const studio = await startStudio();
    const server = await startServer({ studioUrl: studio.url });
    // What the server sends takes its time; a kill loses what is on its way.
    const proxy = await FaultProxy.start(server.port);
    onTestFinished(() => proxy.close());
    proxy.setFaults({ latencyMs: 100 });
    const viewers = new ViewerPool();
    const random = seededRandom(4);
    const times = sized(10, 2);
    const runs: { runId: string; sampleId: number }[] = [];
    let untold = 0;
    for (let i = 0; i < times; i++) {
      const sampleId = studio.addSample(16_000);
      studio.hold();
      const runId = await startRun(server.url, sampleId);
      runs.push({ runId, sampleId });
      await viewers.open(1, { url: `ws://127.0.0.1:${proxy.port}/live`, log: runId, from: "start", kind: "raw" });
      await viewers.until(({ live }) => live === 1, 10_000, "live");
      studio.release();
      await untilRunHas(server.url, runId, 1 + Math.floor(random() * 8_000), 10_000);
      await server.kill();
      proxy.reset();

      studio.hold();
      await server.start();
      const { windows } = await readRun(server.url, runId);
      if (windows > ((await viewers.reports()).at(-1)?.windows ?? 0)) untold++;
      studio.release();
      await untilFinished(server.url, runId, 20_000);
    }
    for (let i = 0; i < times; i++) {
      const sampleId = studio.addSample(16_000);
      const asked = studio.classified.size;
      const runId = await startRun(server.url, sampleId);
      runs.push({ runId, sampleId });
      while (studio.classified.size === asked) await pause(1);
      await pause(random() * 40);
      await server.kill();
      await server.start();
      await untilFinished(server.url, runId, 20_000);
    }

    await viewers.until(({ over }) => over === times, 20_000, "at the end");
    const reports = await viewers.reports();
    figures.is("kills", runs.length, 2 * times);
    figures.atLeast("of them with entries stored that the viewer had not got", untold, times);
    figures.is(
      "entries lost",
      reports.reduce((sum, { lost }) => sum + lost, 0),
      0,
    );
    figures.is(
      "windows applied twice or out of order",
      reports.reduce((sum, { misplaced }) => sum + misplaced, 0),
      0,
    );
    await checkDownloads(figures, server.url, runs, 16_000);
  },
);

fault(
  "R5",
  "damaged file: the WAL's end is torn off, or overwritten, after a kill in the middle of a run",
  {},
  async (figures) => {
    const studio = await startStudio();
    const random = seededRandom(5);
    for (const damage of ["torn off", "overwritten"] as const) {
      const sampleId = studio.addSample(64_000);
      const server = await startServer({ studioUrl: studio.url });
      const runId = await startRun(server.url, sampleId);
      await untilRunHas(server.url, runId, 2_000, 20_000);
      await server.kill();
      const file = path.join(server.folder, "runs.db-wal");
      const wal = readFileSync(file);
      const damagedAt = Math.max(0, wal.length - 1 - Math.floor(random() * 20_000));
      if (damage === "torn off") truncateSync(file, damagedAt);
      else writeFileSync(file, Buffer.concat([wal.subarray(0, damagedAt), Buffer.alloc(wal.length - damagedAt, 0xa5)]));

      await server.start();
      await untilFinished(server.url, runId, 20_000);
      await checkDownloads(figures, server.url, [{ runId, sampleId }], 64_000);
      await server.kill();
    }
  },
);

fault("R5", "no room left on the disk (a tmpfs of 32 MiB) in the middle of a run", {}, async (figures) => {
  const studio = await startStudio();
  const folder = mountSmallDisk("32m");
  const filler = path.join(folder, "filler");
  writeFileSync(filler, Buffer.alloc(28 * 2 ** 20));
  const server = await startServer({ studioUrl: studio.url, folder: path.join(folder, "data") });
  const sampleId = studio.addSample(100_000);
  const runId = await startRun(server.url, sampleId);
  const viewers = new ViewerPool();
  const spec = { url: server.liveUrl, log: runId, from: "start" } as const;
  await viewers.open(2, { ...spec, kind: "client" });
  await viewers.open(1, { ...spec, kind: "raw" });

  const untilMs = performance.now() + 20_000;
  while (!/RunLogWriteError.*full/.test(server.output) && performance.now() < untilMs) await pause(50);
  // It goes on being refused meanwhile.
  await pause(2_000);
  const stuck = await readRun(server.url, runId);
  figures.is("process alive, /healthz", (await fetch(`${server.url}/healthz`)).status, 200);
  figures.is("the server's log says why", /RunLogWriteError.*full/.test(server.output), true);
  const errors = (await readMetric(server.url, "windowscope_store_errors_total")) ?? 0;
  figures.atLeast("refusals that the metrics count", errors, 1);
  figures.is("the run stays open", stuck.state, "streaming");
  figures.note("windows stored until then", stuck.windows);
  // Who comes only now has to know as well.
  await viewers.open(1, { ...spec, kind: "client" });
  await viewers.until(({ live }) => live === 4, 10_000, "live");
  const newestWords = async () => (await viewers.reports()).map(({ storeStates }) => storeStates.at(-1) ?? "");
  figures.is(
    "viewers told that nothing can be stored, and why",
    (await newestWords()).filter((words) => /^refusing.*full/.test(words)).length,
    4,
  );

  rmSync(filler);
  const roomMs = performance.now();
  const run = await untilFinished(server.url, runId, 30_000);
  figures.atMost("with room again the run finishes by itself after", (performance.now() - roomMs) / 1_000, 15, "s");
  figures.is("it has finished", run.state, "finished");
  figures.is("with a warning", run.warning !== undefined, false);
  await viewers.until(({ over }) => over === 4, 20_000, "at the end");
  const reports = await viewers.reports();
  figures.is(
    "viewers told that it is over",
    (await newestWords()).filter((words) => words.startsWith("storing")).length,
    4,
  );
  figures.is("viewers that kept their connection", reports.filter(({ connections }) => connections === 1).length, 4);
  checkViewers(figures, reports);
  await checkDownloads(figures, server.url, [{ runId, sampleId }], 100_000);
});

fault("R5", "the folder of the file is read-only when the server starts", { isQuick: true }, async (figures) => {
  const studio = await startStudio();
  const folder = mountSmallDisk("8m");
  const data = path.join(folder, "data");
  mkdirSync(data);
  const first = await startServer({ studioUrl: studio.url, folder: data });
  await first.program.end("SIGTERM");
  execFileSync("mount", ["-o", "remount,ro", folder]);

  const server = await createServer({ studioUrl: studio.url, folder: data });
  server.launch();
  figures.is("exit code", String(await Promise.race([server.program.exits(), pause(15_000, "none")])), "1");
  figures.is(
    "the message names the folder or says read-only",
    /read-?only|EROFS|WINDOWSCOPE_DATA_DIR/i.test(server.output),
    true,
  );
  figures.is("no stack is printed", server.output.includes("    at "), false);
});

const STOP = { viewers: sized(200, 30) };

fault(
  "R17",
  `a server is told to stop (SIGTERM) while it writes a run for ${STOP.viewers} viewers`,
  {},
  async (figures) => {
    const studio = await startStudio();
    const server = await startServer({ studioUrl: studio.url });
    const sampleId = studio.addSample(LONG);
    studio.hold();
    const runId = await startRun(server.url, sampleId);
    const viewers = new ViewerPool();
    await viewers.open(STOP.viewers, { url: server.liveUrl, log: runId, from: "start", kind: "client" });
    await viewers.until(({ live }) => live === STOP.viewers, 20_000, "live");
    studio.release();
    await untilRunHas(server.url, runId, 1_000, 10_000);
    const { code, tookMs } = await server.program.end("SIGTERM");
    await pause(500);
    const told = (await viewers.reports()).filter(({ byes }) => byes > 0).length;
    figures.is("exit code", String(code), "0");
    figures.atMost("stopped after", tookMs / 1_000, 10, "s");
    figures.is("viewers that were told (bye)", told, STOP.viewers);

    await server.start();
    await viewers.until(({ over }) => over === STOP.viewers, 40_000, "at the end after the restart");
    checkViewers(figures, await viewers.reports());
    await checkDownloads(figures, server.url, [{ runId, sampleId }], LONG);
  },
);

/** @throws {Error} for who may not mount: the case then counts as failed, and says so. */
function mountSmallDisk(size: string): string {
  if (process.getuid?.() !== 0) throw new Error("needs root, to mount a small disk");
  const folder = temporaryFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]);
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return folder;
}
