import type { LiveConnection, LogEvent, Run } from "@windowscope/protocol";

import { expectedLabel, isMismatch } from "./expected.ts";
import { RunData, verdictName, type WindowResult } from "./run-data.ts";

/** One window with what the page says about it. */
export interface ShownWindow extends WindowResult {
  readonly verdictName: string;
  readonly expected: string | undefined;
  readonly isMismatch: boolean | undefined;
}

/** The run on the screen: its numbers, its state, and which of its windows is looked at. */
export class RunView {
  readonly runId: string;
  #run = $state.raw<Run>();
  #failure = $state<string>();
  #selected = $state<number>();
  /** Counts the batches; whoever draws reads it, and draws again when it changes. */
  #version = $state(0);
  #data = new RunData();
  readonly #stop = new AbortController();

  /** Matching and uncertain windows, over all that there are. */
  readonly tally = $derived.by(() => {
    void this.#version;
    const { result } = this.#run ?? {};
    let [matching, comparable, uncertain] = [0, 0, 0];
    for (let index = 0; result && index < this.#data.windowCount; index++) {
      const { isMismatch: mismatch, verdictName: name } = this.window(index) as ShownWindow;
      if (mismatch !== undefined) comparable++;
      if (mismatch === false) matching++;
      if (name === "uncertain") uncertain++;
    }
    return { windows: this.#data.windowCount, matching, comparable, uncertain };
  });

  constructor(runId: string) {
    this.runId = runId;
  }

  /** What the server says about the run; absent until it has said something. */
  get run(): Run | undefined {
    return this.#run;
  }

  /** Why the run cannot be shown. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get version(): number {
    return this.#version;
  }

  get data(): RunData {
    return this.#data;
  }

  /** Index of the window that somebody has picked. */
  get selected(): number | undefined {
    return this.#selected;
  }

  /** The picked window, or the last one. */
  get current(): ShownWindow | undefined {
    void this.#version;
    return this.window(this.#selected ?? this.#data.windowCount - 1);
  }

  window(index: number): ShownWindow | undefined {
    const result = this.#run?.result;
    const window = this.#data.window(index);
    if (!result || !window) return undefined;
    const name = verdictName(result.classes, window.verdict);
    const expected = expectedLabel(result, window.endMs);
    return { ...window, verdictName: name, expected, isMismatch: isMismatch(result, expected, name) };
  }

  /** Follows the run's log until its end, or until `leave`. */
  async follow(live: LiveConnection): Promise<void> {
    try {
      for await (const event of live.subscribe(this.runId, "start", this.#stop.signal)) this.#apply(event);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#failure = error instanceof Error ? error.message : String(error);
    }
  }

  leave(): void {
    this.#stop.abort();
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

  /** Moves to the next window whose verdict contradicts its label, around the end if need be. */
  selectNextMismatch(): void {
    const { windowCount } = this.#data;
    for (let i = 1; i <= windowCount; i++) {
      const index = ((this.#selected ?? -1) + i) % windowCount;
      if (this.window(index)?.isMismatch) {
        this.select(index);
        return;
      }
    }
  }

  #apply(event: LogEvent): void {
    switch (event.type) {
      case "entries":
        for (const entry of event.entries) {
          if (entry.kind === "run") this.#run = entry.run;
          else this.#data.apply(entry);
        }
        break;
      case "reset":
        this.#data = new RunData();
        this.#run = undefined;
        this.#selected = undefined;
        break;
      case "live":
        break;
      default:
        event satisfies never;
    }
    this.#version++;
  }
}
