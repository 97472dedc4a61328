/**
 * The child process in which one of the compared servers runs, and sends.
 *
 * Its arguments are the contender's name and, for ours, the data folder and the address of a Studio.
 */
import { setImmediate, setTimeout } from "node:timers/promises";

import { answerParent } from "./children.ts";
import { readClockMs } from "./clock.ts";
import type { ContenderName } from "./contenders.ts";
import { START } from "./servers.ts";

/** What has been sent and not yet got by every viewer, batches. */
const MOST_UNDER_WAY = 16;
/** What one collection leaves, a later one may take: buffers are freed and pages given back after it. */
const COLLECTIONS = 8;
const PAUSE_MS = 100;

const [name = "", dataDir, studioUrl] = process.argv.slice(2);
const { url, broadcast, fill } = await START[name as ContenderName]({ dataDir: dataDir || undefined, studioUrl });

/** Batches that every viewer has got; the parent tells. */
let reached = 0;
let onReached: () => void = () => undefined;

const commands = {
  url: () => url,
  send,
  fill: (batches: number) => fill?.(batches),
  memory: readMemoryBytes,
};
export type ServerCommands = typeof commands;

answerParent(commands, (batches) => {
  reached = batches;
  onReached();
});

/**
 * Sends batches until every viewer has them.
 *
 * @param perSecond How many a second; viewers that cannot take as many slow it down. Infinity: as many as they can.
 * @returns Processor time, user and system; and how long each batch took to be stored, ms.
 */
async function send({ batches, perSecond }: { readonly batches: number; readonly perSecond: number }) {
  reached = 0;
  const storeMs: number[] = [];
  const before = process.cpuUsage();
  const beginMs = readClockMs();
  for (let n = 0; n < batches; n++) {
    const earlyMs = beginMs + (n * 1000) / perSecond - readClockMs();
    // Without a turn in between several batches would leave as one message.
    await (earlyMs > 0 ? setTimeout(earlyMs) : setImmediate());
    await untilReached(n - MOST_UNDER_WAY + 1);
    const sentAtMs = readClockMs();
    await broadcast(sentAtMs);
    storeMs.push(readClockMs() - sentAtMs);
  }
  await untilReached(batches);
  const { user, system } = process.cpuUsage(before);
  return { cpuSeconds: (user + system) / 1e6, storeMs };
}

async function untilReached(batches: number): Promise<void> {
  while (reached < batches) await new Promise<void>((resolve) => (onReached = resolve));
}

/** The least that the process holds after collecting its garbage. */
async function readMemoryBytes(): Promise<number> {
  if (!globalThis.gc) throw new Error("The server's process needs --expose-gc.");
  let least = Infinity;
  for (let n = 0; n < COLLECTIONS; n++) {
    globalThis.gc();
    await setTimeout(PAUSE_MS);
    least = Math.min(least, process.memoryUsage.rss());
  }
  return least;
}
