import {
  anomalyRange,
  anomalyY,
  drawAnomaly,
  drawBand,
  drawGaps,
  drawLabels,
  drawOverview,
  drawRibbon,
  drawScoreLines,
  drawTicks,
  drawTraces,
  type Axis,
  type Box,
  type CodesContent,
  type LabelledRange,
  type LabelPlace as BandLabel,
  type PixelImage,
  type Placed,
  type Range,
  type ScoresContent,
  type ShownRow,
  type TimeScale,
  type TimeSpan,
  type WindowValues,
} from "@windowscope/plot";
import { VERDICT, verdictName } from "@windowscope/protocol";

import { MATCH } from "../judge.ts";
import type { RunStore } from "../run-store.ts";
import type { LabelPlace, LanePlace, Look, Thresholds } from "../scope-port.ts";
import type { ShownRun, ShownWindows } from "../shown-windows.ts";
import { rangesOf } from "../signal-ranges.ts";
import { classColour, labelColour, verdictColours, type Palette } from "./palette.ts";

/** What is drawn. */
export interface Content {
  readonly windows: ShownWindows;
  readonly whatIf: Thresholds | undefined;
}

/** A run that has been read, at least in part. */
interface Loaded extends Placed<RunStore> {
  readonly content: RunStore;
}

interface Drawing extends Content {
  readonly image: PixelImage;
  readonly box: Box;
  readonly scale: TimeScale;
  readonly look: Look;
  readonly palette: Palette;
  readonly pixelRatio: number;
  /** Those in sight. */
  readonly runs: readonly Loaded[];
  readonly beside: Loaded | undefined;
}

/**
 * What follows from all runs is worked out once for all frames between two changes, and not for every frame of a view
 * that moves: the array of runs is replaced with each change.
 */
function onceFor<T>(compute: (runs: readonly ShownRun[]) => T): (runs: readonly ShownRun[]) => T {
  const known = new WeakMap<readonly ShownRun[], { readonly value: T }>();
  return (runs) => {
    const { value } = known.get(runs) ?? { value: compute(runs) };
    known.set(runs, { value });
    return value;
  };
}

const signalRanges = onceFor(rangesOf);
const anomalyRangeOfAll = onceFor((runs) => {
  const loaded = loadedOf(runs);
  return anomalyRange(anomaliesOf(loaded), ownLimit(loaded));
});

/** Labels of one band that are told apart; a recording with more has the rest drawn alike. */
const MOST_LABELS = 256;

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
  const isInSight = ({ startMs, endMs }: ShownRun) => endMs >= scale.startMs && startMs <= scale.endMs;
  const runs = loadedOf(windows.runs.filter(isInSight));
  const beside = windows.beside && { fromMs: 0, content: windows.beside };
  const gaps = gapsBetween(windows.runs.filter(isInSight));
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
  drawGaps(image, box, scale, gapsBetween(windows.runs), { background: palette.bg, dot: palette.line2, pixelRatio });
  const anomaly = runs[0]?.content.codes.anomaly ?? VERDICT.anomaly;
  const ticks = [
    { windows: marked(({ verdicts }) => verdicts), wanted: anomaly, colour: palette.anomaly },
    { windows: marked(({ matches }) => matches), wanted: MATCH.mismatch, colour: palette.alert },
  ];
  drawOverview(image, box, scale, axesOf(runs), ticks, { ink: palette.line2, pixelRatio });
}

/** Stretches of time between runs. */
export function gapsBetween(runs: readonly Pick<ShownRun, "startMs" | "endMs">[]): TimeSpan[] {
  return runs.slice(1).flatMap(({ startMs }, i) => {
    const before = runs[i]?.endMs ?? startMs;
    return before < startMs ? [{ startMs: before, endMs: startMs }] : [];
  });
}

function drawLane(lane: LanePlace["lane"], drawing: Drawing): LabelPlace[] {
  const { image, box, scale, palette, runs, beside, pixelRatio } = drawing;
  switch (lane) {
    case "signal":
      drawSignal(drawing);
      return [];
    case "probability":
      drawProbability(drawing);
      return [];
    case "expected":
      return drawExpected(drawing);
    case "predicted":
      return drawVerdicts(drawing, "predicted", runs);
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

function drawSignal({ image, box, scale, windows, look, palette, pixelRatio, runs, beside }: Drawing): void {
  const ranges = comparable(windows);
  const other = beside && isOtherSample(windows, beside.content) ? axesOf([beside]) : [];
  if (!look.overlaysAxes) {
    drawTraces(image, box, scale, other, { ink: palette.line2, ranges, pixelRatio });
    drawTraces(image, box, scale, axesOf(runs), { ink: palette.ink, ranges, pixelRatio });
    return;
  }
  const all = ranges.reduce<Range | undefined>((sum, range) => {
    if (!sum || !range) return sum ?? range;
    return { low: Math.min(sum.low, range.low), high: Math.max(sum.high, range.high) };
  }, undefined);
  for (const axis of other) drawTraces(image, box, scale, [axis], { ink: palette.line2, ranges: [all], pixelRatio });
  axesOf(runs).forEach((axis, i) => {
    drawTraces(image, box, scale, [axis], { ink: classColour(palette, i), ranges: [all], pixelRatio });
  });
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

function drawExpected({ image, box, scale, windows, palette, pixelRatio }: Drawing): LabelPlace[] {
  const names = new Map<string, number>();
  const recordings = windows.runs
    .filter(({ startMs, endMs }) => endMs >= scale.startMs && startMs <= scale.endMs)
    .map(({ run, store, startMs: fromMs }) => {
      const { expected = [] } = store?.result ?? run.result ?? {};
      const content = expected.map(({ startMs, endMs, label }): LabelledRange => {
        if (!names.has(label)) names.set(label, names.size);
        return { startMs, endMs, code: Math.min(MOST_LABELS - 1, names.get(label) as number) };
      });
      return { fromMs, content };
    });
  const texts = [...names.keys()];
  const colours = texts.slice(0, MOST_LABELS).map((label) => labelColour(palette, windows.classes, label));
  const places = drawLabels(image, box, scale, recordings, { colours, panel: palette.panel, pixelRatio });
  const textOf = (code: number) => (code === MOST_LABELS - 1 && texts.length > MOST_LABELS ? "…" : (texts[code] ?? ""));
  return toPlaces("expected", places, pixelRatio, textOf);
}

function drawVerdicts(
  { image, box, scale, windows, palette, pixelRatio }: Drawing,
  lane: "predicted" | "beside",
  runs: readonly Loaded[],
): LabelPlace[] {
  return byClasses(runs).flatMap((group) => {
    const own = group[0]?.content.result?.classes ?? [];
    const recordings = group.map(({ fromMs, content: { times, verdicts, matches } }) => {
      return { fromMs, content: { times, codes: verdicts, mismatches: matches } };
    });
    const colours = verdictColours(palette, own, windows.classes);
    const places = drawBand(image, box, scale, recordings, { colours, panel: palette.panel, pixelRatio });
    // The number of a regression has a lane of its own.
    const named = places.filter(({ code }) => code !== VERDICT.value);
    return toPlaces(lane, named, pixelRatio, (code) => verdictName(own, code));
  });
}

function drawAnomalies({ image, box, scale, windows, whatIf, palette, pixelRatio, runs }: Drawing): LabelPlace[] {
  const { range, limit } = anomalyScale({ windows, whatIf });
  const style = { line: palette.anomaly, limit: palette.ink3, hatch: palette.line, range, pixelRatio };
  const peaks = drawAnomaly(image, box, scale, anomaliesOf(runs), limit, style);
  return peaks.map(({ px, widthPx, highest }) => {
    const text = `▲ ${highest.toFixed(highest < 100 ? 1 : 0)}`;
    return { lane: "anomaly", px: px / pixelRatio, widthPx: widthPx / pixelRatio, text, isLoud: false };
  });
}

/**
 * What the anomaly lane spans, and its limit.
 *
 * A limit that is tried out leaves the scale as it is, as long as it is on it: it would run away from the pointer that
 * drags it.
 */
export function anomalyScale({ windows, whatIf }: Pick<Content, "windows" | "whatIf">): {
  readonly range: Range;
  readonly limit: number | undefined;
} {
  const limit = whatIf?.anomaly ?? ownLimit(loadedOf(windows.runs));
  const { low, high } = anomalyRangeOfAll(windows.runs);
  return { range: { low: Math.min(low, limit ?? low), high: Math.max(high, limit ?? high) }, limit };
}

function ownLimit(runs: readonly Loaded[]): number | undefined {
  return runs.at(-1)?.content.result?.thresholds.anomaly;
}

function anomaliesOf(runs: readonly Loaded[]): Placed<WindowValues>[] {
  return runs.map(({ fromMs, content: { times, anomaly } }) => ({ fromMs, content: { times, values: anomaly } }));
}

/** The numbers of a regression over those that were expected. */
function drawValues({ image, box, scale, windows, palette, pixelRatio, runs }: Drawing): void {
  const range = valueRange(loadedOf(windows.runs));
  if (!range) return;
  const strength = Math.max(1, Math.round(2 * pixelRatio));
  for (const { fromMs, content } of runs) {
    for (const { startMs, endMs, label } of content.result?.expected ?? []) {
      const y = Math.round(anomalyY(box, range, Number(label)));
      if (Number.isNaN(y)) continue;
      const [from, to] = [startMs, endMs].map((ms) => pxOf(box, scale, fromMs + ms)) as [number, number];
      const top = Math.min(Math.max(box.y, y), box.y + box.heightPx - strength);
      image.fillRect(
        Math.max(box.x, from),
        top,
        Math.min(box.widthPx, to) - Math.max(0, from),
        strength,
        palette.line2,
      );
    }
  }
  const values = runs.map(({ fromMs, content }) => ({
    fromMs,
    content: { times: content.times, values: content.values },
  }));
  const style = { line: palette.ink, limit: palette.ink3, hatch: palette.line, range, pixelRatio };
  drawAnomaly(image, box, scale, values, undefined, style);
}

/** Everything that was said and expected, with some room around it. */
function valueRange(runs: readonly Loaded[]): Range | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const { content } of runs) {
    const { range } = content.values;
    const targets = (content.result?.expected ?? []).map(({ label }) => Number(label)).filter(Number.isFinite);
    low = targets.reduce((least, value) => Math.min(least, value), Math.min(low, range?.low ?? Infinity));
    high = targets.reduce((most, value) => Math.max(most, value), Math.max(high, range?.high ?? -Infinity));
  }
  if (low > high) return undefined;
  const room = 0.05 * (high - low) || 0.5;
  return { low: low - room, high: high + room };
}

function loadedOf(runs: readonly ShownRun[]): Loaded[] {
  return runs.flatMap(({ startMs, store }) => (store ? [{ fromMs: startMs, content: store }] : []));
}

function axesOf(runs: readonly Loaded[]): Axis[] {
  const count = Math.max(0, ...runs.map(({ content }) => content.axes.length));
  return Array.from({ length: count }, (_, a) =>
    runs.flatMap(({ fromMs, content }) => {
      const [trace, intervalMs] = [content.axes[a], content.result?.intervalMs ?? 0];
      return trace && intervalMs > 0 ? [{ fromMs, content: { trace, intervalMs } }] : [];
    }),
  );
}

/** Axes of the same units get the same distance from low to high, so that their heights compare. */
function comparable(windows: ShownWindows): (Range | undefined)[] {
  const ranges = signalRanges(windows.runs);
  const axes = loadedOf(windows.runs)[0]?.content.result?.axes ?? [];
  const spans = new Map<string, number>();
  ranges.forEach(({ low, high }, a) => {
    const units = axes[a]?.units ?? "";
    spans.set(units, Math.max(spans.get(units) ?? 0, high - low));
  });
  return ranges.map(({ low, high }, a) => {
    const span = spans.get(axes[a]?.units ?? "") ?? 0;
    const middle = (low + high) / 2;
    return { low: middle - span / 2, high: middle + span / 2 };
  });
}

/** Runs whose codes and rows mean the same, together; those of an object detector differ from picture to picture. */
function byClasses(runs: readonly Loaded[]): Loaded[][] {
  const groups = new Map<string, Loaded[]>();
  for (const run of runs) {
    const key = (run.content.result?.classes ?? []).join("\n");
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()];
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

function isOtherSample(windows: ShownWindows, beside: RunStore): boolean {
  return windows.runs[0]?.run.sampleId !== beside.run?.sampleId;
}

function toPlaces(
  lane: LabelPlace["lane"],
  places: readonly BandLabel[],
  pixelRatio: number,
  textOf: (code: number) => string,
): LabelPlace[] {
  return places.map(({ px, widthPx, code, isLoud }) => {
    return { lane, px: px / pixelRatio, widthPx: widthPx / pixelRatio, text: textOf(code), isLoud };
  });
}

/** In device pixels, within the image; nothing where none of it is. */
function boxOf(image: PixelImage, { y, heightPx }: LanePlace, pixelRatio: number): Box | undefined {
  const top = Math.max(0, Math.round(y * pixelRatio));
  const end = Math.min(image.heightPx, Math.round((y + heightPx) * pixelRatio));
  return top < end ? { x: 0, y: top, widthPx: image.widthPx, heightPx: end - top } : undefined;
}

function pxOf({ widthPx }: Box, { startMs, endMs }: TimeScale, ms: number): number {
  return Math.round(((ms - startMs) / (endMs - startMs)) * widthPx);
}
