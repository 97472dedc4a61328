import { randomBytes } from "node:crypto";

import { encodeRun, FEED, isOver, type EntryPosition, type Run } from "@windowscope/protocol";
import type { Append, LogState, RunLog } from "@windowscope/runlog";
import type { ModelVariant } from "@windowscope/sdk";

/** What somebody wants classified. */
export interface RunRequest {
  readonly projectId: number;
  readonly sampleId: number;
  readonly impulseId?: number | undefined;
  /** One learn block alone. */
  readonly blockId?: number | undefined;
  readonly variant?: ModelVariant | undefined;
  readonly truncateStructuredLabels?: boolean | undefined;
  readonly includeDebugInfo?: boolean | undefined;
}

/** What is kept beside a run's entries. */
interface RunRecord {
  readonly run: Run;
  readonly request: RunRequest;
  /** Tells whether a second classification said the same as the first. */
  readonly fingerprint?: string | undefined;
}

/** A run and its log, as they stood at the same moment. */
export interface StoredRun {
  readonly run: Run;
  readonly log: LogState;
}

/** How far the samples of a project have been looked at. */
interface WatchPosition {
  readonly projectId: number;
  readonly category: string;
  /** Id of the newest sample that has its run. */
  readonly sinceId: number;
}

const RUN_PREFIX = "run-";

/** What a run tells of the windows that it has so far. */
export type Tally = Pick<Run, "windows" | "verdicts" | "comparable" | "matching">;

const NO_WINDOWS: Tally = { windows: 0, verdicts: {}, comparable: 0, matching: 0 };

/**
 * The runs, on a run log: each has a log of its own, and every change of a run's state is told in the log `feed` too.
 *
 * A change and its announcement are stored together or not at all, and so are a run and the fact that its sample has
 * been seen: whenever the process dies, nothing is half told and no sample gets two runs.
 */
export class RunJournal {
  readonly #log: RunLog;
  #feed: { readonly number: number; next: number };
  /** Appends wait for each other, since each announcement has to know its number. */
  #commits: Promise<unknown> = Promise.resolve();

  private constructor(log: RunLog, feed: LogState) {
    this.#log = log;
    this.#feed = { number: feed.number, next: feed.next };
  }

  static async open(log: RunLog): Promise<RunJournal> {
    return new RunJournal(log, await log.open(FEED));
  }

  /**
   * Creates a run.
   *
   * @param watched The position of the watch that found the sample.
   */
  async create(
    request: RunRequest,
    sample: { readonly name: string; readonly label: string },
    watched?: WatchPosition,
  ): Promise<RunWriter> {
    const runId = RUN_PREFIX + randomBytes(8).toString("hex");
    const run: Run = {
      runId,
      projectId: request.projectId,
      sampleId: request.sampleId,
      sampleName: sample.name,
      expectedLabel: sample.label,
      state: "waiting",
      createdAt: new Date().toISOString(),
      ...NO_WINDOWS,
    };
    const writer = new RunWriter(this, await this.#log.open(runId), { run, request });
    await writer.create(watched && [await this.#watchAppend(watched)]);
    return writer;
  }

  /** The runs that are not over, the oldest first, so that their work can go on. */
  async unfinished(): Promise<RunWriter[]> {
    const writers: RunWriter[] = [];
    for (const state of await this.#log.list({ prefix: RUN_PREFIX, isSealed: false, limit: Number.MAX_SAFE_INTEGER })) {
      const record = parseRecord(state);
      // A process that died between opening a log and writing to it left nothing to go on with.
      if (!record) {
        await this.#log.delete(state.log);
        continue;
      }
      const writer = new RunWriter(this, state, record);
      // Or it died between emptying a log and beginning it anew.
      if (state.next === 0) await writer.restart();
      writers.unshift(writer);
    }
    return writers;
  }

  async find(runId: string): Promise<StoredRun | undefined> {
    const log = runId.startsWith(RUN_PREFIX) ? await this.#log.stat(runId) : undefined;
    const run = log && parseRecord(log)?.run;
    return run && { run, log };
  }

  /**
   * A page of runs, the newest first.
   *
   * @param before Number from an earlier page, to go on behind it.
   * @returns `next`: the number for the next page; `undefined` on the last.
   */
  async list(limit: number, before?: number): Promise<{ runs: Run[]; next: number | undefined }> {
    const page = { prefix: RUN_PREFIX, limit: limit + 1, ...(before !== undefined && { before }) };
    const states = await this.#log.list(page);
    const shown = states.slice(0, limit);
    return {
      runs: shown.flatMap((state) => parseRecord(state)?.run ?? []),
      next: states.length > limit ? shown.at(-1)?.number : undefined,
    };
  }

  /** Until which sample a project's category has been looked at; `undefined` when it never was. */
  async watchedSince(projectId: number, category: string): Promise<number | undefined> {
    const state = await this.#log.stat(watchLog(projectId, category));
    return state?.meta === undefined ? undefined : Number(state.meta);
  }

  async setWatchedSince(watched: WatchPosition): Promise<void> {
    await this.commit([await this.#watchAppend(watched)]);
  }

  /** Stores appends, together with the announcement of a run's new state. */
  commit(appends: readonly Append[], announced?: Run): Promise<void> {
    const committed = this.#commits.then(async () => {
      const { number, next } = this.#feed;
      const announcement = announced && [encodeRun({ log: number, seq: next }, announced)];
      const feed = announcement && { log: FEED, at: next, entries: announcement };
      await this.#log.append(feed ? [...appends, feed] : appends);
      if (feed) this.#feed.next++;
    });
    this.#commits = committed.catch(() => undefined);
    return committed;
  }

  /** Empties a run's log, since what it says is no longer true. */
  restart(runId: string): Promise<LogState> {
    return this.#log.restart(runId);
  }

  /** The position is the log's meta; it has no entries. */
  async #watchAppend({ projectId, category, sinceId }: WatchPosition): Promise<Append> {
    const log = watchLog(projectId, category);
    await this.#log.open(log);
    return { log, at: 0, entries: [], meta: String(sinceId) };
  }
}

/** Writes one run. Its methods are called one after another, each after the one before has resolved. */
export class RunWriter {
  readonly request: RunRequest;
  readonly #journal: RunJournal;
  #number: number;
  #next: number;
  #run: Run;
  #fingerprint: string | undefined;

  constructor(journal: RunJournal, { number, next }: LogState, { run, request, fingerprint }: RunRecord) {
    this.request = request;
    this.#journal = journal;
    this.#number = number;
    this.#next = next;
    this.#run = run;
    this.#fingerprint = fingerprint;
  }

  get run(): Run {
    return this.#run;
  }

  get fingerprint(): string | undefined {
    return this.#fingerprint;
  }

  /** @param together What has to be stored with the new run or not at all. */
  async create(together: readonly Append[] = []): Promise<void> {
    await this.#append({ run: this.#run }, [encodeRun(this.#position(0), this.#run)], { announces: true, together });
  }

  /** Changes the state, and ends the log when the new state is one that stays. */
  async change(changes: Partial<Run>): Promise<void> {
    const run = { ...this.#run, ...changes };
    await this.#append({ run }, [encodeRun(this.#position(0), run)], { announces: true });
  }

  /**
   * Begins the result: what holds for all of it, and its signal.
   *
   * @param encodeReadings Makes the entries of the signal, once it knows the place of the first.
   */
  async begin(
    changes: Pick<Run, "state" | "result"> & { readonly warning: string | undefined },
    fingerprint: string,
    encodeReadings: (position: (i: number) => { log: number; seq: number }) => Uint8Array[],
  ): Promise<void> {
    const run = { ...this.#run, ...changes };
    const readings = encodeReadings((i) => this.#position(i + 1));
    await this.#append({ run, fingerprint }, [encodeRun(this.#position(0), run), ...readings], { announces: true });
  }

  /**
   * Appends windows; what is announced of them is only the tally, at the end.
   *
   * @param encode Makes their entries, once it knows the place of the first.
   */
  async appendWindows(encode: (position: (i: number) => EntryPosition) => Uint8Array[], tally: Tally): Promise<void> {
    const entries = encode((i) => this.#position(i));
    await this.#append({ run: { ...this.#run, ...tally } }, entries, { announces: false });
  }

  /** Throws away what was written: the result is no longer the same. Viewers are told to start over. */
  async restart(): Promise<void> {
    const { number, next } = await this.#journal.restart(this.#run.runId);
    this.#number = number;
    this.#next = next;
    this.#fingerprint = undefined;
    this.#run = { ...this.#run, ...NO_WINDOWS, result: undefined, warning: undefined, state: "waiting" };
    await this.create();
  }

  #position(i: number): { log: number; seq: number } {
    return { log: this.#number, seq: this.#next + i };
  }

  /** Stores entries and the record that holds from them on. Believes neither before both are stored. */
  async #append(
    { run, fingerprint = this.#fingerprint }: { readonly run: Run; readonly fingerprint?: string },
    entries: readonly Uint8Array[],
    { announces, together = [] }: { readonly announces: boolean; readonly together?: readonly Append[] },
  ): Promise<void> {
    const record: RunRecord = { run, request: this.request, fingerprint };
    const append: Append = {
      log: run.runId,
      at: this.#next,
      entries,
      meta: JSON.stringify(record),
      seal: isOver(run.state),
    };
    await this.#journal.commit([append, ...together], announces ? run : undefined);
    this.#run = run;
    this.#fingerprint = fingerprint;
    this.#next += entries.length;
  }
}

function watchLog(projectId: number, category: string): string {
  return `watch-${projectId}-${category}`;
}

function parseRecord({ meta }: LogState): RunRecord | undefined {
  return meta === undefined ? undefined : (JSON.parse(meta) as RunRecord);
}
