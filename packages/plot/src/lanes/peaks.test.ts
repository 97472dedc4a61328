import { describe, expect, it } from "vitest";

import { Codes } from "../data/codes.ts";
import { Scores } from "../data/scores.ts";
import { Trace } from "../data/trace.ts";
import { WindowTimes } from "../data/window-times.ts";
import { packColour } from "../pixels/colour.ts";
import type { PixelImage } from "../pixels/pixel-image.ts";
import { createRamp } from "../pixels/ramp.ts";
import { BLACK, WHITE, whiteImage } from "../testing/text-art.ts";
import { drawAnomaly } from "./anomaly.ts";
import { drawBand, drawTicks } from "./band.ts";
import { drawRibbon } from "./ribbon.ts";
import { drawTraces } from "./traces.ts";

/** From 0 to before 1, the same in every run. */
function randomOf(seed: number): () => number {
  let state = seed * 7_919 + 1;
  return () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x80000000;
}

const INTERVAL_MS = 16;

/** A recording whose windows come unevenly, some in bursts; if it has a peak, one window and one reading are unlike all others. */
function recordingOf(random: () => number, hasPeak: boolean) {
  const windowCount = 1 + Math.floor(random() ** 3 * 2_000);
  const readings = new Float32Array(1 + Math.floor(random() ** 3 * 30_000));
  if (hasPeak) readings[random() < 0.3 ? readings.length - 1 : Math.floor(random() * readings.length)] = 1;
  const [times, scores, codes] = [new WindowTimes(), new Scores(1), new Codes()];
  const [values, trace] = [new Trace(), new Trace()];
  const windows = new Float32Array(windowCount);
  if (hasPeak) windows[Math.floor(random() * windowCount)] = 1;
  const isEven = random() < 0.4;
  let endMs = 100;
  const ends = new Float64Array(windowCount).map(() => {
    endMs += isEven ? 80 : random() < 0.5 ? random() : random() * 2_000;
    return endMs;
  });
  times.append(
    ends.map((ms) => ms - (isEven ? 100 : random() * 90)),
    ends,
  );
  trace.append(readings);
  for (const each of [scores, codes, values]) each.append(windows);
  const lengthMs = Math.max(times.endMs(windowCount - 1), readings.length * INTERVAL_MS);
  return { lengthMs, content: { times, scores, codes, mismatches: codes, values, trace, intervalMs: INTERVAL_MS } };
}

/** Whether a pixel of a row has a colour. */
function has(image: PixelImage, y: number, colour: number): boolean {
  return image.pixels.subarray(y * image.widthPx, (y + 1) * image.widthPx).includes(colour);
}

const ramp = createRamp(["#ffffff", "#000000"]);
const WRONG = packColour("#0000bb");
const band = { colours: [packColour("#aa0000"), WRONG], panel: WHITE };
const line = { line: BLACK, limit: BLACK, hatch: BLACK, range: { low: 0, high: 1 } };

describe("the one peak of a session", () => {
  it("is in the picture in every lane, however many recordings share a column and at any width", () => {
    const lost: string[] = [];
    for (let seed = 0; seed < 50; seed++) {
      const random = randomOf(seed);
      const widthPx = 1 + Math.floor(random() ** 2 * 700);
      const count = 1 + Math.floor(random() ** 4 * 60);
      const special = Math.floor(random() * count);
      const startMs = (random() - 0.5) * 1e6;
      let endMs = startMs;
      const recordings = Array.from({ length: count }, (_, i) => {
        const { lengthMs, content } = recordingOf(random, i === special);
        const fromMs = endMs;
        endMs += lengthMs + random() * 500;
        return { fromMs, content };
      });
      const scale = { startMs: startMs - random() * 1_000, endMs: endMs + random() * 1_000, widthPx };
      const image = whiteImage(widthPx, 75);
      const lane = (y: number) => ({ x: 0, y, widthPx, heightPx: 15 });

      drawTraces(image, lane(0), scale, [recordings], { ink: BLACK, linePx: 4, ranges: [{ low: 0, high: 1 }] });
      drawRibbon(image, lane(15), scale, recordings, ramp);
      drawBand(image, lane(30), scale, recordings, band);
      drawTicks(image, lane(45), scale, recordings, 1, BLACK);
      drawAnomaly(image, lane(60), scale, recordings, undefined, line);

      const isSeen = {
        trace: has(image, 4, BLACK),
        ribbon: has(image, 20, BLACK),
        band: has(image, 44, WRONG),
        ticks: has(image, 50, BLACK),
        anomaly: image.pixels.subarray(60 * widthPx, 61 * widthPx).some((pixel) => pixel !== WHITE),
      };
      for (const [name, isThere] of Object.entries(isSeen)) if (!isThere) lost.push(`${name} of ${seed}`);
    }

    expect(lost).toEqual([]);
  });
});
