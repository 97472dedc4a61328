/** What the page of every contender does: gets its data, then draws frame after frame. */
import { createMoments } from "./series.ts";

/** A chart of {@link SERIES} rows, each series in a row of its own. */
export interface Chart {
  /** Takes the next moment: one value a series, 0 to 1. Nothing is drawn yet. */
  append(values: Float32Array): void;
  /** Draws points `from` to before `to`, over the whole width. Resolves when that has been drawn. */
  show(from: number, to: number): Promise<void>;
}

export const TESTS = ["full redraw", "zoom", "pan", "append"] as const;
export type Test = (typeof TESTS)[number];

export interface Drawn {
  /** Of each frame, from the end of the one before it, ms. */
  readonly wallMs: readonly number[];
}

/** What the bench calls. */
export interface Driver {
  fill(points: number): Promise<void>;
  run(test: Test, leastMs: number): Promise<Drawn>;
}

const ZOOM_STEPS = 40;
const LEAST_SHARE = 0.001;
const PAN_STEPS = 60;
const PAN_SHARE = 0.1;
/** 100 a second, seen on a screen of 60 frames a second. */
const POINTS_PER_FRAME = 100 / 60;
/** A chart that takes its data elsewhere must not be overrun. */
const POINTS_PER_FILL = 50_000;

declare global {
  var driver: Driver | undefined;
}

/** Lets the bench drive a chart. */
export function drive(chart: Chart): void {
  const nextMoment = createMoments();
  let points = 0;
  const append = (count: number) => {
    for (let n = 0; n < count; n++) chart.append(nextMoment());
    points += count;
  };
  globalThis.driver = {
    async fill(count) {
      while (points < count) {
        append(Math.min(POINTS_PER_FILL, count - points));
        await new Promise((resolve) => setTimeout(resolve));
      }
      await chart.show(0, points);
      await chart.show(0, points - 1);
    },
    async run(test, leastMs) {
      const wallMs: number[] = [];
      const frame = async (from: number, to: number) => {
        const startMs = performance.now();
        await chart.show(from, to);
        wallMs.push(performance.now() - startMs);
      };
      const startMs = performance.now();
      let owed = 0;
      // Whole rounds only: the steps of one differ in what they cost.
      for (let round = 0; round === 0 || performance.now() - startMs < leastMs; round++) {
        switch (test) {
          case "full redraw":
            // Nobody draws again what is there already, hence one point less every other time.
            await frame(0, points - (round % 2));
            break;
          case "append":
            owed += POINTS_PER_FRAME;
            append(Math.floor(owed));
            owed %= 1;
            await frame(0, points);
            break;
          case "zoom":
            for (let step = 0; step < ZOOM_STEPS; step++) {
              const half = (points / 2) * LEAST_SHARE ** (step / (ZOOM_STEPS - 1));
              await frame(Math.floor(points / 2 - half), Math.ceil(points / 2 + half));
            }
            break;
          case "pan":
            for (let step = 0; step < PAN_STEPS; step++) {
              const from = Math.round((points * (1 - PAN_SHARE) * step) / (PAN_STEPS - 1));
              await frame(from, from + Math.round(points * PAN_SHARE));
            }
            break;
        }
      }
      return { wallMs };
    },
  };
}

/** Resolves when the browser is about to show the next frame. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}
