import { isOver, type Run } from "@windowscope/protocol";
import {
  classifySample,
  classifySampleByBlock,
  isTransient,
  readClassification,
  StudioAuthenticationError,
  StudioError,
  type ClassifiedSample,
  type JobHints,
  type Studio,
} from "@windowscope/sdk";

import { NotShownError } from "./columns.ts";
import { Hold } from "./hold.ts";
import type { RunJournal, RunRequest } from "./journal.ts";
import { RunIntake } from "./run-intake.ts";
import { keyOf } from "./run-record.ts";
import { isTaken, keepRenewing, LogTakenError, type RunStore } from "./run-store.ts";
import type { RunWriter } from "./run-writer.ts";
import { StartLock } from "./start-lock.ts";
import { Turns } from "./turns.ts";
import type { WatchPosition } from "./watch-position.ts";
import { writeResult } from "./write-result.ts";

/** Runs that go on at the same time; the others wait for their turn, here or in another process. */
const MOST_AT_ONCE = 4;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

interface ActiveRun {
  readonly writer: RunWriter;
  readonly cancel: AbortController;
  readonly done: Promise<void>;
}

/**
 * Does the runs: classifies each sample once and writes its windows into the run's log.
 *
 * A run goes on until it has an outcome: while Studio or the log cannot be reached it waits, and when the process that
 * works on it ends, another one or the next goes on where the log ends. Processes that share a log share the runs.
 */
export class Runs {
  readonly #studio: Studio;
  readonly #journal: RunJournal;
  readonly #store: RunStore;
  readonly #hintsFor: (projectId: number) => JobHints;
  readonly #stop = new AbortController();
  readonly #startLock: StartLock;
  readonly #active = new Map<string, ActiveRun>();
  readonly #turns = new Turns(MOST_AT_ONCE, () => this.#intake.turnGiven());
  readonly #intake: RunIntake;

  constructor(options: {
    readonly studio: Studio;
    readonly journal: RunJournal;
    readonly hintsFor: (projectId: number) => JobHints;
  }) {
    this.#studio = options.studio;
    this.#journal = options.journal;
    this.#store = options.journal.store;
    this.#hintsFor = options.hintsFor;
    this.#startLock = new StartLock(options.journal.store, this.#stop.signal);
    this.#intake = new RunIntake({
      journal: options.journal,
      turns: this.#turns,
      signal: this.#stop.signal,
      isActive: (runId) => this.#active.has(runId),
      begin: (writer, hold) => this.#begin(writer, hold),
    });
  }

  /** Begins to take runs that are not over: of the last process, and of others that share the log. */
  resume(): Promise<void> {
    return this.#intake.start();
  }

  /**
   * Starts a run, or finds the one that is under way for the same request.
   *
   * @param position The position of the watch that found the sample; it moves together with the start of the run.
   * @throws {FencedError} when another process watches by now.
   * @throws {StartsBusyError} when others start so many runs that this one does not come in between.
   */
  async start(
    request: RunRequest,
    sample: { readonly name: string; readonly label: string },
    position?: WatchPosition,
  ): Promise<Run> {
    if (position) {
      const run = await this.#create(request, sample, [position.append(request.sampleId)]);
      position.moved(request.sampleId);
      return run;
    }
    const key = keyOf(request);
    const findActive = () =>
      [...this.#active.values()]
        .map(({ writer }) => writer)
        .find(({ request: other, run }) => keyOf(other) === key && !isOver(run.state))?.run;
    return (
      findActive() ??
      this.#startLock.hold(async (guard) => {
        await this.#intake.refresh();
        return findActive() ?? this.#intake.unfinished.find(key) ?? this.#create(request, sample, [guard]);
      })
    );
  }

  /** Stops a run that is under way, here or elsewhere. @returns False when it was over before, or ended by itself. */
  async cancel(runId: string): Promise<boolean> {
    await this.#intake.settled(runId);
    const active = this.#active.get(runId);
    active?.cancel.abort();
    await active?.done;
    if (active && isOver(active.writer.run.state)) return active.writer.run.state === "cancelled";

    // Whoever has the run finds out at its next append, or when it renews its lease.
    for (;;) {
      const stored = await this.#journal.find(runId);
      if (!stored || isOver(stored.run.state)) return false;
      try {
        if (await this.#takeAndCancel(runId)) return true;
      } catch (error) {
        if (!isTaken(error)) throw error;
      }
    }
  }

  /** Stops the work, leaves the runs open, and gives them back, so that another process or the next one goes on. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#intake.closed();
    await Promise.all([...this.#active.values()].map(({ done }) => done));
  }

  /** @returns False when there is nothing left to take. */
  async #takeAndCancel(runId: string): Promise<boolean> {
    const writer = await this.#journal.claim(runId, this.#stop.signal, { force: true });
    if (!writer) return false;
    try {
      await writer.untilStored(() => writer.change({ state: "cancelled", endedAt: new Date().toISOString() }));
      this.#ended(writer.run);
      return true;
    } finally {
      await writer.release();
    }
  }

  async #create(...[request, sample, together]: Parameters<RunJournal["create"]>): Promise<Run> {
    const hold = this.#turns.tryTake() ? new Hold(this.#stop.signal) : undefined;
    let isBegun = false;
    try {
      const created = await this.#journal.create(request, sample, together, hold?.signal);
      this.#intake.unfinished.add(created);
      if (hold && created.writer) {
        isBegun = true;
        this.#begin(created.writer, hold);
      }
      return created.record.run;
    } finally {
      if (hold && !isBegun) {
        hold.release();
        this.#turns.give();
      }
    }
  }

  #begin(writer: RunWriter, hold: Hold): void {
    const cancel = new AbortController();
    const { runId } = writer.run;
    const done = this.#do(writer, hold, cancel.signal).finally(() => this.#active.delete(runId));
    this.#active.set(runId, { writer, cancel, done });
  }

  async #do(writer: RunWriter, hold: Hold, cancelled: AbortSignal): Promise<void> {
    const { runId } = writer.run;
    const { metrics } = this.#store;
    const over = new AbortController();
    const keeping = keepRenewing(this.#store, () => writer.renew(), over.signal).then((isLost) => {
      if (isLost) hold.lose(new LogTakenError(runId));
    });
    metrics.activeRuns.inc();
    try {
      await this.#classify(writer, AbortSignal.any([cancelled, hold.signal]));
    } catch (error) {
      await this.#end(writer, error, cancelled, hold.signal);
    } finally {
      if (isOver(writer.run.state)) this.#ended(writer.run);
      metrics.activeRuns.dec();
      over.abort();
      await keeping;
      await writer.release();
      hold.release();
    }
  }

  /** Tries until Studio has answered; what passes is waited out, and does not keep others from their turn. */
  async #classify(writer: RunWriter, signal: AbortSignal): Promise<void> {
    const { metrics, log, pause } = this.#store;
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)) {
      try {
        const classified = await this.#askStudio(writer, signal);
        await writer.untilStored(() => writeResult(writer, classified, pause, signal));
        return;
      } catch (error) {
        if (error instanceof StudioError) metrics.studioErrors.inc({ error: error.name });
        // A key that is refused may be mended in Studio; the run must not be lost for it.
        if (!isTransient(error) && !(error instanceof StudioAuthenticationError)) throw error;
        const { message } = error as Error;
        log.warn("Studio does not answer a run", { runId: writer.run.runId, reason: message, retryMs });
        if (writer.run.warning !== message) await writer.untilStored(() => writer.change({ warning: message }));
      } finally {
        this.#turns.give();
      }
      await pause(retryMs, signal);
      await this.#turns.take(signal);
    }
  }

  async #askStudio(writer: RunWriter, signal: AbortSignal): Promise<ClassifiedSample> {
    const stop = this.#store.metrics.jobWaitSeconds.startTimer();
    const { blockId, ...request } = writer.request;
    const wanted = {
      ...request,
      hints: this.#hintsFor(writer.request.projectId),
      signal,
      // A result that was begun had its job.
      jobId: writer.fingerprint === undefined ? writer.jobId : undefined,
      onJob: async (jobId: number) => {
        if (writer.jobId === jobId) return;
        const state = writer.run.state === "waiting" ? "classifying" : writer.run.state;
        await writer.untilStored(() => writer.change({ state }, jobId));
      },
    };
    const answer = await (blockId === undefined
      ? classifySample(this.#studio, wanted)
      : classifySampleByBlock(this.#studio, { ...wanted, blockId }));
    stop();
    return readClassification(answer);
  }

  async #end(writer: RunWriter, error: unknown, cancelled: AbortSignal, held: AbortSignal): Promise<void> {
    const { log } = this.#store;
    const { runId } = writer.run;
    // The server stops, or another process goes on with the run; it stays open.
    if (held.aborted || isTaken(error)) {
      log.info("Leaving a run to others", { runId });
      return;
    }
    const endedAt = new Date().toISOString();
    const isKnown = error instanceof StudioError || error instanceof NotShownError;
    const message = isKnown ? error.message : "The server made a mistake; its log says more.";
    const outcome = cancelled.aborted
      ? ({ state: "cancelled", endedAt } as const)
      : ({ state: "failed", endedAt, error: message } as const);
    if (outcome.state === "failed") log.warn("A run failed", { runId, reason: isKnown ? message : textOf(error) });
    try {
      await writer.untilStored(() => writer.change(outcome));
    } catch (cause) {
      log.info("Leaving a run's end to others", { runId, reason: textOf(cause) });
    }
  }

  #ended({ runId, state, windows, sampleName }: Run): void {
    this.#intake.unfinished.delete(runId);
    this.#store.metrics.runs.inc({ state });
    this.#store.log.info("A run is over", { runId, state, windows, sample: sampleName });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
