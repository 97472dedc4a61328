import { PixelImage, scaleOf, toPng } from "@windowscope/plot";

import type { LabelPlace, Look, TimeRange } from "../scope-port.ts";
import type { Content } from "./drawing.ts";
import { drawLanes, drawWhole } from "./lanes.ts";
import { createPalette, type Palette } from "./palette.ts";

/** The minimap shows everything, and need not be drawn for every message. */
const BETWEEN_OVERVIEWS_MS = 200;

/** Of its thread's time drawing takes two thirds at most, so that numbers still come in. */
const LEAST_CYCLE = 1.5;

export interface PainterOptions {
  /** Calls back before the next frame is drawn. @returns Takes that back. */
  readonly nextFrame: (callback: () => void) => () => void;
  readonly content: () => Content;
  /** Told after each drawing in which labels have moved. */
  readonly onLabels: (places: readonly LabelPlace[]) => void;
}

type Canvas = OffscreenCanvas | HTMLCanvasElement;

/** Draws the lanes and the minimap: only when something has changed, at most once a frame, and never unseen. */
export class Painter {
  readonly #options: PainterOptions;
  #canvases: { readonly lanes: Canvas; readonly overview: Canvas } | undefined;
  #look: Look | undefined;
  #palette: Palette | undefined;
  #range: TimeRange | undefined;
  #lanes: PixelImage | undefined;
  #overview: PixelImage | undefined;
  #labels: readonly LabelPlace[] = [];
  #isLanesDirty = false;
  #isOverviewDirty = false;
  #overviewAtMs = -Infinity;
  #overviewTimer: ReturnType<typeof setTimeout> | undefined;
  #dropFrame: (() => void) | undefined;
  /** The last one. */
  #frame = { atMs: -Infinity, tookMs: 0 };

  constructor(options: PainterOptions) {
    this.#options = options;
  }

  drawOn(lanes: Canvas, overview: Canvas): void {
    this.#canvases = { lanes, overview };
    this.#drawSoon();
  }

  look(look: Look): void {
    if (JSON.stringify(look.colours) !== JSON.stringify(this.#look?.colours))
      this.#palette = createPalette(look.colours);
    this.#look = look;
    this.#overviewAtMs = -Infinity;
    this.#drawSoon();
  }

  range(range: TimeRange): void {
    this.#range = range;
    this.#isLanesDirty = true;
    this.#schedule();
  }

  /** The numbers have changed. */
  invalidate(): void {
    this.#drawSoon();
  }

  /** The lanes as they are drawn now, as PNG. The page writes the words on it: it has the fonts. */
  async picture(): Promise<Blob> {
    this.#draw();
    if (!this.#lanes || !this.#look) throw new Error("Nothing is drawn yet.");
    return toPng(this.#lanes);
  }

  close(): void {
    this.#dropFrame?.();
    this.#dropFrame = undefined;
    clearTimeout(this.#overviewTimer);
    this.#canvases = undefined;
  }

  #drawSoon(): void {
    this.#isLanesDirty = this.#isOverviewDirty = true;
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#canvases || !this.#look) return;
    this.#dropFrame ??= this.#options.nextFrame(() => {
      this.#dropFrame = undefined;
      const startMs = performance.now();
      if (startMs < this.#frame.atMs + LEAST_CYCLE * this.#frame.tookMs) {
        this.#schedule();
        return;
      }
      this.#draw();
      this.#frame = { atMs: startMs, tookMs: performance.now() - startMs };
    });
  }

  #draw(): void {
    if (!this.#canvases || !this.#look || !this.#palette) return;
    if (this.#isLanesDirty) this.#drawLanes(this.#canvases.lanes, this.#look, this.#palette);
    if (this.#isOverviewDirty) this.#drawOverview(this.#canvases.overview, this.#look, this.#palette);
  }

  #drawLanes(canvas: Canvas, look: Look, palette: Palette): void {
    const image = (this.#lanes = fitting(this.#lanes, look.widthPx, look.heightPx, look.pixelRatio));
    if (!image || !this.#range || !(this.#range.endMs > this.#range.startMs)) return;
    this.#isLanesDirty = false;
    const places = drawLanes(image, this.#options.content(), look, palette, scaleOf(this.#range, image.widthPx));
    show(image, canvas);
    if (JSON.stringify(places) === JSON.stringify(this.#labels)) return;
    this.#labels = places;
    this.#options.onLabels(places);
  }

  #drawOverview(canvas: Canvas, look: Look, palette: Palette): void {
    const image = (this.#overview = fitting(this.#overview, look.widthPx, look.overviewHeightPx, look.pixelRatio));
    if (!image) return;
    const waitMs = this.#overviewAtMs + BETWEEN_OVERVIEWS_MS - performance.now();
    if (waitMs > 0) {
      this.#overviewTimer ??= setTimeout(() => {
        this.#overviewTimer = undefined;
        this.#schedule();
      }, waitMs);
      return;
    }
    this.#isOverviewDirty = false;
    this.#overviewAtMs = performance.now();
    const content = this.#options.content();
    const { runs, beside } = content.windows;
    const endMs = runs.reduce((last, run) => Math.max(last, run.endMs), beside?.lengthMs ?? 0);
    const startMs = runs[0]?.startMs ?? 0;
    const scale = { startMs, endMs: Math.max(endMs, startMs + 1), widthPx: image.widthPx };
    drawWhole(image, content, look, palette, scale);
    show(image, canvas);
  }
}

/** An image of this size in CSS pixels: the one there is, if it fits. */
function fitting(
  image: PixelImage | undefined,
  widthPx: number,
  heightPx: number,
  pixelRatio: number,
): PixelImage | undefined {
  const [width, height] = [Math.round(widthPx * pixelRatio), Math.round(heightPx * pixelRatio)];
  if (!(width > 0 && height > 0)) return undefined;
  return image?.widthPx === width && image.heightPx === height ? image : new PixelImage(width, height);
}

function show(image: PixelImage, canvas: Canvas): void {
  // Opaque: nothing shines through, and the browser need not look.
  const context = canvas.getContext("2d", { alpha: false }) as OffscreenCanvasRenderingContext2D | null;
  if (!context) return;
  // Setting a size, even the same, clears the canvas.
  if (canvas.width !== image.widthPx) canvas.width = image.widthPx;
  if (canvas.height !== image.heightPx) canvas.height = image.heightPx;
  context.putImageData(image.toImageData(), 0, 0);
}
