/** The child process of many viewers of one server. Its argument is the contender's name. */
import { setPriority } from "node:os";

import { answerParent, tellParent } from "./children.ts";
import { readClockMs } from "./clock.ts";
import type { ContenderName } from "./contenders.ts";
import { CONNECT, connectOurs } from "./viewers.ts";

const AT_ONCE = 50;
/** How often the server hears how far its viewers are, batches. */
const TELL_EVERY = 4;

const [name = ""] = process.argv.slice(2);
let viewers = 0;
let expected = 0;
let latenciesMs: number[] = [];
/** How many viewers have got each batch. */
let arrivals = new Uint32Array();
/** How many batches each viewer has got. */
const counts: number[] = [];

const commands = { connect, expect, collect, replay, stepBack };
export type ViewersCommands = typeof commands;

answerParent(commands);

/** Connects viewers until there are `count`. */
async function connect({ url, count }: { readonly url: string; readonly count: number }): Promise<void> {
  while (viewers < count) {
    const some = Math.min(AT_ONCE, count - viewers);
    const joining = Array.from({ length: some }, (_, i) => {
      const viewer = viewers + i;
      counts[viewer] = 0;
      return CONNECT[name as ContenderName](url, viewer, (sentAtMs) => received(viewer, sentAtMs));
    });
    await Promise.all(joining);
    viewers += some;
  }
}

/** Forgets what came so far, and waits for so many batches. */
function expect(batches: number): void {
  expected = batches;
  arrivals = new Uint32Array(batches);
  counts.fill(0);
  latenciesMs = [];
}

function received(viewer: number, sentAtMs: number): void {
  latenciesMs.push(readClockMs() - sentAtMs);
  const batch = counts[viewer] as number;
  counts[viewer] = batch + 1;
  arrivals[batch] = (arrivals[batch] as number) + 1;
  if (arrivals[batch] !== viewers) return;
  if ((batch + 1) % TELL_EVERY === 0 || batch + 1 === expected) tellParent(batch + 1);
}

/** How long each batch was on its way to each viewer. */
function collect(): Float64Array {
  return Float64Array.from(latenciesMs);
}

/** Has viewers join from the beginning, all at once; each leaves when it has caught up with so many batches. */
async function replay(join: { readonly url: string; readonly count: number; readonly batches: number }): Promise<void> {
  const joining = Array.from({ length: join.count }, async (_, i) => {
    let batches = 0;
    const viewer = await connectOurs(join.url, i, "start", () => batches++);
    viewer.close();
    if (batches < join.batches) throw new Error(`A joiner has ${batches} batches of ${join.batches}.`);
  });
  await Promise.all(joining);
}

/** From now on these viewers get what time the others leave, as if they were on a machine of their own. */
function stepBack(): void {
  setPriority(19);
}
