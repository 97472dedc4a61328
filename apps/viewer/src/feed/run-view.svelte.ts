import type { LiveConnection, LogEvent, Run } from "@windowscope/protocol";

import { RunData, type Tally, type WindowResult } from "./run-data.ts";

/** Calls back before the next frame is drawn. @returns Takes that back. */
export type NextFrame = (callback: () => void) => () => void;

/** The run on the screen: its numbers, its state, and which of its windows is looked at. */
export class RunView {
  readonly runId: string;
  #failure = $state<string>();
  #selected = $state<number>();
  /** Counts the frames in which something came; whoever shows numbers reads it, and shows them again when it changes. */
  #version = $state(0);
  #data = new RunData();
  #dropFrame: (() => void) | undefined;
  readonly #nextFrame: NextFrame;
  readonly #onShown: () => void;
  readonly #stop = new AbortController();

  /** @param onShown Told in each frame in which there is something new to show. */
  constructor(runId: string, nextFrame: NextFrame, onShown: () => void = () => undefined) {
    this.runId = runId;
    this.#nextFrame = nextFrame;
    this.#onShown = onShown;
  }

  /** What the server says about the run; absent until it has said something. */
  get run(): Run | undefined {
    return this.data.run;
  }

  /** Why the run cannot be shown. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** The run's numbers. Reading them depends on everything that comes in. */
  get data(): RunData {
    void this.#version;
    return this.#data;
  }

  get tally(): Tally {
    return this.data.tally;
  }

  /** Index of the window that somebody has picked. */
  get selected(): number | undefined {
    return this.#selected;
  }

  /** The picked window, or the last one. */
  get current(): WindowResult | undefined {
    return this.data.window(this.#selected ?? this.#data.windowCount - 1);
  }

  /** Follows the run's log until its end, or until `leave`. */
  async follow(live: LiveConnection): Promise<void> {
    try {
      for await (const event of live.subscribe(this.runId, "start", this.#stop.signal)) this.#apply(event);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#showSoon();
    }
  }

  leave(): void {
    this.#stop.abort();
    // A hidden page draws no frame, and would keep this run until it does.
    this.#dropFrame?.();
  }

  /** @param index Beyond the ends the nearest window; `undefined` lets go. */
  select(index: number | undefined): void {
    const last = this.#data.windowCount - 1;
    this.#selected = index === undefined || last < 0 ? undefined : Math.max(0, Math.min(last, index));
  }

  /** Moves to the window before or behind the picked one. */
  step(by: number): void {
    this.select((this.#selected ?? this.#data.windowCount) + by);
  }

  /** Moves to the next window whose verdict contradicts its label. */
  selectNextMismatch(): void {
    const next = this.#data.nextMismatch(this.#selected ?? -1);
    if (next !== undefined) this.select(next);
  }

  #apply(event: LogEvent): void {
    switch (event.type) {
      case "entries":
        for (const entry of event.entries) this.#data.apply(entry);
        break;
      case "reset":
        this.#data = new RunData();
        this.#selected = undefined;
        break;
      case "live":
        break;
      default:
        event satisfies never;
    }
    this.#showSoon();
  }

  /** Many entries may come between two frames; they are shown at once. */
  #showSoon(): void {
    this.#dropFrame ??= this.#nextFrame(() => {
      this.#dropFrame = undefined;
      this.#version++;
      this.#onShown();
    });
  }
}
