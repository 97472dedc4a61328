import { expectedLabel, isMismatch, verdictName, type Run, type RunResult } from "@windowscope/protocol";
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

import {
  encodeBatches,
  encodeSignal,
  judgedVerdict,
  NotShownError,
  toColumns,
  toRunResult,
  type ResultColumns,
} from "./columns.ts";
import type { RunJournal, RunRequest, RunWriter, Tally } from "./journal.ts";

/** Waits; throws the signal's reason when it aborts. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<unknown>;

/** Runs that go on at the same time; the others wait for their turn. */
const MOST_AT_ONCE = 4;
/** Windows in one append. */
const WINDOWS_AT_ONCE = 512;
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
 * A run goes on until it has an outcome: while Studio cannot be reached it waits, and after a restart of the server it
 * goes on where its log ends.
 */
export class Runs {
  readonly #studio: Studio;
  readonly #journal: RunJournal;
  readonly #hintsFor: (projectId: number) => JobHints;
  readonly #pause: Pause;
  readonly #log: (line: string) => void;
  readonly #active = new Map<string, ActiveRun>();
  /** Runs that are being created, by what is wanted. */
  readonly #starting = new Map<string, Promise<Run>>();
  /** Who waits for a turn, in order. */
  readonly #waiting = new Set<() => void>();
  readonly #stop = new AbortController();
  #working = 0;

  constructor(options: {
    readonly studio: Studio;
    readonly journal: RunJournal;
    readonly hintsFor: (projectId: number) => JobHints;
    readonly pause: Pause;
    readonly log: (line: string) => void;
  }) {
    this.#studio = options.studio;
    this.#journal = options.journal;
    this.#hintsFor = options.hintsFor;
    this.#pause = options.pause;
    this.#log = options.log;
  }

  /** Goes on with the runs that were not over when the last process ended. */
  async resume(): Promise<void> {
    for (const writer of await this.#journal.unfinished()) this.#begin(writer);
  }

  /**
   * Starts a run, or finds the one that is under way for the same request.
   *
   * @param watched The position of the watch that found the sample; it is stored together with the run.
   */
  async start(
    request: RunRequest,
    sample: { readonly name: string; readonly label: string },
    watched?: { readonly category: string },
  ): Promise<Run> {
    if (watched) {
      const position = { ...watched, projectId: request.projectId, sinceId: request.sampleId };
      return this.#create(request, sample, position);
    }
    const key = keyOf(request);
    const running = [...this.#active.values()].find(({ writer }) => keyOf(writer.request) === key);
    if (running) return running.writer.run;
    const starting = this.#starting.get(key) ?? this.#create(request, sample).finally(() => this.#starting.delete(key));
    this.#starting.set(key, starting);
    return starting;
  }

  /** Stops a run that is under way. @returns False when it was over before, or ended by itself. */
  async cancel(runId: string): Promise<boolean> {
    const active = this.#active.get(runId);
    active?.cancel.abort();
    await active?.done;
    return active?.writer.run.state === "cancelled";
  }

  /** Stops the work and leaves the runs open, so that the next process goes on with them. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#active.values()].map(({ done }) => done));
  }

  async #create(...[request, sample, position]: Parameters<RunJournal["create"]>): Promise<Run> {
    const writer = await this.#journal.create(request, sample, position);
    this.#begin(writer);
    return writer.run;
  }

  #begin(writer: RunWriter): void {
    const { runId } = writer.run;
    const cancel = new AbortController();
    const done = this.#do(writer, cancel.signal).finally(() => this.#active.delete(runId));
    this.#active.set(runId, { writer, cancel, done });
  }

  async #do(writer: RunWriter, cancelled: AbortSignal): Promise<void> {
    const { runId, sampleName } = writer.run;
    try {
      await this.#classify(writer, AbortSignal.any([cancelled, this.#stop.signal]));
      this.#log(`${runId}: ${writer.run.windows} windows of ${sampleName}`);
    } catch (error) {
      await this.#end(writer, error, cancelled).catch((cause: unknown) => {
        this.#log(`${runId}: its end cannot be stored; the next start goes on with it. ${textOf(cause)}`);
      });
    }
  }

  /** Tries until Studio has answered; what passes is waited out, and does not keep others from their turn. */
  async #classify(writer: RunWriter, signal: AbortSignal): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)) {
      await this.#takeTurn(signal);
      try {
        const { blockId, ...request } = writer.request;
        const wanted = {
          ...request,
          hints: this.#hintsFor(writer.request.projectId),
          signal,
          onJob: async () => {
            if (writer.run.state === "waiting") await writer.change({ state: "classifying" });
          },
        };
        const answer = await (blockId === undefined
          ? classifySample(this.#studio, wanted)
          : classifySampleByBlock(this.#studio, { ...wanted, blockId }));
        await writeResult(writer, readClassification(answer), this.#pause, signal);
        return;
      } catch (error) {
        // A key that is refused may be mended in Studio; the run must not be lost for it.
        if (!isTransient(error) && !(error instanceof StudioAuthenticationError)) throw error;
        const { message } = error as Error;
        this.#log(`${writer.run.runId}: ${message}; trying again in ${retryMs} ms`);
        if (writer.run.warning !== message) await writer.change({ warning: message });
      } finally {
        this.#giveTurn();
      }
      await this.#pause(retryMs, signal);
    }
  }

  async #end(writer: RunWriter, error: unknown, cancelled: AbortSignal): Promise<void> {
    const endedAt = new Date().toISOString();
    if (cancelled.aborted) {
      await writer.change({ state: "cancelled", endedAt });
      return;
    }
    // The server stops; the run stays open for the next one.
    if (this.#stop.signal.aborted) return;

    const isKnown = error instanceof StudioError || error instanceof NotShownError;
    const message = isKnown ? error.message : "The server made a mistake; its log says more.";
    this.#log(`${writer.run.runId}: failed. ${isKnown ? message : textOf(error)}`);
    await writer.change({ state: "failed", endedAt, error: message });
  }

  async #takeTurn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#working < MOST_AT_ONCE) {
      this.#working++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.delete(go);
        reject(signal.reason as Error);
      };
      this.#waiting.add(go);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #giveTurn(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#working--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

/** Writes what is not yet written. */
async function writeResult(
  writer: RunWriter,
  classified: ClassifiedSample,
  pause: Pause,
  signal: AbortSignal,
): Promise<void> {
  const columns = toColumns(classified);
  const result = toRunResult(classified, columns);
  // Somebody trained the model in between: half of one result and half of another would be a lie.
  const isSame = writer.fingerprint === undefined || writer.fingerprint === columns.fingerprint;
  if (!isSame) await writer.restart();

  if (writer.fingerprint === undefined) {
    const noWindow = classified.windowCount === 0 ? "No window fits into the sample." : undefined;
    const warning = classified.warning ?? noWindow;
    await writer.begin({ state: "streaming", result, warning }, columns.fingerprint, (position) =>
      encodeSignal(classified.signal, position),
    );
  }

  const { windowCount } = classified;
  while (writer.run.windows < windowCount) {
    const from = writer.run.windows;
    const to = Math.min(windowCount, from + WINDOWS_AT_ONCE);
    const tally = countUpTo(to, writer.run, columns, result);
    await writer.appendWindows((position) => encodeBatches(columns, from, to, position), tally);
    // Viewers and other runs get their turn between two appends.
    await pause(0, signal);
  }
  await writer.change({ state: "finished", endedAt: new Date().toISOString() });
}

/** Counts the windows up to `to` that a tally does not have yet. */
function countUpTo(to: number, before: Tally, columns: ResultColumns, result: RunResult): Tally {
  const { endMs, verdicts } = columns;
  const counts: Record<string, number> = { ...before.verdicts };
  let { comparable, matching } = before;
  for (let i = before.windows; i < to; i++) {
    const name = verdictName(result.classes, verdicts[i] as number);
    counts[name] = (counts[name] ?? 0) + 1;
    const mismatch = isMismatch(result, expectedLabel(result, endMs[i] as number), judgedVerdict(columns, i, name));
    if (mismatch !== undefined) comparable++;
    if (mismatch === false) matching++;
  }
  return { windows: to, verdicts: counts, comparable, matching };
}

/** The same for requests that want the same. */
function keyOf(request: RunRequest): string {
  const { projectId, sampleId, impulseId, blockId, variant, truncateStructuredLabels, includeDebugInfo } = request;
  return JSON.stringify([
    [projectId, sampleId, impulseId, blockId, variant],
    [truncateStructuredLabels ?? false, includeDebugInfo ?? false],
  ]);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
