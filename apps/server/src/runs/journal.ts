import { randomBytes } from "node:crypto";

import { encodeRun, FEED, isOver, type Run } from "@windowscope/protocol";
import { AppendConflictError, NoSuchLogError, type Append, type LogState, type RunLog } from "@windowscope/runlog";

import { NO_WINDOWS, parseRecord, withoutResult, type RunRecord, type RunRequest } from "./run-record.ts";
import { RunStore, type RunStoreOptions } from "./run-store.ts";
import { RunWriter } from "./run-writer.ts";
import { WatchPosition } from "./watch-position.ts";

export type { RunRequest } from "./run-record.ts";

/** A run and its log, as they stood at the same moment. */
export interface StoredRun {
  readonly run: Run;
  readonly log: LogState;
}

/** A run that is not over, and what is needed to go on with it. */
export interface UnfinishedRun {
  /** The run's log has this number; older ones have lower numbers. */
  readonly number: number;
  readonly record: RunRecord;
}

const RUN_PREFIX = "run-";
/** Runs that a search reads at once, and how often it does so before it answers what it has. */
const SEARCH_PAGE = 500;
const SEARCH_PAGES = 10;
/** The runs of the newest samples are among so many of the newest runs. */
const NEWEST_RUNS = 100;
/** Whoever creates a log writes to it at once; one that is empty for so long was left behind. */
const ABANDONED_MS = 60_000;

/**
 * The runs, on a run log: each has a log of its own, and every change of a run's state is told in the log `feed` too.
 *
 * A change and its announcement are stored together or not at all, and so are a run and the fact that its sample has
 * been seen: whenever the process dies, nothing is half told and no sample gets two runs. Any number of processes share
 * the logs; who writes a run holds the lease of its log.
 */
export class RunJournal {
  readonly store: RunStore;

  private constructor(store: RunStore) {
    this.store = store;
  }

  static async open(log: RunLog, options: RunStoreOptions = {}): Promise<RunJournal> {
    // Viewers may ask for the feed before there is a run.
    await log.open(FEED);
    return new RunJournal(new RunStore(log, options));
  }

  /**
   * Creates a run.
   *
   * @param together What has to be stored with the new run or not at all.
   * @param holding The run's lease is taken too, before anybody else can; the writer tries until this aborts.
   * @throws As `RunLog.append`. When the log did not answer in time, the run may be there or not.
   */
  async create(
    request: RunRequest,
    sample: { readonly name: string; readonly label: string },
    together: readonly Append[] = [],
    holding?: AbortSignal,
  ): Promise<UnfinishedRun & { readonly writer: RunWriter | undefined }> {
    const runId = RUN_PREFIX + randomBytes(8).toString("hex");
    const run: Run = {
      runId,
      projectId: request.projectId,
      sampleId: request.sampleId,
      ...(request.variant !== undefined && { variant: request.variant }),
      ...(request.impulseId !== undefined && { impulseId: request.impulseId }),
      ...(request.blockId !== undefined && { blockId: request.blockId }),
      sampleName: sample.name,
      expectedLabel: sample.label,
      state: "waiting",
      createdAt: new Date().toISOString(),
      ...NO_WINDOWS,
    };
    const record: RunRecord = { run, request };
    const state = await this.store.runLog.open(runId);
    const fence = holding && (await this.store.lease(runId));
    await this.#writeFirst(state, record, fence, together);
    const written = { ...state, next: 1 };
    const writer =
      holding && fence !== undefined
        ? new RunWriter(this.store, { state: written, record, fence }, holding)
        : undefined;
    return { number: state.number, record, writer };
  }

  /**
   * Takes a run that is not over, to go on with it.
   *
   * @param signal Ends what the writer still tries.
   * @param force Takes it away from who has it.
   * @returns `undefined` while another process has it, and when there is nothing to go on with.
   */
  async claim(runId: string, signal: AbortSignal, { force = false } = {}): Promise<RunWriter | undefined> {
    const { runLog } = this.store;
    let fence: number | undefined;
    try {
      fence = await this.store.lease(runId, { force });
    } catch (error) {
      if (!(error instanceof NoSuchLogError)) throw error;
    }
    if (fence === undefined) return undefined;
    // Read under the lease: nobody else writes from here on.
    const state = await runLog.stat(runId);
    const record = state && parseRecord(state);
    if (!record || isOver(record.run.state)) {
      await this.store.release(runId);
      return undefined;
    }
    const writer = new RunWriter(this.store, { state, record, fence }, signal);
    // Somebody died between emptying a log and beginning it anew.
    if (state.next === 0) {
      try {
        await writer.restart();
      } catch (error) {
        await writer.release();
        throw error;
      }
    }
    return writer;
  }

  /** Brings a run back that the engine has forgotten, unless somebody else has. */
  async restore(record: RunRecord): Promise<void> {
    const { runId } = record.run;
    const { runLog } = this.store;
    await runLog.open(runId);
    const fence = await this.store.lease(runId);
    if (fence === undefined) return;
    try {
      const state = await runLog.stat(runId);
      if (state && parseRecord(state) === undefined) await this.#writeFirst(state, withoutResult(record), fence);
    } finally {
      await this.store.release(runId);
    }
  }

  /** The runs that are not over, the oldest first. */
  async unfinished(): Promise<UnfinishedRun[]> {
    const { runLog } = this.store;
    const unfinished: UnfinishedRun[] = [];
    const page = { prefix: RUN_PREFIX, isSealed: false, limit: Number.MAX_SAFE_INTEGER };
    for (const state of await runLog.list(page)) {
      const record = parseRecord(state);
      if (record) unfinished.unshift({ number: state.number, record });
      // A process that died between creating a log and writing to it left nothing to go on with.
      else if (state.createdAtMs + ABANDONED_MS < Date.now()) await runLog.delete(state.log);
    }
    return unfinished;
  }

  async find(runId: string): Promise<StoredRun | undefined> {
    const log = runId.startsWith(RUN_PREFIX) ? await this.store.runLog.stat(runId) : undefined;
    const run = log && parseRecord(log)?.run;
    return run && { run, log };
  }

  /** The run of a sample that has just come, with the project's impulse as it is; of an older one perhaps not. */
  async findOfNewSample(projectId: number, sampleId: number): Promise<Run | undefined> {
    const { runs } = await this.list(NEWEST_RUNS);
    return runs.find(
      (run) =>
        run.projectId === projectId &&
        run.sampleId === sampleId &&
        [run.variant, run.impulseId, run.blockId].every((each) => each === undefined),
    );
  }

  /**
   * A page of runs, the newest first.
   *
   * @param before Number from an earlier page, to go on behind it.
   * @returns `next`: the number for the next page; `undefined` on the last.
   */
  async list(limit: number, before?: number): Promise<{ runs: Run[]; next: number | undefined }> {
    const page = { prefix: RUN_PREFIX, limit: limit + 1, ...(before !== undefined && { before }) };
    const states = await this.store.runLog.list(page);
    const shown = states.slice(0, limit);
    return {
      runs: shown.flatMap((state) => parseRecord(state)?.run ?? []),
      next: states.length > limit ? shown.at(-1)?.number : undefined,
    };
  }

  /**
   * As `list`, but only the runs that a question is true of. There is no index: a page looks at a few thousand runs at
   * most, and then may have fewer than `limit` of them, even none, and `next`.
   */
  async search(
    isWanted: (run: Run) => boolean,
    limit: number,
    before?: number,
  ): Promise<{ runs: Run[]; next: number | undefined }> {
    const found: Run[] = [];
    let next = before;
    for (let looks = 0; looks < SEARCH_PAGES; looks++) {
      const page = { prefix: RUN_PREFIX, limit: SEARCH_PAGE, ...(next !== undefined && { before: next }) };
      const states = await this.store.runLog.list(page);
      for (const state of states) {
        next = state.number;
        const run = parseRecord(state)?.run;
        if (run && isWanted(run)) found.push(run);
        if (found.length === limit) return { runs: found, next };
      }
      if (states.length < SEARCH_PAGE) return { runs: found, next: undefined };
    }
    return { runs: found, next };
  }

  /** How far the samples of a project's category have been looked at. */
  watchPosition(projectId: number, category: string): WatchPosition {
    return new WatchPosition(this.store, `watch-${projectId}-${category}`);
  }

  /** Writes the first entry of a run, and the run's record. */
  async #writeFirst(
    { log, number }: LogState,
    record: RunRecord,
    fence: number | undefined,
    together: readonly Append[] = [],
  ): Promise<void> {
    const append: Append = {
      log,
      at: 0,
      entries: [encodeRun({ log: number, seq: 0 }, record.run)],
      meta: JSON.stringify(record),
      ...(fence !== undefined && { fence }),
    };
    try {
      await this.store.append([...together, append], (position) => encodeRun(position, record.run));
    } catch (error) {
      // Nobody else creates this run: it was stored, and the answer was lost on the way.
      if (!(error instanceof AppendConflictError) || error.log !== log) throw error;
    }
  }
}
