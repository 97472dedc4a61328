/**
 * What part of time is shown, and whether it moves: values and pure functions, so a page can keep it in its address.
 *
 * New data never changes a view. Only {@link follow} moves one by itself, with the clock.
 */
import type { TimeScale } from "./time-scale.ts";

/** A stretch of time in ms, e.g. all that was recorded. */
export interface TimeSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** What is shown of the clock, and why it is this. A plain value: it may be kept in an address. */
export interface ViewState extends TimeSpan {
  /** `follow` moves with the clock; `hold` was stopped by a person; `free` was panned or zoomed. */
  readonly mode: "follow" | "hold" | "free";
}

/** How late the right edge runs in follow: messages that come within it scroll in smoothly. */
export const FOLLOW_DELAY_MS = 150;

/** Share of the picture that may be empty beyond the extent's ends, so that they can be told. */
const AIR = 0.02;
/** What an extent without any length is shown as. */
const EMPTY_SPAN_MS = 1_000;

/**
 * Moves the right edge to the clock, whatever was received; the span stays.
 *
 * @param nowMs The clock, in the time of the view.
 */
export function follow(view: ViewState, nowMs: number): ViewState {
  const endMs = nowMs - FOLLOW_DELAY_MS;
  return { startMs: endMs - (view.endMs - view.startMs), endMs, mode: "follow" };
}

/** Stops the view where it is. */
export function hold(view: ViewState): ViewState {
  return { ...view, mode: "hold" };
}

/** The whole extent with a little air on both sides. */
export function showAll(extent: TimeSpan): ViewState {
  const airMs = AIR * spanOf(extent);
  return { startMs: extent.startMs - airMs, endMs: extent.startMs + spanOf(extent) + airMs, mode: "free" };
}

/**
 * Zooms around a time, which keeps its place in the picture.
 *
 * @param factor What the span is multiplied by: below 1 shows less time, above 1 more.
 * @param extent Zooming out ends when it is all shown.
 * @param leastMs Shortest span that zooming in reaches.
 */
export function zoomAt(view: ViewState, ms: number, factor: number, extent: TimeSpan, leastMs: number): ViewState {
  const spanMs = view.endMs - view.startMs;
  const zoomedMs =
    factor > 1
      ? Math.min(spanMs * factor, Math.max(spanMs, longestOf(extent)))
      : Math.max(spanMs * factor, Math.min(spanMs, leastMs));
  return place(view, ms - ((ms - view.startMs) / spanMs) * zoomedMs, zoomedMs, extent);
}

/** Moves the view to later times by `ms`, or to earlier ones where it is negative; stops at the extent's ends. */
export function panBy(view: ViewState, ms: number, extent: TimeSpan): ViewState {
  return place(view, view.startMs + ms, view.endMs - view.startMs, extent);
}

/**
 * Shows a span of so many ms: in follow with the same right edge, and goes on following; else around the same middle.
 */
export function showSpan(view: ViewState, spanMs: number, extent: TimeSpan): ViewState {
  if (view.mode === "follow") return { ...view, startMs: view.endMs - spanMs };
  const shownMs = Math.min(spanMs, longestOf(extent));
  return place(view, (view.startMs + view.endMs - shownMs) / 2, shownMs, extent);
}

/** Brings a time to the middle, as far as the extent's ends allow. */
export function centreOn(view: ViewState, ms: number, extent: TimeSpan): ViewState {
  const spanMs = view.endMs - view.startMs;
  return place(view, ms - spanMs / 2, spanMs, extent);
}

/**
 * The scale that draws a view, moved by less than half a pixel so that its columns begin at multiples of their length.
 *
 * In follow a column then holds the same samples in every frame, and the picture moves by whole pixels instead of
 * shimmering.
 *
 * @param widthPx Whole device pixels, 1 or more.
 */
export function scaleOf(view: TimeSpan, widthPx: number): TimeScale {
  const pixelMs = (view.endMs - view.startMs) / widthPx;
  const first = Math.round(view.startMs / pixelMs);
  return { startMs: first * pixelMs, endMs: (first + widthPx) * pixelMs, widthPx };
}

/** Who pans or zooms leaves follow; a hold stays one. */
function place(view: ViewState, startMs: number, spanMs: number, extent: TimeSpan): ViewState {
  const airMs = AIR * Math.min(spanMs, spanOf(extent));
  const atStart = extent.startMs - airMs;
  const atEnd = extent.startMs + spanOf(extent) + airMs - spanMs;
  // Where the span is longer than the extent, all of the extent stays in sight.
  const placedMs = Math.min(Math.max(startMs, Math.min(atStart, atEnd)), Math.max(atStart, atEnd));
  return { startMs: placedMs, endMs: placedMs + spanMs, mode: view.mode === "hold" ? "hold" : "free" };
}

function spanOf({ startMs, endMs }: TimeSpan): number {
  return endMs > startMs ? endMs - startMs : EMPTY_SPAN_MS;
}

function longestOf(extent: TimeSpan): number {
  return spanOf(extent) * (1 + 2 * AIR);
}
