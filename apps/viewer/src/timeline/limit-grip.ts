import type { Page } from "../page/page.svelte.ts";
import type { LanePlace, Snapshot, Thresholds } from "../scope/scope-port.ts";

type Range = NonNullable<Snapshot["anomalyRange"]>;
type TriedOut = Pick<Page, "thresholds" | "whatIf" | "setWhatIf">;

/** The handle of the anomaly limit while it is dragged. Heights are CSS pixels, from wherever. */
export class LimitDrag {
  readonly #page: TriedOut;
  readonly #before: Thresholds | undefined;
  readonly #fromY: number;
  readonly #fromLimit: number;
  /** As the lane was at first: it must not move under the pointer. */
  readonly #scale: Range;
  #y: number;

  constructor(page: TriedOut, from: { readonly y: number; readonly limit: number; readonly scale: Range }) {
    this.#page = page;
    this.#before = page.whatIf;
    this.#fromY = this.#y = from.y;
    this.#fromLimit = from.limit;
    this.#scale = from.scale;
  }

  /** Tries the limit out that the handle stands at now. */
  moveTo(y: number, lane: LanePlace): void {
    if (y === this.#y) return;
    this.#y = y;
    if (y === this.#fromY) {
      this.cancel();
      return;
    }
    const startY = limitY(lane, this.#scale, this.#fromLimit);
    tryLimit(this.#page, limitAt(lane, this.#scale, startY + y - this.#fromY));
  }

  /** Everything is as it was before the drag; the limit then may have had more decimals. */
  cancel(): void {
    this.#page.setWhatIf(this.#before);
  }
}

/** Judges by another anomaly limit, with the two decimals that it is written with. */
export function tryLimit(page: TriedOut, limit: number): void {
  page.setWhatIf({ ...page.thresholds, anomaly: Math.round(limit * 100) / 100 });
}

// As `anomalyY` and `anomalyAt` of the plot have it, whose module brings all that draws with it.

/** Where the limit stands, CSS pixels from the top of the canvas; at the edge of the lane where it is beyond. */
export function limitY({ y, heightPx }: LanePlace, { low, high }: Range, limit: number): number {
  return y + heightPx * Math.min(1, Math.max(0, (high - limit) / (high - low)));
}

/** The limit at a height, with the two decimals that it is written with; within what the lane shows. */
export function limitAt({ y, heightPx }: LanePlace, { low, high }: Range, atY: number): number {
  const value = high - ((atY - y) / heightPx) * (high - low);
  const [least, most] = [Math.ceil(low * 100), Math.floor(high * 100)];
  return Math.min(most, Math.max(least, Math.round(value * 100))) / 100;
}
