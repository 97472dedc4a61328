import type { Run } from "@windowscope/protocol";

import type { Source, WindowRef } from "../scope/scope-port.ts";

/** Asks the server to classify a sample with a variant. @returns The run. @throws {Error} in words for people. */
export type StartRun = (
  ask: Pick<Run, "projectId" | "sampleId" | "impulseId" | "blockId"> & { variant: string },
) => Promise<string>;

/** What the switch needs of the page. */
interface Shown {
  readonly runs: readonly Run[];
  /** The run that is looked at. */
  readonly run: Run | undefined;
  readonly source: Source;
  readonly selected: WindowRef | undefined;
  /** Other windows of the same recording; the picked one stays picked. */
  showAgain(source: Source, runId: string): void;
  /** Takes the second run away. */
  showBeside(runId: undefined): void;
}

/**
 * The same recording judged by another variant of the model, alone or beside this one.
 *
 * The run is looked for among those that the page knows; where there is none, the server is asked to make it. Who comes
 * from the session gets back there when the variants have all been seen.
 */
export class Variants {
  #offered = $state.raw<readonly string[]>([]);
  #isBusy = $state(false);
  #failure = $state.raw<{ readonly message: string; readonly runId: string | undefined }>();
  #startRun: StartRun | undefined;
  /** The run of the session that was left to see how another variant judges it. */
  #cameFrom: Run | undefined;
  readonly #shown: Shown;

  constructor(shown: Shown) {
    this.#shown = shown;
  }

  /** Those that the project has. */
  get offered(): readonly string[] {
    return this.#offered;
  }

  /** That of the run on the screen. */
  get current(): string | undefined {
    return variantOf(this.#shown.run);
  }

  get isComparing(): boolean {
    const { source } = this.#shown;
    return source.kind === "run" && source.besideRunId !== undefined;
  }

  get canSwitch(): boolean {
    return this.#offered.length > 1 && this.#shown.run !== undefined;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Why the last switch did not work, for people; until something else is done, or another run is looked at. */
  get failure(): string | undefined {
    return this.#failure?.runId === this.#shown.run?.runId ? this.#failure?.message : undefined;
  }

  offer(variants: readonly string[], startRun: StartRun): void {
    this.#offered = variants;
    this.#startRun = startRun;
  }

  async show(variant: string): Promise<void> {
    this.#failure = undefined;
    if (variant === this.current) this.#shown.showBeside(undefined);
    else await this.#find(variant, (runId) => this.#shown.showAgain({ kind: "run", runId }, runId));
  }

  /** Lays the other variant's run over the one on the screen, or takes it away. */
  async compare(): Promise<void> {
    this.#failure = undefined;
    const other = this.#offered.find((variant) => variant !== this.current);
    if (this.isComparing) {
      if (this.#isFromSession() && this.current === variantOf(this.#cameFrom)) this.#goBack();
      else this.#shown.showBeside(undefined);
    } else if (other !== undefined) {
      await this.#find(other, (besideRunId, { runId }) =>
        this.#shown.showAgain({ kind: "run", runId, besideRunId }, runId),
      );
    }
  }

  /** Each variant in turn, then both; the session stands for the variant that it is of. */
  async showNext(): Promise<void> {
    const next = this.isComparing ? this.#offered[0] : this.#offered[this.#offered.indexOf(this.current ?? "") + 1];
    if (this.#isFromSession() && next === variantOf(this.#cameFrom)) this.#goBack();
    else if (next !== undefined) await this.show(next);
    else await this.compare();
  }

  /** Whether it is still the recording with which the session was left. */
  #isFromSession(): boolean {
    return this.#shown.source.kind === "run" && this.#cameFrom?.sampleId === this.#shown.run?.sampleId;
  }

  #goBack(): void {
    if (this.#cameFrom) this.#shown.showAgain({ kind: "session" }, this.#cameFrom.runId);
  }

  async #find(variant: string, show: (found: string, run: Run) => void): Promise<void> {
    const { run, runs, source } = this.#shown;
    if (!run || this.#isBusy) return;
    this.#isBusy = true;
    // A newer run of the session comes by itself: who picks nothing still waits for this one.
    const hasGoneOn = () => source !== this.#shown.source || (this.#shown.selected?.runId ?? run.runId) !== run.runId;
    try {
      const { projectId, sampleId, impulseId, blockId } = run;
      const known = runs.find(
        (other) =>
          isUsable(other) &&
          other.sampleId === sampleId &&
          other.impulseId === impulseId &&
          other.blockId === blockId &&
          variantOf(other) === variant,
      );
      const runId = known?.runId ?? (await this.#startRun?.({ projectId, sampleId, impulseId, blockId, variant }));
      if (runId === undefined || hasGoneOn()) return;
      if (source.kind === "session") this.#cameFrom = run;
      show(runId, run);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!hasGoneOn()) this.#failure = { message, runId: this.#shown.run?.runId };
    } finally {
      this.#isBusy = false;
    }
  }
}

function isUsable({ state }: Run): boolean {
  return state !== "failed" && state !== "cancelled";
}

/** What judged a run: without a wish Studio takes `float32`. */
export function variantOf(run: Run | undefined): string | undefined {
  return run && (run.variant ?? "float32");
}
