/**
 * Logs that only grow at their end, which readers can join anywhere.
 *
 * One writer appends to a log; any number of readers pull from it, each at its own pace, so a slow reader never slows
 * the writer. Entries are opaque bytes. Nothing can be read before it is stored. Every implementation keeps the same
 * contract; `contract.ts` is its test.
 */
export interface RunLog {
  /** Creates a log, or finds it. */
  open(log: string): Promise<LogState>;

  /** How a log stands; `undefined` when there is none of that name. */
  stat(log: string): Promise<LogState | undefined>;

  /** Logs, the newest first. */
  list(page: LogPage): Promise<LogState[]>;

  /**
   * Appends to one or several logs, each at most once, all or nothing, and resolves once that is stored.
   *
   * Appends that are under way at the same time may be stored together, yet one that is refused never fails another.
   *
   * @throws {AppendConflictError} when a log does not end where the writer believes.
   * @throws {FencedError} when somebody else has taken a lease on a log since the append's `fence` was granted.
   * @throws {NoSuchLogError} when there is no such log.
   * @throws {RunLogWriteError} when it cannot be stored, as on a full disk. Nothing of it is.
   * @throws {RunLogUnavailableError} when nobody answered in time: it may be stored or not.
   */
  append(appends: readonly Append[]): Promise<void>;

  /**
   * Reads whole entries from a position on, as many as fit, and at least one where there is one.
   *
   * @returns A `slice`; or, when the position cannot be served, why and where the log stands now.
   * @throws {NoSuchLogError} when there is no such log.
   */
  read(log: string, position: ReadPosition): Promise<LogSlice | LogReset>;

  /**
   * Forgets the entries below `first`; readers that still want them are reset.
   *
   * @throws {NoSuchLogError} when there is no such log.
   */
  trim(log: string, first: number): Promise<void>;

  /**
   * Takes a log for one writer for a while. The holder that asks again keeps it, under the same fence; another one gets
   * it when the time is over, or at once by force, under a higher fence.
   *
   * @returns The fence to append with; `undefined` while another holder has the log.
   * @throws {NoSuchLogError} when there is no such log.
   */
  lease(log: string, lease: LeaseRequest): Promise<number | undefined>;

  /** Gives a lease back, so that the next one need not wait. Giving back what one does not have is fine. */
  release(log: string, holder: string): Promise<void>;

  /**
   * Empties a log and gives it a new epoch: what readers have of it is no longer true.
   *
   * @param fence Of the lease that the writer believes to hold. Without one, nobody's lease is looked at.
   * @throws {FencedError} when somebody else has taken a lease on the log since `fence` was granted.
   * @throws {NoSuchLogError} when there is no such log.
   */
  restart(log: string, fence?: number): Promise<LogState>;

  /** Forgets a log. Deleting what is not there is fine. */
  delete(log: string): Promise<void>;

  /**
   * Calls back after a log has changed. A hint, which may come once for several changes; it carries no data.
   *
   * @returns Ends it.
   */
  watch(log: string, onChange: () => void): () => void;

  /** Lets go of the file or the connection. Nothing may be asked for afterwards. */
  close(): Promise<void>;
}

/** How a log stands. */
export interface LogState {
  readonly log: string;
  /** Small number of the log, never used again; later logs have higher ones. */
  readonly number: number;
  /** Changes when earlier entries can no longer be vouched for. */
  readonly epoch: string;
  /** Number of the oldest entry kept. */
  readonly first: number;
  /** Number that the next entry is going to have. */
  readonly next: number;
  /** Nothing is ever appended any more. */
  readonly isSealed: boolean;
  /** Of all entries kept, together. */
  readonly bytes: number;
  readonly createdAtMs: number;
  /** What the writer keeps beside the entries, to be had without reading them. */
  readonly meta: string | undefined;
}

/** Which logs to list. */
export interface LogPage {
  /** Only logs whose names begin with this. */
  readonly prefix: string;
  /** Only logs older than the one with this number. */
  readonly before?: number;
  /** Only logs that are sealed, or only those that are not. */
  readonly isSealed?: boolean;
  readonly limit: number;
}

/** Entries for the end of one log. */
export interface Append {
  readonly log: string;
  /** Number of the first appended entry: where the writer believes the log to end. */
  readonly at: number;
  /** Their bytes may change again only when the append has ended. */
  readonly entries: readonly Uint8Array[];
  /** Replaces the log's meta. */
  readonly meta?: string;
  /** These are the last entries. */
  readonly seal?: boolean;
  /** Of the lease that the writer believes to hold. Without one, nobody's lease is looked at. */
  readonly fence?: number;
}

/** Who wants a log, and for how long. */
export interface LeaseRequest {
  /** Names the process; another one must not have the same name. */
  readonly holder: string;
  /** From now on, ms, by the clock of the store. Ask again in time to keep it. */
  readonly ttlMs: number;
  /** Takes the log away from whoever has it. */
  readonly force?: boolean;
}

/** Where to read, and how much. */
export interface ReadPosition {
  /** Of the log as the reader knows it. */
  readonly epoch: string;
  /** Number of the first entry wanted. */
  readonly from: number;
  /**
   * Upper bound for the bytes of all entries together, unless a single entry is longer. Nobody else is served while a
   * slice is read, so keep it small: a megabyte takes some ten milliseconds.
   */
  readonly maxBytes: number;
}

/** Whole entries, in order. */
export interface LogSlice {
  readonly type: "slice";
  /** Entries one after another. Shared between readers: never write into it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Number of the entry behind the last one read. */
  readonly next: number;
  /** Whether the log holds nothing behind `next` at this moment. */
  readonly isAtEnd: boolean;
  /** Whether the log is finished. With `isAtEnd` there is nothing more to come. */
  readonly isSealed: boolean;
}

/** A position cannot be served; the reader has to begin again from `state`. */
export interface LogReset {
  readonly type: "reset";
  /**
   * `epoch`: the log began anew. `trimmed`: its oldest entries are gone. `ahead`: the position is behind the end, as when
   * a store has lost its newest entries.
   */
  readonly why: "epoch" | "trimmed" | "ahead";
  readonly state: LogState;
}

/** A log does not end where the writer believes: somebody else wrote, or it was already written. */
export class AppendConflictError extends Error {
  override readonly name = "AppendConflictError";
  readonly log: string;
  /** Where the writer believed the log to end. */
  readonly at: number;
  /** Where it does end: the number that the next entry is going to have. */
  readonly next: number;

  constructor(log: string, at: number, next: number, isSealed: boolean) {
    super(`Cannot append entry ${at} to ${log}: ${isSealed ? "it is sealed" : `its next entry is ${next}`}.`);
    this.log = log;
    this.at = at;
    this.next = next;
  }
}

/** Somebody else has taken the log in the meantime: what this writer knows of it is no longer true. */
export class FencedError extends Error {
  override readonly name = "FencedError";
  readonly log: string;
  /** Of the lease that the writer believed to hold. */
  readonly fence: number;
  /** Of the lease that was granted last. */
  readonly current: number;

  constructor(log: string, fence: number, current: number) {
    super(`Cannot write to ${log} under fence ${fence}: its lease was taken by another, under fence ${current}.`);
    this.log = log;
    this.fence = fence;
    this.current = current;
  }
}

/** There is no log of that name: it was never opened, or it was deleted, or the store has lost it. */
export class NoSuchLogError extends Error {
  override readonly name = "NoSuchLogError";
  readonly log: string;

  constructor(log: string) {
    super(`There is no log ${log}.`);
    this.log = log;
  }
}

/** The change cannot be stored, and nothing of it is. Once there is room again the log goes on from its last entry. */
export class RunLogWriteError extends Error {
  override readonly name = "RunLogWriteError";

  constructor(where: string, options: { readonly cause: Error }) {
    super(`Cannot write to ${where}: ${options.cause.message}.`, options);
  }
}

/** Whoever keeps the logs did not answer in time. A change that was asked for may have happened or not. */
export class RunLogUnavailableError extends Error {
  override readonly name = "RunLogUnavailableError";

  constructor(where: string, why: string) {
    super(`${where} cannot be used now: ${why}.`);
  }
}

/** @throws {RangeError} when a log is among the appends twice. */
export function checkDistinct(appends: readonly Append[]): void {
  const logs = new Set(appends.map(({ log }) => log));
  if (logs.size < appends.length) throw new RangeError("A log can be only once in one append.");
}

/** @throws {AppendConflictError} when the log does not end where the append begins. */
export function checkEnd({ log, at }: Append, { next, isSealed }: LogState): void {
  if (isSealed || next !== at) throw new AppendConflictError(log, at, next, isSealed);
}

/** Why a position cannot be served, or `undefined` when it can. */
export function resetReason(state: LogState, { epoch, from }: ReadPosition): LogReset["why"] | undefined {
  if (epoch !== state.epoch) return "epoch";
  if (from < state.first) return "trimmed";
  return from > state.next ? "ahead" : undefined;
}
