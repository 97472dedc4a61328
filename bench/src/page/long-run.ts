/** A run of a million windows: how soon it is seen, what it takes, and whether one can move in it. */
import { setTimeout } from "node:timers/promises";

import type { Page, Worker } from "playwright-core";

import { median } from "../median.ts";
import type { Figure } from "../rows.ts";
import { watchFrames } from "./in-page.ts";
import { withOpenPage, type OpenPage } from "./open-page.ts";
import { withPageServer } from "./page-server.ts";
import { HOP_MS } from "./recorded-runs.ts";

const CLASSES = 10;
const MOST_FIRST_PAINT_S = 2;
const MOST_TAB_MB = 250;
const MOST_FRAME_MS = 50;
/** Reading everything may take so long before it counts as stuck. */
const LOAD_TIMEOUT_MS = 180_000;
const SETTLE_MS = 3_000;
const MOVES_MS = 16;
/** The pointer crosses half the lanes in so long. */
const SWEEP_MS = 2_000;
/** The first moves load what only moving needs. */
const WARM_UP_MS = 500;

interface Sample {
  readonly firstPaintS: number;
  readonly loadedS: number;
  readonly tabMb: number;
  /** Of it what the scope says that the run takes. */
  readonly historyMb: number;
  /** From one frame to the next while panning, the longest. */
  readonly pageFrameMs: number;
  readonly pictureFrameMs: number;
}

interface Options {
  readonly windows: number;
  readonly rounds: number;
  readonly panMs: number;
  readonly log: (line: string) => void;
}

export async function measureLongRun({ windows, rounds, panMs, log }: Options): Promise<Figure[]> {
  return withPageServer(async ({ url, runs }) => {
    log(`writing a run of ${windows} windows`);
    const runId = await runs.write({ windows, classes: CLASSES }, Date.now());
    // A tenth of it on the screen.
    const lengthS = (windows * HOP_MS) / 1000;
    const address = `${url}/#run=${runId}&t=${lengthS * 0.4}-${lengthS * 0.5}`;
    const samples: Sample[] = [];
    for (let round = 0; round < rounds; round++) {
      const sample = await withOpenPage(address, (open) => measureOnce(open, windows, panMs));
      log(JSON.stringify(sample));
      samples.push(sample);
    }
    const of = (what: keyof Sample) => median(samples.map((sample) => sample[what]));
    const row = (name: string) => `${name}, ${windows} windows × ${CLASSES}`;
    return [
      {
        row: row("page, first paint of the overview"),
        value: of("firstPaintS"),
        unit: "s",
        goal: { mostValue: MOST_FIRST_PAINT_S },
      },
      { row: row("page, all of it shown"), value: of("loadedS"), unit: "s" },
      { row: row("page, process of the tab (Pss)"), value: of("tabMb"), unit: "MB", goal: { mostValue: MOST_TAB_MB } },
      {
        row: row("page, longest frame while panning"),
        value: of("pageFrameMs"),
        unit: "ms",
        goal: { mostValue: MOST_FRAME_MS },
      },
      {
        row: row("page, longest time between pictures while panning"),
        value: of("pictureFrameMs"),
        unit: "ms",
        goal: { mostValue: MOST_FRAME_MS },
      },
    ];
  });
}

async function measureOnce({ page, scope, readTabBytes }: OpenPage, windows: number, panMs: number): Promise<Sample> {
  await page.waitForFunction(() => watched.overviewAtMs !== undefined, undefined, { timeout: LOAD_TIMEOUT_MS });
  const firstPaintMs = await page.evaluate(() => watched.overviewAtMs ?? NaN);
  await page.waitForFunction((count) => watched.snapshot?.windows === count, windows, { timeout: LOAD_TIMEOUT_MS });
  const loadedMs = await page.evaluate(() => performance.now());
  await setTimeout(SETTLE_MS);
  const tabBytes = await readTabBytes();
  const historyBytes = await page.evaluate(() => watched.snapshot?.bytes ?? NaN);

  await page.evaluate(watchFrames);
  await scope.evaluate(watchFrames);
  // Without a frame of its own the page would note none while only the worker draws.
  await page.evaluate(() => {
    const next = () => requestAnimationFrame(next);
    next();
  });
  await pan(page, scope, panMs);
  const [pageFrames, pictureFrames] = [
    await page.evaluate(() => watched.frames),
    await scope.evaluate(() => watched.frames),
  ];
  return {
    firstPaintS: firstPaintMs / 1000,
    loadedS: loadedMs / 1000,
    tabMb: tabBytes / 1e6,
    historyMb: historyBytes / 1e6,
    pageFrameMs: longestStep(pageFrames),
    pictureFrameMs: longestStep(pictureFrames),
  };
}

/** Drags the lanes to and fro, the same way each frame, and notes the frames meanwhile. */
async function pan(page: Page, scope: Worker, forMs: number): Promise<void> {
  const lanes = await page.locator('canvas[data-picture="lanes"]').boundingBox();
  if (!lanes) throw new Error("The page shows no lanes.");
  const [middle, y] = [lanes.x + lanes.width / 2, lanes.y + lanes.height / 2];
  await page.mouse.move(middle, y);
  await page.mouse.down();
  const moves: Promise<void>[] = [];
  const startMs = performance.now();
  for (let passedMs = 0, hasBegun = false; passedMs < forMs; passedMs = performance.now() - startMs) {
    if (!hasBegun && passedMs > WARM_UP_MS) {
      hasBegun = true;
      for (const thread of [page, scope] as Page[]) await thread.evaluate(() => void (watched.frames.length = 0));
    }
    const share = Math.abs(((passedMs / SWEEP_MS) % 2) - 1);
    // A hand does not wait until the page has seen its last move.
    moves.push(page.mouse.move(middle + lanes.width * (share / 2 - 0.25), y));
    await setTimeout(MOVES_MS - ((performance.now() - startMs) % MOVES_MS));
  }
  await Promise.all(moves);
}

function longestStep(timesMs: readonly number[]): number {
  if (timesMs.length < 2) throw new Error(`While panning only ${timesMs.length} frames were drawn.`);
  return Math.max(...timesMs.slice(1).map((ms, i) => ms - (timesMs[i] ?? NaN)));
}
