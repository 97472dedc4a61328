/** What it costs to send the same windows to many viewers, and how long they are on their way. */
import { median } from "../median.ts";
import { percentile } from "../percentile.ts";
import type { Figure } from "../rows.ts";
import { startAudience, type Audience } from "./audience.ts";
import { BATCH_WINDOWS } from "./batch.ts";
import { withChildren } from "./children.ts";
import { CONTENDERS, type ContenderName } from "./contenders.ts";

/** At most 1.3 times what the limit takes. */
const NEAR_LIMIT = { leastRatio: 0.77 } as const;
const FAR_FROM_JSON = { leastRatio: 3 } as const;
const PEERS = CONTENDERS.filter((name) => name !== "ours");
/** For which it is of interest how long batches are on their way; at full speed that only says how many there are. */
const LATENCY_LOAD = { viewers: 1_000, perSecond: 20 } as const;
const LATENCY_GOAL = { mostValue: 150 } as const;

/** At first, so that everybody's code is compiled, also what runs once a batch. */
const WARM_UP = { viewers: 10, batches: 3_000 } as const;
/** Before the measurements of a load, with its viewers. */
const WARM_UP_SENDS = 25_000;

/** A way to send: to how many, at most how many batches a second, and how many batches in a measurement. */
interface Load {
  readonly viewers: number;
  readonly perSecond: number;
  readonly batches: number;
}

interface Measured {
  /** For a million windows that reached a viewer. */
  readonly cpuSeconds: number[];
  readonly p50Ms: number[];
  readonly p99Ms: number[];
}

export async function measureBroadcasts(options: {
  readonly rounds: number;
  /** Length of a measurement at a given rate. */
  readonly seconds: number;
  readonly log: (line: string) => void;
}): Promise<Figure[]> {
  const { rounds, seconds, log } = options;
  const loads: Load[] = [
    { viewers: 100, perSecond: 100, batches: 100 * seconds },
    { viewers: 100, perSecond: Infinity, batches: 300 * seconds },
    { viewers: 1_000, perSecond: 20, batches: 20 * seconds },
    { viewers: 1_000, perSecond: Infinity, batches: 30 * seconds },
  ];
  return withChildren(async (start) => {
    const audiences = await Promise.all(CONTENDERS.map((name) => startAudience(start, name)));
    for (const audience of audiences) {
      await audience.connect(WARM_UP.viewers);
      await audience.send(WARM_UP.batches, Infinity);
    }
    const figures: Figure[] = [];
    for (const load of loads) {
      const measured = await measureLoad(audiences, load, rounds, log);
      figures.push(...toFigures(load, measured));
    }
    return figures;
  });
}

async function measureLoad(
  audiences: readonly Audience[],
  { viewers, perSecond, batches }: Load,
  rounds: number,
  log: (line: string) => void,
): Promise<Record<ContenderName, Measured>> {
  const measured = Object.fromEntries(
    CONTENDERS.map((name) => [name, { cpuSeconds: [], p50Ms: [], p99Ms: [] }]),
  ) as unknown as Record<ContenderName, Measured>;
  for (const audience of audiences) {
    await audience.connect(viewers);
    await audience.send(Math.ceil(WARM_UP_SENDS / viewers), Infinity);
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < audiences.length; turn++) {
      // Nobody is always the first, or always behind the same other.
      const { name, send } = audiences[(round + turn) % audiences.length] as Audience;
      const { cpuSeconds, latenciesMs } = await send(batches, perSecond);
      const millions = (batches * viewers * BATCH_WINDOWS) / 1e6;
      const { cpuSeconds: costs, p50Ms, p99Ms } = measured[name];
      costs.push(cpuSeconds / millions);
      p50Ms.push(percentile([...latenciesMs], 0.5));
      p99Ms.push(percentile([...latenciesMs], 0.99));
      const cost = (cpuSeconds / millions).toFixed(3);
      log(`${viewers} viewers ${describe(perSecond)}, ${name}: ${cost} s of CPU, p99 ${p99Ms.at(-1)?.toFixed(1)} ms`);
    }
  }
  return measured;
}

function toFigures({ viewers, perSecond }: Load, measured: Record<ContenderName, Measured>): Figure[] {
  const unit = "s of CPU";
  const cost = (name: ContenderName) => median(measured[name].cpuSeconds);
  const row = `million windows to ${viewers} viewers ${describe(perSecond)}`;
  const figures: Figure[] = [
    { row: `${row}, ours beside ws`, value: cost("ours"), unit, peerValue: cost("ws"), goal: NEAR_LIMIT },
    {
      row: `${row}, ours beside JSON.stringify for each`,
      value: cost("ours"),
      unit,
      peerValue: cost("ws, JSON.stringify for each"),
      goal: FAR_FROM_JSON,
    },
    ...PEERS.map((name) => ({ row: `${row}, ${name}`, value: cost(name), unit })),
  ];
  if (viewers !== LATENCY_LOAD.viewers || perSecond !== LATENCY_LOAD.perSecond) return figures;
  const way = `batch to ${viewers} viewers ${describe(perSecond)}`;
  const p99 = (name: ContenderName) => median(measured[name].p99Ms);
  return [
    ...figures,
    { row: `${way}, p50, ours`, value: median(measured.ours.p50Ms), unit: "ms", peerValue: median(measured.ws.p50Ms) },
    { row: `${way}, p99, ours`, value: p99("ours"), unit: "ms", peerValue: p99("ws"), goal: LATENCY_GOAL },
    ...PEERS.map((name) => ({ row: `${way}, p99, ${name}`, value: p99(name), unit: "ms" })),
  ];
}

function describe(perSecond: number): string {
  return perSecond === Infinity ? "at full speed" : `at ${perSecond} batches/s`;
}
