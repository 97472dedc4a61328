import type { WindowRecord, WindowRef } from "../scope/scope-port.ts";

/** Neighbouring windows with one verdict. Times are on the clock of the source, ms. */
export interface WindowEvent {
  readonly verdict: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly windows: number;
  readonly mismatches: number;
  readonly first: WindowRef;
  readonly sampleName: string;
  /** How sure the impulse was at best: the highest score of a class; absent without classes. */
  readonly peak: number | undefined;
}

/** How windows become events. */
export interface EventRule {
  /** Windows of one verdict that are this far apart, or less, are one event, ms. */
  readonly mostGapMs: number;
  /** From one window to the next, ms. */
  readonly windowIncreaseMs: number;
}

/**
 * Merges windows, in the order of the clock, into events.
 *
 * A verdict stands for the time from the end of the window before it to its own end, as in the bands of the timeline:
 * windows overlap, so that whole windows would seem to touch long after the event between them is over. Windows with
 * another verdict in between do not part an event, as long as the gap is small.
 */
export class EventMerger {
  /** Those that may still grow are replaced. */
  readonly events: WindowEvent[] = [];
  readonly #rule: EventRule;
  /** Where the event is that a window of a verdict may still join. */
  readonly #newest = new Map<string, number>();

  constructor(rule: EventRule) {
    this.#rule = rule;
  }

  add({ runId, index, sampleName, startMs, endMs, scores, value, verdict, isMismatch }: WindowRecord): void {
    // Every number of a regression is a verdict of its own.
    const name = value === undefined ? verdict : "value";
    const event: WindowEvent = {
      verdict: name,
      startMs: Math.max(startMs, endMs - this.#rule.windowIncreaseMs),
      endMs,
      windows: 1,
      mismatches: isMismatch ? 1 : 0,
      first: { runId, index },
      sampleName,
      peak: scores.length > 0 ? Math.max(...scores) : undefined,
    };
    const at = this.#newest.get(name) ?? -1;
    const before = this.events[at];
    // Sums of steps in milliseconds are off by a hair.
    const isNear = before && event.startMs - before.endMs <= this.#rule.mostGapMs + 1e-3;
    if (isNear && before.first.runId === runId) {
      this.events[at] = join(before, event);
    } else {
      this.#newest.set(name, this.events.push(event) - 1);
    }
  }
}

function join(before: WindowEvent, event: WindowEvent): WindowEvent {
  return {
    ...before,
    endMs: Math.max(before.endMs, event.endMs),
    windows: before.windows + event.windows,
    mismatches: before.mismatches + event.mismatches,
    peak: before.peak === undefined ? event.peak : Math.max(before.peak, event.peak ?? 0),
  };
}
