import type { Box } from "../pixels/pixel-image.ts";
import { PixelImage } from "../pixels/pixel-image.ts";
import { toPng } from "../pixels/png.ts";
import { scaleOf, type TimeSpan } from "../time/view-state.ts";
import { createClock } from "./clock.ts";
import { createLane, toPaints, type LiveLane } from "./live-lane.ts";
import {
  LIGHT,
  type LaneOptions,
  type PlotAnswer,
  type PlotColours,
  type PlotCommand,
  type PlotOptions,
} from "./plot-options.ts";

/** The canvas side: what is left when the numbers are drawn. */
export interface Surface {
  /** Shows a picture, which has the canvas' size from then on. */
  show(image: PixelImage): void;
}

/** Calls back before the next picture is due; returns what stops it. */
export type RequestFrame = (draw: () => void) => () => void;

const LANE_GAP_PX = 12;

/**
 * The drawing side of a live plot. Runs in a worker or on the main thread, and knows neither.
 *
 * It draws only when something has changed, at most once a frame. In follow that is when the clock has moved by a pixel.
 */
export class LivePlot {
  readonly #surface: Surface;
  readonly #requestFrame: RequestFrame;
  readonly #answer: (answer: PlotAnswer) => void;
  readonly #now: () => number;
  readonly #lanes: readonly LiveLane[];
  readonly #options: readonly LaneOptions[];
  readonly #clock = createClock();
  #colours: PlotColours;
  #view: TimeSpan | undefined;
  #followMs: number;
  #size = { widthPx: 1, heightPx: 1, pixelRatio: 1 };
  #image = new PixelImage(1, 1);
  #paints;
  #isDirty = true;
  #drawnStartMs = NaN;
  #cancelFrame: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  /**
   * @param now The host's clock in ms, which need not be that of the data.
   * @throws {RangeError} when an option is none.
   */
  constructor(
    options: PlotOptions,
    host: {
      readonly surface: Surface;
      readonly requestFrame: RequestFrame;
      readonly answer: (answer: PlotAnswer) => void;
      readonly now: () => number;
    },
  ) {
    this.#surface = host.surface;
    this.#requestFrame = host.requestFrame;
    this.#answer = host.answer;
    this.#now = host.now;
    this.#options = options.lanes;
    this.#lanes = options.lanes.map(createLane);
    this.#colours = { ...LIGHT, ...options.colours };
    this.#paints = toPaints(this.#colours, 1);
    this.#followMs = options.followMs ?? 10_000;
  }

  handle(command: PlotCommand): void {
    switch (command.type) {
      case "append":
        this.#append(command.lane, command.values);
        break;
      case "show":
        this.#view = command.span;
        break;
      case "follow":
        this.#view = undefined;
        this.#followMs = command.spanMs;
        break;
      case "resize":
        this.#resize(command);
        break;
      case "colours":
        this.#colours = { ...this.#colours, ...command.colours };
        this.#paints = toPaints(this.#colours, this.#size.pixelRatio);
        break;
      case "drawn":
        this.#waiting.push(() => this.#answer({ type: "drawn", id: command.id }));
        break;
      case "png":
        this.#waiting.push(() => void this.#answerPng(command.id));
        break;
      default:
        command satisfies never;
    }
    this.#isDirty = true;
    this.#schedule();
  }

  /** Stops drawing for good. */
  close(): void {
    this.#cancelFrame?.();
    this.#cancelFrame = undefined;
  }

  #append(lane: number, values: ArrayLike<number>): void {
    (this.#lanes[lane] as LiveLane).append(values);
    this.#clock.sawData(Math.max(...this.#lanes.map(({ endMs }) => endMs)), this.#now());
  }

  #resize({ widthPx, heightPx, pixelRatio }: { widthPx: number; heightPx: number; pixelRatio: number }): void {
    this.#size = { widthPx, heightPx, pixelRatio };
    this.#paints = toPaints(this.#colours, pixelRatio);
    if (widthPx !== this.#image.widthPx || heightPx !== this.#image.heightPx)
      this.#image = new PixelImage(widthPx, heightPx);
  }

  #schedule(): void {
    this.#cancelFrame ??= this.#requestFrame(() => {
      this.#cancelFrame = undefined;
      this.#draw();
      if (this.#view === undefined && this.#clock.isRunning) this.#schedule();
    });
  }

  #draw(): void {
    const scale = scaleOf(this.#shown(), this.#image.widthPx);
    if (!this.#isDirty && scale.startMs === this.#drawnStartMs) return;
    this.#isDirty = false;
    this.#drawnStartMs = scale.startMs;
    this.#image.fill(this.#paints.panel);
    this.#boxes().forEach((box, i) => this.#lanes[i]?.draw(this.#image, box, scale, this.#paints));
    this.#surface.show(this.#image);
    for (const answer of this.#waiting.splice(0)) answer();
  }

  #shown(): TimeSpan {
    if (this.#view) return this.#view;
    const endMs = this.#clock.edgeMs(this.#now());
    return { startMs: endMs - this.#followMs, endMs };
  }

  #boxes(): Box[] {
    const gap = Math.round(LANE_GAP_PX * this.#size.pixelRatio);
    const shares = this.#options.map(({ share = 1 }) => share);
    const total = shares.reduce((sum, share) => sum + share, 0);
    const room = Math.max(0, this.#size.heightPx - gap * (shares.length - 1));
    let before = 0;
    return shares.map((share, i) => {
      const top = Math.round((before / total) * room);
      before += share;
      const y = Math.min(this.#size.heightPx, top + i * gap);
      const end = Math.min(this.#size.heightPx, Math.round((before / total) * room) + i * gap);
      return { x: 0, y, widthPx: this.#size.widthPx, heightPx: end - y };
    });
  }

  async #answerPng(id: number): Promise<void> {
    try {
      this.#answer({ type: "png", id, png: await toPng(this.#image) });
    } catch (cause) {
      this.#answer({ type: "failed", id, message: cause instanceof Error ? cause.message : String(cause) });
    }
  }
}
