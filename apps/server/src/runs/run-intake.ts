import { FEED } from "@windowscope/protocol";

import { Hold } from "./hold.ts";
import type { RunJournal } from "./journal.ts";
import type { RunWriter } from "./run-writer.ts";
import type { Turns } from "./turns.ts";
import { UnfinishedRuns } from "./unfinished-runs.ts";

/** So often a process looks for runs that it could take. */
const LOOK_MS = 2_000;

/**
 * Finds the runs that nobody works on, of the last process and of others that share the log, and takes as many as there
 * are free turns.
 */
export class RunIntake {
  readonly unfinished: UnfinishedRuns;
  readonly #journal: RunJournal;
  readonly #turns: Turns;
  readonly #signal: AbortSignal;
  readonly #isActive: (runId: string) => boolean;
  readonly #begin: (writer: RunWriter, hold: Hold) => void;
  /** Runs whose lease is being asked for. */
  readonly #claiming = new Map<string, Promise<void>>();
  #looking: Promise<void> | undefined;
  #hasHint = false;
  #background: Promise<unknown> = Promise.resolve();

  /**
   * @param options `isActive`: whether this process works on a run. `begin`: gets each run that is taken, which has a turn
   *   from then on, and its hold, which is to be released. `signal`: ends the intake.
   */
  constructor(options: {
    readonly journal: RunJournal;
    readonly turns: Turns;
    readonly signal: AbortSignal;
    readonly isActive: (runId: string) => boolean;
    readonly begin: (writer: RunWriter, hold: Hold) => void;
  }) {
    this.#journal = options.journal;
    this.#turns = options.turns;
    this.#signal = options.signal;
    this.#isActive = options.isActive;
    this.#begin = options.begin;
    this.unfinished = new UnfinishedRuns(options.journal);
  }

  /** Begins. Resolves when it has looked for the first time. */
  async start(): Promise<void> {
    await this.#look();
    const unwatch = this.#journal.store.runLog.watch(FEED, () => {
      if (this.#turns.hasFree) void this.#look();
    });
    this.#background = this.#keepLooking().finally(unwatch);
  }

  /** A turn has become free. */
  turnGiven(): void {
    this.#fill();
    if (this.#turns.hasFree) void this.#look();
  }

  /** Reads which runs there are, as far as others have changed that. */
  refresh(): Promise<void> {
    return this.unfinished.refresh(this.#isActive);
  }

  /** Waits until it is decided whether this process gets a run that it has asked for. */
  async settled(runId: string): Promise<void> {
    await this.#claiming.get(runId);
  }

  /** Waits until nothing is looked for or asked for any more, once the signal has aborted. */
  async closed(): Promise<void> {
    await Promise.all([this.#background, this.#looking, ...this.#claiming.values()]);
  }

  /** Takes runs for the turns that are free. */
  #fill(): void {
    for (const runId of this.unfinished.due(Date.now())) {
      if (this.#signal.aborted) return;
      if (this.#isActive(runId) || this.#claiming.has(runId)) continue;
      if (!this.#turns.tryTake()) return;
      this.unfinished.postpone(runId, Date.now() + LOOK_MS);
      this.#claiming.set(
        runId,
        this.#claim(runId).finally(() => this.#claiming.delete(runId)),
      );
    }
  }

  async #claim(runId: string): Promise<void> {
    const hold = new Hold(this.#signal);
    try {
      const writer = await this.#journal.claim(runId, hold.signal);
      if (writer) {
        this.#begin(writer, hold);
        return;
      }
    } catch (error) {
      this.#journal.store.log.debug("A run cannot be taken now", { runId, reason: String(error) });
    }
    hold.release();
    this.#turns.give();
  }

  async #keepLooking(): Promise<void> {
    while (!this.#signal.aborted) {
      await this.#journal.store.pause(LOOK_MS, this.#signal).catch(() => undefined);
      await this.#look();
    }
  }

  /** Looks for runs to take. A hint that comes during a look leads to another one. */
  #look(): Promise<void> {
    this.#hasHint = true;
    this.#looking ??= this.#lookWhileHinted().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #lookWhileHinted(): Promise<void> {
    while (this.#hasHint && !this.#signal.aborted) {
      this.#hasHint = false;
      try {
        await this.refresh();
        this.#fill();
      } catch (error) {
        this.#journal.store.log.warn("Cannot look for runs", { reason: String(error) });
      }
    }
  }
}
