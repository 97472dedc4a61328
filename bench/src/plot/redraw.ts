/** What a frame costs: the same ten series in the same rows, drawn by everybody in a browser of its own. */
import { withPage } from "../browser/browser.ts";
import { median } from "../median.ts";
import { percentile } from "../percentile.ts";
import type { Figure } from "../rows.ts";
import { servePages, type PageServer } from "./page-server.ts";
import { TESTS, type Driver, type Test } from "./programs/drive.ts";
import { SERIES } from "./programs/series.ts";

const CONTENDERS = ["ours", "uplot", "echarts", "chartjs"] as const;
type Contender = (typeof CONTENDERS)[number];
const NAMES: Readonly<Record<Contender, string>> = {
  ours: "ours",
  uplot: "uPlot",
  echarts: "ECharts",
  chartjs: "Chart.js",
};
/** The two that goals are about; what the others cost is only told, and they need half of the time: one round of them. */
const JUDGED: readonly Contender[] = ["ours", "uplot"];
const SIZE_NAMES = new Map([
  [100_000, "100 k"],
  [1_000_000, "1 M"],
  [10_000_000, "10 M"],
]);
/** Peers need seconds a frame above it, and gigabytes. */
const MOST_POINTS_OF_PEERS = 1_000_000;
const [SMALLEST, LARGEST] = [100_000, 10_000_000];

const LEAST_RATIO_ON_APPEND = 15;
const MOST_MAIN_MS = 3;
/** How much more a frame of ten million points may cost than one of a hundred thousand. */
const MOST_GROWTH = 1.3;
const VIEW = { widthPx: 1200, heightPx: 400 };

/** Of one frame, in ms. */
interface FrameCost {
  /** User and system time of all processes of the browser. */
  readonly cpu: number;
  readonly mainThread: number;
  readonly wallP95: number;
}

interface Options {
  readonly rounds: number;
  readonly sizes: readonly number[];
  /** Each test goes on for at least so long. */
  readonly leastMs: number;
  readonly log: (line: string) => void;
}

export async function measureRedraws({ rounds, sizes, leastMs, log }: Options): Promise<Figure[]> {
  const costs = new Map<string, FrameCost[]>();
  const pages = await servePages(CONTENDERS);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const points of sizes) {
        const contenders = points <= MOST_POINTS_OF_PEERS ? (round === 0 ? CONTENDERS : JUDGED) : (["ours"] as const);
        for (const contender of shuffled(contenders)) {
          for (const [test, cost] of await measureContender(pages, contender, points, leastMs)) {
            const key = keyOf(contender, points, test);
            costs.set(key, [...(costs.get(key) ?? []), cost]);
            const [cpu, main, wall] = [cost.cpu, cost.mainThread, cost.wallP95].map((ms) => ms.toFixed(1));
            log(`${key}: ${cpu} ms CPU, ${main} ms main thread, p95 ${wall} ms`);
          }
        }
      }
    }
  } finally {
    await pages.close();
  }
  const of = (contender: Contender, points: number, test: Test, what: keyof FrameCost) =>
    median((costs.get(keyOf(contender, points, test)) ?? []).map((cost) => cost[what]));
  return [...sizes.flatMap((points) => TESTS.flatMap((test) => figuresOf(points, test, of))), ...growthOf(sizes, of)];
}

type CostOf = (contender: Contender, points: number, test: Test, what: keyof FrameCost) => number;

function figuresOf(points: number, test: Test, of: CostOf): Figure[] {
  const hasPeers = points <= MOST_POINTS_OF_PEERS;
  const unit = "ms";
  const isJudged = test === "append" && points === MOST_POINTS_OF_PEERS;
  const row = `${test}, ${SERIES} × ${SIZE_NAMES.get(points) ?? points}`;
  const peer = (what: keyof FrameCost) => hasPeers && { peerValue: of("uplot", points, test, what) };
  return [
    {
      row: `${row}, CPU a frame`,
      value: of("ours", points, test, "cpu"),
      unit,
      ...peer("cpu"),
      ...(isJudged && { goal: { leastRatio: LEAST_RATIO_ON_APPEND } }),
    },
    ...CONTENDERS.filter((contender) => hasPeers && contender !== "ours").map((contender) => ({
      row: `${row}, CPU a frame, ${NAMES[contender]}`,
      value: of(contender, points, test, "cpu"),
      unit,
    })),
    {
      row: `${row}, main thread a frame`,
      value: of("ours", points, test, "mainThread"),
      unit,
      ...peer("mainThread"),
      goal: { mostValue: MOST_MAIN_MS },
    },
    { row: `${row}, p95 of a frame`, value: of("ours", points, test, "wallP95"), unit, ...peer("wallP95") },
  ];
}

function growthOf(sizes: readonly number[], of: CostOf): Figure[] {
  if (!sizes.includes(SMALLEST) || !sizes.includes(LARGEST)) return [];
  return TESTS.map((test) => ({
    row: `${test}, CPU a frame of 10 M (no peer: seconds a frame) by that of 100 k`,
    value: of("ours", LARGEST, test, "cpu") / of("ours", SMALLEST, test, "cpu"),
    unit: "times",
    goal: { mostValue: MOST_GROWTH },
  }));
}

async function measureContender(
  pages: PageServer,
  contender: Contender,
  points: number,
  leastMs: number,
): Promise<Map<Test, FrameCost>> {
  return withPage({ ...VIEW, isUnpaced: true }, async ({ page, readProcesses, readMainThreadSeconds }) => {
    await page.goto(pages.urlOf(contender));
    await page.waitForFunction(() => globalThis.driver !== undefined);
    await page.evaluate((count) => (globalThis.driver as Driver).fill(count), points);
    const costs = new Map<Test, FrameCost>();
    for (const test of TESTS) {
      const [cpuBefore, mainBefore] = [readProcesses().cpuSeconds, await readMainThreadSeconds()];
      const { wallMs } = await page.evaluate((what) => (globalThis.driver as Driver).run(what.test, what.leastMs), {
        test,
        leastMs,
      });
      const [cpu, main] = [readProcesses().cpuSeconds - cpuBefore, (await readMainThreadSeconds()) - mainBefore];
      costs.set(test, {
        cpu: (cpu * 1000) / wallMs.length,
        mainThread: (main * 1000) / wallMs.length,
        wallP95: percentile(wallMs, 0.95),
      });
    }
    return costs;
  });
}

function keyOf(contender: Contender, points: number, test: Test): string {
  return `${test}, ${SERIES} × ${SIZE_NAMES.get(points) ?? points}, ${NAMES[contender]}`;
}

/** Nobody is always the one who runs on a warm machine. */
function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
