import {
  drawGaps,
  drawOverview,
  drawRibbon,
  drawScoreLines,
  drawTicks,
  type Box,
  type CodesContent,
  type PixelImage,
  type Placed,
  type ScoresContent,
  type ShownRow,
  type TimeScale,
  type TimeSpan,
} from "@windowscope/plot";
import { VERDICT } from "@windowscope/protocol";

import { MATCH } from "../judge.ts";
import type { RunStore } from "../run-store.ts";
import type { LabelPlace, LanePlace, Look } from "../scope-port.ts";
import type { ShownRun } from "../shown-windows.ts";
import type { Skipped } from "../skipped-windows.ts";
import { drawExpected, drawVerdicts } from "./band-lanes.ts";
import { byClasses, loadedOf, onceFor, type Content, type Drawing } from "./drawing.ts";
import { drawAnomalies, drawValues } from "./number-lanes.ts";
import { classColour, type Palette } from "./palette.ts";
import { axesOf, drawSignal } from "./signal-lane.ts";

/** Narrower gaps between windows are not seen, and not drawn. */
const LEAST_SKIPPED_PX = 4;

/**
 * Draws all lanes of the look into an image of the same size.
 *
 * @returns Where labels go, in CSS pixels.
 */
export function drawLanes(
  image: PixelImage,
  { windows, whatIf }: Content,
  look: Look,
  palette: Palette,
  scale: TimeScale,
): LabelPlace[] {
  const { pixelRatio } = look;
  const isInSight = ({ startMs, endMs }: TimeSpan) => endMs >= scale.startMs && startMs <= scale.endMs;
  const runs = loadedOf(windows.runs.filter(isInSight));
  const beside = windows.beside && { fromMs: 0, content: windows.beside };
  const gaps = allGaps(windows.runs).filter(isInSight);
  const places: LabelPlace[] = [];
  image.fill(palette.bg);
  for (const lane of look.lanes) {
    const box = boxOf(image, lane, pixelRatio);
    if (!box) continue;
    // Ticks stand on the paper itself.
    if (lane.lane !== "mismatch") image.fillRect(box.x, box.y, box.widthPx, box.heightPx, palette.panel);
    const drawing = { windows, whatIf, image, box, scale, look, palette, pixelRatio, runs, beside };
    drawGaps(image, box, scale, gaps, { background: palette.bg, dot: palette.line2, pixelRatio });
    places.push(...drawLane(lane.lane, drawing));
  }
  return places;
}

/** Draws the minimap of everything. */
export function drawWhole(
  image: PixelImage,
  { windows }: Content,
  { pixelRatio }: Look,
  palette: Palette,
  scale: TimeScale,
): void {
  const box = { x: 0, y: 0, widthPx: image.widthPx, heightPx: image.heightPx };
  const runs = loadedOf(windows.runs);
  const marked = (codesOf: (store: RunStore) => CodesContent["codes"]) =>
    runs.map(({ fromMs, content }) => ({ fromMs, content: { times: content.times, codes: codesOf(content) } }));
  image.fill(palette.panel);
  drawGaps(image, box, scale, allGaps(windows.runs), { background: palette.bg, dot: palette.line2, pixelRatio });
  const anomaly = runs[0]?.content.codes.anomaly ?? VERDICT.anomaly;
  const ticks = [
    { windows: marked(({ verdicts }) => verdicts), wanted: anomaly, colour: palette.anomaly },
    { windows: marked(({ matches }) => matches), wanted: MATCH.mismatch, colour: palette.alert },
  ];
  drawOverview(image, box, scale, axesOf(runs), ticks, { ink: palette.ink3, pixelRatio });
}

/** Stretches of time between runs. */
export function gapsBetween(runs: readonly Pick<ShownRun, "startMs" | "endMs">[]): TimeSpan[] {
  return runs.slice(1).flatMap(({ startMs }, i) => {
    const before = runs[i]?.endMs ?? startMs;
    return before < startMs ? [{ startMs: before, endMs: startMs }] : [];
  });
}

const allGaps = onceFor(gapsBetween);

function drawLane(lane: LanePlace["lane"], drawing: Drawing): LabelPlace[] {
  const { image, box, scale, palette, runs, beside, pixelRatio } = drawing;
  switch (lane) {
    case "signal":
      drawSignal(drawing);
      return [];
    case "probability":
      drawProbability(drawing);
      return drawSkipped(drawing);
    case "expected":
      return drawExpected(drawing);
    case "predicted": {
      const places = drawVerdicts(drawing, "predicted", runs);
      drawSkipped(drawing);
      return places;
    }
    case "beside":
      return beside ? drawVerdicts(drawing, "beside", [beside]) : [];
    case "mismatch": {
      const windows = runs.map(({ fromMs, content: { times, matches } }) => ({
        fromMs,
        content: { times, codes: matches },
      }));
      drawTicks(image, box, scale, windows, MATCH.mismatch, palette.alert, { pixelRatio });
      return [];
    }
    case "anomaly":
      return drawAnomalies(drawing);
    case "value":
      drawValues(drawing);
      return [];
    default:
      return lane satisfies never;
  }
}

function drawProbability({ image, box, scale, windows, look, palette, pixelRatio, runs }: Drawing): void {
  const colours = look.classRows.map((row) => (row < 0 ? palette.ink3 : classColour(palette, row)));
  for (const group of byClasses(runs)) {
    const own = group[0]?.content.result?.classes ?? [];
    const rows = shownRows(look.classRows, windows.classes, own);
    const recordings = group.flatMap(({ fromMs, content: { times, scores } }): Placed<ScoresContent>[] =>
      scores ? [{ fromMs, content: { times, scores } }] : [],
    );
    if (rows.length === 0 || recordings.length === 0) continue;
    if (look.showsLines)
      drawScoreLines(image, box, scale, recordings, { rows, colours, line: palette.line, pixelRatio });
    else drawRibbon(image, box, scale, recordings, palette.ramp, { rows, pixelRatio });
  }
}

/**
 * Draws over what the windows behind a gap cover, where there is room to see it: a gap of a pixel in every column would
 * hide all that is there.
 *
 * @returns What to write into each gap.
 */
function drawSkipped({ image, box, scale, palette, pixelRatio, runs }: Drawing): LabelPlace[] {
  const msPerPx = (scale.endMs - scale.startMs) / box.widthPx;
  const gaps: Skipped[] = [];
  for (const { fromMs, content } of runs) {
    const hopMs = content.result?.windowIncreaseMs ?? 0;
    const skipped = content.skipped.between(content.times, scale.startMs - fromMs, scale.endMs - fromMs, hopMs);
    for (const { startMs, endMs, count } of skipped) {
      if (endMs - startMs < LEAST_SKIPPED_PX * pixelRatio * msPerPx) continue;
      gaps.push({ startMs: fromMs + startMs, endMs: fromMs + endMs, count });
    }
  }
  drawGaps(image, box, scale, gaps, { background: palette.bg, dot: palette.ink3, pixelRatio });
  return gaps.map(({ startMs, endMs, count }) => {
    const from = Math.max(0, startMs - scale.startMs) / msPerPx;
    const to = Math.min(box.widthPx, (endMs - scale.startMs) / msPerPx);
    const text = `classifier busy, ${count} skipped`;
    return { lane: "probability", px: from / pixelRatio, widthPx: (to - from) / pixelRatio, text, isLoud: false };
  });
}

/** The rows of the look as rows of one run's own scores; -1 is all that have no row. */
function shownRows(classRows: readonly number[], all: readonly string[], own: readonly string[]): ShownRow[] {
  const ownRow = (row: number): ShownRow => {
    const index = own.indexOf(all[row] ?? "");
    return index === -1 ? [] : index;
  };
  const isShown = new Set(classRows.map((row) => all[row]));
  const others = own.flatMap((name, index) => (isShown.has(name) ? [] : [index]));
  return classRows.map((row) => (row < 0 ? others : ownRow(row)));
}

/** In device pixels, within the image; nothing where none of it is. */
function boxOf(image: PixelImage, { y, heightPx }: LanePlace, pixelRatio: number): Box | undefined {
  const top = Math.max(0, Math.round(y * pixelRatio));
  const end = Math.min(image.heightPx, Math.round((y + heightPx) * pixelRatio));
  return top < end ? { x: 0, y: top, widthPx: image.widthPx, heightPx: end - top } : undefined;
}
