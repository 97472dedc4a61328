/** What viewers notice of the log, of the hub, and of others who join late and catch up. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { median } from "../median.ts";
import { percentile } from "../percentile.ts";
import type { Figure } from "../rows.ts";
import { startAudience, type Sent } from "./audience.ts";
import { BATCH_WINDOWS } from "./batch.ts";
import { withChildren } from "./children.ts";
import { readClockMs } from "./clock.ts";
import type { ViewersCommands } from "./viewers-process.ts";

const VIEWERS = 100;
const JOINERS = 100;
const HISTORY_BATCHES = 100_000 / BATCH_WINDOWS;
const PER_SECOND = 20;
/** Long enough to begin, short enough to end soon after the last joiner has caught up. */
const BURST_BATCHES = 10;
const HUB_GOAL = { mostValue: 5 } as const;
/** At most three times the idle figure. */
const JOINED_GOAL = { leastRatio: 0.334 } as const;

export async function measureJoiners(options: {
  readonly rounds: number;
  readonly idleSeconds: number;
  readonly log: (line: string) => void;
}): Promise<Figure[]> {
  const { rounds, idleSeconds, log } = options;
  const folder = await mkdtemp(path.join(tmpdir(), "windowscope-bench-"));
  try {
    return await withChildren(async (start) => {
      const { server, url, connect, send } = await startAudience(start, "ours", folder);
      await connect(1);
      await server.ask("fill", HISTORY_BATCHES);
      await connect(VIEWERS);
      await send(PER_SECOND, PER_SECOND);
      const joiners = start<ViewersCommands>("viewers-process.ts", ["ours"]);
      await joiners.ask("stepBack");
      const join = (count: number) => joiners.ask("replay", { url, count, batches: HISTORY_BATCHES });
      await join(JOINERS / 10);

      const figures = {
        hubMs: [] as number[],
        idleMs: [] as number[],
        joinedMs: [] as number[],
        seconds: [] as number[],
      };
      for (let round = 0; round < rounds; round++) {
        const idle = await send(idleSeconds * PER_SECOND, PER_SECOND);
        const idleMs = percentile([...idle.latenciesMs], 0.99);
        const beginMs = readClockMs();
        const joined = await sendDuring(join(JOINERS), () => send(BURST_BATCHES, PER_SECOND));
        const seconds = (readClockMs() - beginMs) / 1000;
        const joinedMs = percentile(joined, 0.99);
        figures.hubMs.push(percentile([...idle.latenciesMs], 0.5) - percentile(idle.storeMs, 0.5));
        figures.idleMs.push(idleMs);
        figures.joinedMs.push(joinedMs);
        figures.seconds.push(seconds);
        log(`p99 ${idleMs.toFixed(1)} ms, and ${joinedMs.toFixed(1)} ms while others join for ${seconds.toFixed(1)} s`);
      }
      const what = `batch to ${VIEWERS} viewers at ${PER_SECOND} batches/s, SQLite`;
      return [
        { row: `${what}, from stored to viewer, p50`, value: median(figures.hubMs), unit: "ms", goal: HUB_GOAL },
        { row: `${what}, p99`, value: median(figures.idleMs), unit: "ms" },
        {
          row: `${what}, p99 while ${JOINERS} join and replay 100,000 windows each`,
          value: median(figures.joinedMs),
          unit: "ms",
          peerValue: median(figures.idleMs),
          goal: JOINED_GOAL,
        },
        { row: `${JOINERS} viewers replay 100,000 windows each`, value: median(figures.seconds), unit: "s" },
      ];
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Sends until something else is over. @returns How long each batch was on its way to each viewer, ms. */
async function sendDuring(something: Promise<void>, send: () => Promise<Sent>): Promise<number[]> {
  let isOver = false;
  const ended = something.finally(() => (isOver = true));
  // It is awaited below, after the last batch.
  ended.catch(() => undefined);
  const latenciesMs: number[] = [];
  while (!isOver) latenciesMs.push(...(await send()).latenciesMs);
  await ended;
  return latenciesMs;
}
