/** Viewers that come, go and come back while a run is written, or when it is no longer whole. */
import { setTimeout as pause } from "node:timers/promises";

import { decodeEntries } from "@windowscope/protocol";
import { openRedisRunLog } from "@windowscope/runlog";
import fc from "fast-check";
import { onTestFinished } from "vitest";

import { checkDownloads, checkViewers, ENTRY_WINDOWS } from "./content.ts";
import { FakeStudio } from "./fake-studio.ts";
import { fault } from "./figures.ts";
import { openLive, type LiveSocket } from "./live-socket.ts";
import { RedisProcess } from "./redis-process.ts";
import { startServer, type ServerProcess } from "./server-process.ts";
import { startRun, untilFinished } from "./server-runs.ts";
import { SEED, sized } from "./run.ts";
import { ViewerPool } from "./viewer-pool.ts";

async function startBoth(): Promise<{ studio: FakeStudio; server: ServerProcess }> {
  const studio = await FakeStudio.start();
  onTestFinished(() => studio.close());
  return { studio, server: await startServer({ studioUrl: studio.url }) };
}

const STORM = { viewers: sized(200, 20), entries: sized(5_000, 1_000), cuts: sized(2_000, 60) };

fault(
  "R1",
  `${STORM.viewers} viewers follow a run of ${STORM.entries} entries, each cut off again and again at random`,
  { isQuick: true, timeoutMs: 120_000 },
  async (figures) => {
    const { studio, server } = await startBoth();
    const windows = STORM.entries * ENTRY_WINDOWS;
    const sampleId = studio.addSample(windows);
    studio.hold();
    const runId = await startRun(server.url, sampleId);
    const viewers = new ViewerPool(2);
    const average = (STORM.viewers * STORM.entries) / (STORM.cuts * 1.3);
    const cutsAfter = [1, Math.round(average * 2)] as const;
    await viewers.open(STORM.viewers, { url: server.liveUrl, log: runId, from: "start", kind: "raw", cutsAfter });
    await viewers.until(({ live }) => live > STORM.viewers / 2, 20_000, "live");

    studio.release();
    await viewers.until(({ over }) => over === STORM.viewers, 100_000, "at the end");

    const reports = await viewers.reports();
    const cuts = reports.reduce((sum, { connections }) => sum + connections - 1, 0);
    figures.atLeast("connections cut", cuts, STORM.cuts);
    figures.is(
      "viewers at the run's end",
      reports.filter((report) => report.windows === windows).length,
      STORM.viewers,
    );
    checkViewers(figures, reports);
    figures.note(
      "entries sent again and dropped",
      reports.reduce((sum, { repeated }) => sum + repeated, 0),
    );
    await checkDownloads(figures, server.url, [{ runId, sampleId }], windows);
  },
);

fault(
  "R2",
  "viewers join at every point of runs: before, between and after appends, an empty run, a finished one",
  { isQuick: true },
  async (figures) => {
    const { studio, server } = await startBoth();
    const windows = 3_200;
    const viewers = new ViewerPool();
    const joiners = sized(60, 20);
    let reports = 0;
    for (const [what, count] of [
      ["full", windows],
      ["empty", 0],
    ] as const) {
      const sampleId = studio.addSample(count);
      studio.hold();
      const runId = await startRun(server.url, sampleId);
      const spec = { url: server.liveUrl, log: runId, from: "start", kind: "raw" } as const;
      await viewers.open(5, spec);
      await viewers.until(({ live, over }) => live >= 5 && over === reports, 10_000, "live before the first append");
      studio.release();
      for (let i = 0; i < joiners; i++) await viewers.open(1, spec);
      await untilFinished(server.url, runId, 20_000);
      await viewers.open(5, spec);
      reports += 10 + joiners;
      await viewers.until(({ over }) => over === reports, 20_000, `at the end of the ${what} run`);
      await checkDownloads(figures, server.url, [{ runId, sampleId }], count);
    }

    const all = await viewers.reports();
    for (const half of [all.slice(0, reports / 2), all.slice(reports / 2)]) checkViewers(figures, half);
    figures.is("viewers told `live` other than once", all.filter(({ lives }) => lives !== 1).length, 0);
    figures.is(
      "viewers without a window too many or few",
      all.filter(({ windows: got }, i) => got === (i < reports / 2 ? windows : 0)).length,
      reports,
    );
  },
);

fault(
  "R15",
  "positions that cannot be served: other epoch, future, garbage; then 1,000 positions from fast-check",
  { isQuick: true, timeoutMs: 60_000 },
  async (figures) => {
    const { studio, server } = await startBoth();
    const runId = await startRun(server.url, studio.addSample(320));
    await untilFinished(server.url, runId, 10_000);
    let live = await openLive(server.liveUrl);
    const { epoch, first, next } = await live.subscribe(runId, "start");
    await live.unsubscribeAll();
    const whyOf = async (from: unknown) => {
      const answer = await live.subscribe(runId, from);
      await live.unsubscribeAll();
      return answer.why;
    };

    figures.is("other epoch", String(await whyOf({ epoch: "0123456789abcdef", seq: 1 })), "epoch");
    figures.is("behind the end", String(await whyOf({ epoch, seq: Number(next) + 1 })), "ahead");
    figures.is("the end itself", String(await whyOf({ epoch, seq: next })), "undefined");

    let sent = 0;
    let hangs = 0;
    let wrong = 0;
    const counts = { subok: 0, reset: 0, closed: 0 };
    const anyFrom = fc.oneof(
      { weight: 6, arbitrary: fc.record({ epoch: fc.constantFrom(epoch, "other"), seq: fc.nat(Number(next) * 2) }) },
      { weight: 2, arbitrary: fc.record({ tail: fc.nat() }) },
      { weight: 1, arbitrary: fc.constantFrom("start", "now") },
      { weight: 2, arbitrary: fc.jsonValue() },
    );
    await fc.assert(
      fc.asyncProperty(anyFrom, async (from) => {
        // Few enough on one connection that their number alone is no offence.
        if (live.isClosed || ++sent % 20 === 0) {
          live.close();
          live = await openLive(server.liveUrl);
        }
        const answer = await live.subscribe(runId, from);
        if (answer.type === "nothing") hangs++;
        else if (answer.type in counts) counts[answer.type as keyof typeof counts]++;
        if (!isSpecified(from, answer, { epoch: String(epoch), first: Number(first), next: Number(next) })) wrong++;
        await live.unsubscribeAll();
      }),
      { numRuns: sized(1_000, 200), seed: SEED, endOnFailure: true },
    );
    figures.is("subscriptions without an answer within 5 s", hangs, 0);
    figures.is("answers other than SPEC.md has them", wrong, 0);
    figures.note("answers", `${counts.subok} subok, ${counts.reset} reset, ${counts.closed} closed`);
    live.close();
  },
);

fault(
  "R15",
  "the beginning of a run and of the feed is trimmed, under viewers and before they come",
  { isQuick: true },
  async (figures) => {
    const redis = await RedisProcess.start();
    const studio = await FakeStudio.start();
    onTestFinished(() => studio.close());
    const server = await startServer({ studioUrl: studio.url, env: { WINDOWSCOPE_RUNLOG: redis.url } });
    const runLog = await openRedisRunLog(redis.url);
    onTestFinished(() => runLog.close());
    const runId = await startRun(server.url, studio.addSample(64_000));
    await untilFinished(server.url, runId, 20_000);

    // It acknowledges nothing, so it is in the middle when what it wants next is gone.
    const slow = await openLive(server.liveUrl);
    onTestFinished(() => slow.close());
    const { epoch, next } = await slow.subscribe(runId, "start");
    await pause(500);
    const seen = slow.frames.reduce((sum, data) => sum + decodeEntries(new Uint8Array(data)).length, 0);
    const first = Number(next) - 3;
    figures.is("the viewer is in the middle of the run", seen < first, true);
    await runLog.trim(runId, first);
    await runLog.trim("feed", 2);
    slow.send({ type: "ack", id: 1, seq: seen });
    const reset = await slow.message(({ type }) => type === "reset");
    figures.is("the viewer in the middle: reset because", String(reset.why), "trimmed");
    figures.is("and goes on at the first entry that is left", reset.first as number, first);

    const late = await openLive(server.liveUrl);
    onTestFinished(() => late.close());
    const answers: [string, string, unknown][] = [
      ["before what is left", runId, { epoch, seq: 1 }],
      ["the first that is left", runId, { epoch, seq: first }],
      ["start", runId, "start"],
      ["before what is left of the feed", "feed", { epoch: (await runLog.stat("feed"))?.epoch, seq: 0 }],
      ["start of the feed", "feed", "start"],
    ];
    const got: string[] = [];
    for (const [, log, from] of answers) {
      const { type, why, from: at } = await late.subscribe(log, from);
      got.push(type === "reset" ? `reset, ${String(why)}` : `${type} from ${String(at)}`);
      await late.unsubscribeAll();
    }
    const wanted = ["reset, trimmed", `subok from ${first}`, `subok from ${first}`, "reset, trimmed", "subok from 2"];
    answers.forEach(([what], i) => figures.is(`asked from: ${what}`, got[i] ?? "", wanted[i] ?? ""));
  },
);

/** P7, P8 and P10 of SPEC.md. */
function isSpecified(
  from: unknown,
  answer: Awaited<ReturnType<LiveSocket["subscribe"]>>,
  log: { epoch: string; first: number; next: number },
): boolean {
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (from === "start") return answer.type === "subok" && answer.from === log.first;
  if (from === "now") return answer.type === "subok" && answer.from === log.next;
  const { tail, epoch, seq } = (from ?? {}) as Record<string, unknown>;
  if (isCount(tail)) return answer.type === "subok" && answer.from === Math.max(log.first, log.next - Number(tail));
  const isPosition = tail === undefined && typeof epoch === "string" && epoch !== "" && isCount(seq);
  if (!isPosition) return answer.type === "closed" && answer.code === 4400;
  if (epoch !== log.epoch) return answer.type === "reset" && answer.why === "epoch";
  if (Number(seq) > log.next) return answer.type === "reset" && answer.why === "ahead";
  return answer.type === "subok" && answer.from === seq;
}
