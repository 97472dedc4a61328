import {
  centreOn,
  follow,
  FOLLOW_DELAY_MS,
  hold,
  panBy,
  showAll,
  showSpan,
  zoomAt,
  type TimeSpan,
  type ViewState,
} from "@windowscope/plot";

import type { Snapshot, TimeRange, WindowRecord } from "../scope/scope-port.ts";
import type { AddressView } from "./address.ts";
import { FrameLoop } from "./frame-loop.ts";
import { LiveEdge } from "./live-edge.ts";
import type { Motion } from "./choices.ts";

/** How much of a session is followed at first. */
const SESSION_SPAN_MS = 60_000;
/** With less in sight, single readings fill the screen. */
const LEAST_SPAN_MS = 50;
/** How far the view jumps for those who asked for less motion. */
const STILL_STEP_MS = 1_000;

/** What the scope has to draw. */
interface Shown {
  readonly range: TimeRange;
  readonly holdsScale: boolean;
}

/** The stretch of time on the screen, and how it moves while data comes. */
export class TimeView {
  #view = $state.raw<ViewState>({ startMs: -SESSION_SPAN_MS, endMs: 0, mode: "follow" });
  #selectedRange = $state.raw<TimeRange>();
  #ruler = $state.raw<TimeRange>();
  #snapshot = $state.raw<Snapshot>();
  /** Windows that there were when the view left the newest. */
  #windowsBefore = $state(0);
  /** Somebody wants to see the whole run, however long it gets. */
  #showsWholeRun = true;
  /** What the address asks for; it waits until the clock is known. */
  #asked: { readonly view: AddressView | undefined; readonly selectedRange: TimeRange | undefined } | undefined;
  /** The clock was set, and not all is there yet that could be in sight. */
  #mayBeLost = false;
  #sent: Shown | undefined;
  readonly #edge = new LiveEdge();
  readonly #send: (shown: Shown) => void;
  readonly #loop: FrameLoop;
  readonly #now: () => number;

  constructor(send: (shown: Shown) => void, nextFrame: (callback: () => void) => () => void, now: () => number) {
    this.#send = send;
    this.#now = now;
    this.#loop = new FrameLoop(nextFrame, now, {
      // There is something to follow only where the clock is known.
      isWanted: () => this.motion === "follow" && this.#snapshot?.wallClockMs !== undefined,
      step: () => this.#step(),
    });
  }

  get range(): TimeRange {
    return this.#view;
  }

  get motion(): Motion {
    return this.#view.mode;
  }

  get newWindows(): number {
    return this.motion === "follow" ? 0 : Math.max(0, countUpTo(this.#snapshot) - this.#windowsBefore);
  }

  get selectedRange(): TimeRange | undefined {
    return this.#selectedRange;
  }

  /** What is measured. */
  get ruler(): TimeRange | undefined {
    return this.#ruler;
  }

  /** What a link says of it. */
  get address(): AddressView | undefined {
    if (!this.#snapshot || this.#asked) return this.#asked?.view;
    const { startMs, endMs, mode } = this.#view;
    if (mode === "follow") {
      if (this.#snapshot.source.kind === "run") return undefined;
      return { kind: "follow", spanMs: Math.round(endMs - startMs) };
    }
    const all = showAll(this.#extent());
    if (this.#snapshot.source.kind === "run" && startMs === all.startMs && endMs === all.endMs) return undefined;
    const range = this.addressOf(this.#view);
    return range && { kind: "range", range };
  }

  /** A stretch of the clock as a link writes it. */
  addressOf(range: TimeRange | undefined): TimeRange | undefined {
    const zeroMs = this.#snapshot?.wallClockMs ?? 0;
    return range && { startMs: zeroMs + range.startMs, endMs: zeroMs + range.endMs };
  }

  /** Moves with the clock, while it follows, until `signal` aborts. */
  start(signal: AbortSignal): void {
    this.#loop.start(signal);
  }

  /** Something else is shown: its clock is another one. */
  begin(): void {
    this.#snapshot = undefined;
    this.#asked = undefined;
    this.#selectedRange = undefined;
    this.#ruler = undefined;
    this.#windowsBefore = 0;
    this.#showsWholeRun = true;
    this.#sent = undefined;
    this.#mayBeLost = false;
    this.#edge.forget();
    this.#view = { startMs: -SESSION_SPAN_MS, endMs: 0, mode: "follow" };
  }

  restore(view: AddressView | undefined, selectedRange: TimeRange | undefined): void {
    this.#asked = { view, selectedRange };
    if (this.#snapshot) this.#applyAsked(this.#snapshot);
  }

  /** Takes what the scope says. @returns By how much the clock was set, ms: whoever keeps times moves them, too. */
  take(told: Snapshot): number {
    const before = this.#snapshot;
    // A feed that is read anew has no run at first, and so no clock: the one before holds until it has.
    const snapshot = { ...told, wallClockMs: told.wallClockMs ?? before?.wallClockMs };
    this.#snapshot = snapshot;
    const setByMs = (before?.wallClockMs ?? snapshot.wallClockMs ?? 0) - (snapshot.wallClockMs ?? 0);
    if (setByMs !== 0) this.#moveClock(setByMs);
    if (!snapshot.isLoading) this.#findAgain();
    this.#edge.learn(snapshot, this.#now());
    if (!before) this.#settle(snapshot);
    if (this.#asked) this.#applyAsked(snapshot);
    // What is over has nothing to follow; what was held stays as it was held.
    if (!snapshot.isLive && this.motion !== "free") {
      const { mode } = this.#view;
      this.#place(mode === "follow" && this.#showsWholeRun ? showAll(snapshot) : { ...this.#view, mode: "free" });
    }
    this.#step();
    this.#loop.run();
    return setByMs;
  }

  follow(): void {
    if (this.#snapshot && !this.#snapshot.isLive) {
      this.showAll();
      return;
    }
    this.#asked = undefined;
    // From far away one wants back to where one was, not to a whole day.
    this.#view = { ...this.#view, mode: "follow" };
    this.#step(true);
    this.#loop.run();
  }

  hold(): void {
    if (this.#snapshot?.isLive === false) return;
    this.#leaveNewest();
    this.#view = hold(this.#view);
    this.#tell();
  }

  zoom(factor: number, atMs: number | undefined): void {
    const { startMs, endMs } = this.#view;
    // While it follows, the newest is what one looks at.
    const centreMs = this.motion === "follow" ? endMs : (startMs + endMs) / 2;
    this.#move(zoomAt(this.#view, atMs ?? centreMs, 1 / factor, this.#extent(), LEAST_SPAN_MS));
  }

  pan(share: number): void {
    const { startMs, endMs } = this.#view;
    this.#move(panBy(this.#view, share * (endMs - startMs), this.#extent()));
  }

  panTo({ startMs, endMs }: TimeRange): void {
    const spanMs = Math.max(LEAST_SPAN_MS, endMs - startMs);
    this.#move(panBy({ startMs, endMs: startMs + spanMs, mode: "free" }, 0, this.#extent()));
  }

  showAll(): void {
    this.#showsWholeRun = true;
    this.#move(showAll(this.#extent()));
  }

  showSpan(spanMs: number): void {
    const next = showSpan(this.#view, Math.max(LEAST_SPAN_MS, spanMs), this.#extent());
    if (next.mode === "follow") {
      this.#showsWholeRun = false;
      this.#view = next;
      this.#step(true);
    } else this.#move(next);
  }

  centreOn(ms: number): void {
    this.#move(centreOn(this.#view, ms, this.#extent()));
  }

  selectRange(range: TimeRange | undefined): void {
    this.#selectedRange = range && range.endMs > range.startMs ? range : undefined;
  }

  measure(range: TimeRange | undefined): void {
    this.#ruler = range;
  }

  /** Keeps a window in sight, all of it: nothing moves from now on. */
  reveal({ startMs, endMs }: WindowRecord): void {
    if (this.motion === "follow") this.hold();
    const view = this.#view;
    if (endMs <= view.startMs || startMs >= view.endMs) {
      this.centreOn((startMs + endMs) / 2);
      return;
    }
    const isCut = startMs < view.startMs !== endMs > view.endMs;
    const byMs = startMs < view.startMs ? startMs - view.startMs : endMs - view.endMs;
    if (isCut) this.panTo({ startMs: view.startMs + byMs, endMs: view.endMs + byMs });
  }

  /** Where one begins to look. */
  #settle(snapshot: Snapshot): void {
    this.#windowsBefore = countUpTo(snapshot);
    if (snapshot.isLive) this.#view = { ...this.#view, mode: "follow" };
    else this.#place(showAll(snapshot));
  }

  /** A session that begins anew has another zero: the view stays where it is in the world. */
  #moveClock(byMs: number): void {
    const moved = ({ startMs, endMs }: TimeRange) => ({ startMs: startMs + byMs, endMs: endMs + byMs });
    this.#view = { ...this.#view, ...moved(this.#view) };
    this.#selectedRange &&= moved(this.#selectedRange);
    this.#ruler &&= moved(this.#ruler);
    this.#mayBeLost = true;
  }

  /** Where nothing is left of what was in sight, it follows. */
  #findAgain(): void {
    if (!this.#mayBeLost) return;
    this.#mayBeLost = false;
    const { startMs, endMs } = this.#extent();
    if (this.#view.endMs <= startMs || this.#view.startMs >= endMs) this.#view = { ...this.#view, mode: "follow" };
  }

  #applyAsked(snapshot: Snapshot): void {
    const { view, selectedRange } = this.#asked ?? {};
    const isSession = snapshot.source.kind === "session";
    if (isSession && snapshot.wallClockMs === undefined) return;
    // Before the run's length is known every place in it would be its beginning.
    if (!isSession && snapshot.endMs <= snapshot.startMs && snapshot.failure === undefined) return;
    this.#asked = undefined;
    const zeroMs = snapshot.wallClockMs ?? 0;
    const toClock = ({ startMs, endMs }: TimeRange) => ({ startMs: startMs - zeroMs, endMs: endMs - zeroMs });
    this.selectRange(selectedRange && toClock(selectedRange));
    if (view?.kind === "range") this.panTo(toClock(view.range));
    else if (view) {
      this.follow();
      this.showSpan(view.spanMs);
    } else if (snapshot.isLive) this.follow();
    else this.showAll();
  }

  /** Somebody has moved it. */
  #move(view: ViewState): void {
    this.#asked = undefined;
    this.#place(view);
  }

  /** It moves by itself; what a link asks for is still to come. */
  #place(view: ViewState): void {
    this.#leaveNewest();
    this.#view = view;
    this.#step();
  }

  #leaveNewest(): void {
    if (this.motion === "follow") this.#windowsBefore = countUpTo(this.#snapshot);
  }

  #extent(): TimeSpan {
    const { startMs = 0, endMs = 0 } = this.#snapshot ?? {};
    return { startMs, endMs: Math.max(endMs, this.#snapshot?.wallClockMs === undefined ? endMs : this.#edgeMs()) };
  }

  #edgeMs(): number {
    if (!this.#snapshot) return 0;
    const edgeMs = this.#edge.at(this.#snapshot, this.#now(), this.#view.endMs - this.#view.startMs);
    return edgeMs - FOLLOW_DELAY_MS;
  }

  /** Follows the clock if that is wanted, and tells the scope what is in sight. */
  #step(mayJump = false): void {
    if (this.motion === "follow" && this.#snapshot) {
      const isRun = this.#snapshot.source.kind === "run";
      const next: ViewState =
        isRun && this.#showsWholeRun
          ? { ...showAll(this.#snapshot), mode: "follow" }
          : follow(this.#view, this.#edgeMs() + FOLLOW_DELAY_MS);
      const isTooSoon = prefersStill() && Math.abs(next.endMs - this.#view.endMs) < STILL_STEP_MS && !mayJump;
      if (!isTooSoon && (next.startMs !== this.#view.startMs || next.endMs !== this.#view.endMs)) this.#view = next;
    }
    this.#tell();
  }

  #tell(): void {
    const { startMs, endMs } = this.#view;
    // In what stands still nothing may move because of what comes.
    const holdsScale = this.motion !== "follow";
    const { range, holdsScale: heldBefore } = this.#sent ?? {};
    if (range?.startMs === startMs && range.endMs === endMs && heldBefore === holdsScale) return;
    this.#sent = { range: { startMs, endMs }, holdsScale };
    this.#send(this.#sent);
  }
}

/** How many windows there are up to the newest, also those that are still to be read in: history is nothing new. */
function countUpTo(snapshot: Snapshot | undefined): number {
  return snapshot?.newest ? snapshot.newest.ordinal + 1 : 0;
}

function prefersStill(): boolean {
  return typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)").matches;
}
