import { toMs, toPx, type TimeScale } from "@windowscope/plot";

import type { TimeRange } from "../scope/scope-port.ts";

/** What the pointer can do to the timeline. */
export interface Stage {
  /** What is on the screen now. */
  readonly scale: TimeScale;
  panTo(range: TimeRange): void;
  zoom(factor: number, atMs: number): void;
  selectRange(range: TimeRange | undefined): void;
  measure(range: TimeRange | undefined): void;
  pickAt(ms: number): void;
}

/** What of a pointer's event matters. */
export interface PointerAt {
  readonly id: number;
  /** CSS pixels from the left of the lanes. */
  readonly px: number;
  readonly shiftKey: boolean;
  /** It is on the axis, below the lanes. */
  readonly isOnAxis: boolean;
}

/** Fingers and hands tremble: so much is still a click. */
const CLICK_PX = 4;

type Drag =
  /** The time under the pointer stays under it. */
  | { readonly kind: "pan"; readonly startPx: number; readonly from: TimeRange }
  | { readonly kind: "range" | "ruler"; readonly fromMs: number }
  | { readonly kind: "pinch"; readonly from: TimeRange; readonly ms: readonly [number, number] };

/** Wheel, drag, pinch and click on the lanes, as what they mean. */
export class Gestures {
  readonly #stage: Stage;
  readonly #pointers = new Map<number, number>();
  #drag: Drag | undefined;
  #downPx = 0;
  #hasMoved = false;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get isDragging(): boolean {
    return this.#drag !== undefined && this.#hasMoved;
  }

  down({ id, px, shiftKey, isOnAxis }: PointerAt): void {
    const { scale } = this.#stage;
    this.#pointers.set(id, px);
    const range = { startMs: scale.startMs, endMs: scale.endMs };
    const [first, second] = [...this.#pointers.values()];
    if (first !== undefined && second !== undefined) {
      this.#drag = { kind: "pinch", from: range, ms: [toMs(scale, first), toMs(scale, second)] };
      this.#hasMoved = true;
      return;
    }
    this.#downPx = px;
    this.#hasMoved = false;
    this.#stage.measure(undefined);
    if (shiftKey) this.#drag = { kind: "ruler", fromMs: toMs(scale, px) };
    else if (isOnAxis) this.#drag = { kind: "range", fromMs: toMs(scale, px) };
    else this.#drag = { kind: "pan", startPx: px, from: range };
  }

  move({ id, px }: PointerAt): void {
    if (!this.#pointers.has(id)) return;
    this.#pointers.set(id, px);
    if (Math.abs(px - this.#downPx) > CLICK_PX) this.#hasMoved = true;
    if (!this.#drag || !this.#hasMoved) return;
    const { scale } = this.#stage;
    switch (this.#drag.kind) {
      case "pan": {
        const { from, startPx } = this.#drag;
        const byMs = ((startPx - px) / scale.widthPx) * (from.endMs - from.startMs);
        this.#stage.panTo({ startMs: from.startMs + byMs, endMs: from.endMs + byMs });
        break;
      }
      case "range":
        this.#stage.selectRange(between(this.#drag.fromMs, toMs(scale, px)));
        break;
      case "ruler":
        this.#stage.measure(between(this.#drag.fromMs, toMs(scale, px)));
        break;
      case "pinch":
        this.#pinch(this.#drag);
        break;
      default:
        this.#drag satisfies never;
    }
  }

  up({ id, px }: PointerAt): void {
    this.#pointers.delete(id);
    const drag = this.#drag;
    // The finger that stays goes on dragging from where it is.
    const [left] = this.#pointers.values();
    const { scale } = this.#stage;
    this.#drag =
      drag?.kind === "pinch" && left !== undefined
        ? { kind: "pan", startPx: left, from: { startMs: scale.startMs, endMs: scale.endMs } }
        : undefined;
    if (!drag || this.#hasMoved) return;
    if (drag.kind === "range") this.#stage.selectRange(undefined);
    else this.#stage.pickAt(toMs(scale, px));
  }

  cancel(id: number): void {
    this.#pointers.delete(id);
    this.#drag = undefined;
  }

  /**
   * Turns of the wheel zoom where the pointer is; with Shift, or sideways, they pan.
   *
   * @param deltaX In CSS pixels.
   */
  wheel(px: number, deltaX: number, deltaY: number, shiftKey: boolean): void {
    const { scale } = this.#stage;
    const spanMs = scale.endMs - scale.startMs;
    const sidewaysPx = shiftKey ? deltaX + deltaY : deltaX;
    if (shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) {
      const byMs = (sidewaysPx / scale.widthPx) * spanMs;
      this.#stage.panTo({ startMs: scale.startMs + byMs, endMs: scale.endMs + byMs });
    } else if (deltaY !== 0) {
      // One notch of a wheel is about 100 pixels.
      this.#stage.zoom(1.2 ** (-deltaY / 100), toMs(scale, px));
    }
  }

  /** Both times stay under their fingers. */
  #pinch({ ms: [firstMs, secondMs] }: Extract<Drag, { kind: "pinch" }>): void {
    const [firstPx = 0, secondPx = 0] = [...this.#pointers.values()];
    const { widthPx } = this.#stage.scale;
    if (Math.abs(secondPx - firstPx) < CLICK_PX || firstMs === secondMs) return;
    const msPerPx = Math.abs((secondMs - firstMs) / (secondPx - firstPx));
    const startMs = Math.min(firstMs, secondMs) - Math.min(firstPx, secondPx) * msPerPx;
    this.#stage.panTo({ startMs, endMs: startMs + widthPx * msPerPx });
  }
}

/** Where a range stands on the screen, CSS pixels. */
export function placeOf(scale: TimeScale, { startMs, endMs }: TimeRange): { px: number; widthPx: number } {
  const px = toPx(scale, startMs);
  return { px, widthPx: toPx(scale, endMs) - px };
}

function between(a: number, b: number): TimeRange {
  return { startMs: Math.min(a, b), endMs: Math.max(a, b) };
}
