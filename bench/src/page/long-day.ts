/** Eight hours of data collection in minutes, with the page open all the time: does it stay as it was? */
import { setTimeout } from "node:timers/promises";

import type { Figure } from "../rows.ts";
import { WINDOWS_PER_RUN, withOpenPage, type OpenPage } from "./open-page.ts";
import { withPageServer, type PageServer } from "./page-server.ts";
import { HOP_MS, WINDOW_MS } from "./recorded-runs.ts";

const RUN = { windows: WINDOWS_PER_RUN, classes: 4 };
/** So much of the day's windows, 12.5 a second, is one run. */
const RUN_MS = RUN.windows * HOP_MS;
/** A recording is longer by its last window; and there is a breath between two. */
const SPACING_MS = RUN_MS + WINDOW_MS + 500;
/** A page reads ten runs a second, more are refused by the server; so this is as fast as days can go by. */
const BETWEEN_RUNS_MS = 110;
const LOOKS = 8;
/** After the first looks everything that is loaded late has been loaded. */
const WARM_LOOKS = 2;
const CATCH_UP_MS = 60_000;
const MOST_GROWTH_MB = 15;
const MOST_LAG_MS = 1_000;
const MOST_GROWN = 10;

/** How the page stands at one moment of the day. */
interface Look {
  /** Of the tab, beside the history itself. */
  readonly besideHistoryMb: number;
  readonly historyMb: number;
  /** From the end of a run in the log to all its windows on the page. */
  readonly lagMs: number;
  readonly listeners: number;
  readonly nodes: number;
  readonly timers: number;
}

export async function measureLongDay(hours: number, log: (line: string) => void): Promise<Figure[]> {
  const runs = Math.ceil((hours * 3_600_000) / RUN_MS);
  return withPageServer((server) =>
    withOpenPage(`${server.url}/#session`, async (open) => {
      const looks: Look[] = [];
      const day = new Day(server, Date.now() - runs * SPACING_MS);
      for (let look = 0; look < LOOKS; look++) {
        while (day.count < (runs * (look + 1)) / LOOKS) {
          await Promise.all([day.record(), setTimeout(BETWEEN_RUNS_MS)]);
        }
        looks.push(await lookAt(open, day));
        log(`after ${day.count} runs: ${JSON.stringify(looks.at(-1))}`);
      }
      return figuresOf(hours, looks);
    }),
  );
}

/** Recordings one after another, on a clock of their own. */
class Day {
  count = 0;
  readonly #server: PageServer;
  readonly #startMs: number;

  constructor(server: PageServer, startMs: number) {
    this.#server = server;
    this.#startMs = startMs;
  }

  async record(): Promise<void> {
    this.count++;
    await this.#server.runs.write(RUN, this.#startMs + this.count * SPACING_MS);
  }
}

async function lookAt(open: OpenPage, day: Day): Promise<Look> {
  const { page, scope, devTools, readTabBytes } = open;
  const hasNewest = (n: number) =>
    page.waitForFunction((sampleName) => watched.snapshot?.newestComplete === sampleName, `recording.${n - 1}`, {
      timeout: CATCH_UP_MS,
      polling: 20,
    });
  await hasNewest(day.count);
  await day.record();
  const storedMs = performance.now();
  await hasNewest(day.count);
  const lagMs = performance.now() - storedMs;

  // Weighed by the scope every other second.
  await setTimeout(2_500);
  await day.record();
  await hasNewest(day.count);
  const tabBytes = await readTabBytes();
  const historyBytes = await page.evaluate(() => watched.snapshot?.bytes ?? NaN);
  const timers = (await page.evaluate(() => watched.timers.size)) + (await scope.evaluate(() => watched.timers.size));
  const { metrics } = await devTools.send("Performance.getMetrics");
  const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? NaN;
  return {
    besideHistoryMb: (tabBytes - historyBytes) / 1e6,
    historyMb: historyBytes / 1e6,
    lagMs,
    listeners: metric("JSEventListeners"),
    nodes: metric("Nodes"),
    timers,
  };
}

function figuresOf(hours: number, looks: readonly Look[]): Figure[] {
  const row = (name: string) => `${hours} h of live data, ${name}`;
  const [warm, last] = [looks[WARM_LOOKS - 1], looks.at(-1)];
  if (!warm || !last) throw new RangeError("A day has several looks.");
  const growth = (what: keyof Look) => last[what] - warm[what];
  return [
    {
      row: row("memory of the tab beside its history, growth"),
      value: growth("besideHistoryMb"),
      unit: "MB",
      goal: { mostValue: MOST_GROWTH_MB },
    },
    { row: row("history at the end"), value: last.historyMb, unit: "MB" },
    { row: row("tab beside its history at the end"), value: last.besideHistoryMb, unit: "MB" },
    {
      row: row("a run is complete on the page after"),
      value: last.lagMs,
      unit: "ms",
      goal: { mostValue: MOST_LAG_MS },
    },
    // The list of runs grows until it is full.
    { row: row("nodes more than before"), value: growth("nodes"), unit: "nodes" },
    ...(["listeners", "timers"] as const).map((what) => ({
      row: row(`${what} more than before`),
      value: growth(what),
      unit: what,
      goal: { mostValue: MOST_GROWN },
    })),
  ];
}
