import Database from "libsql";

import {
  AppendConflictError,
  checkDistinct,
  checkEnd,
  FencedError,
  NoSuchLogError,
  resetReason,
  RunLogWriteError,
  type Append,
  type LeaseRequest,
  type LogPage,
  type LogReset,
  type LogSlice,
  type LogState,
  type ReadPosition,
  type RunLog,
} from "./run-log.ts";
import { Leases } from "./leases.ts";
import { LogTable, migrate } from "./sqlite-table.ts";
import { Watchers } from "./watchers.ts";

/** Another process works with the file. */
export class RunLogInUseError extends Error {
  override readonly name = "RunLogInUseError";

  constructor(file: string, options: ErrorOptions) {
    super(
      `${file} is in use by another process. End that one, or set WINDOWSCOPE_DATA_DIR to another folder.`,
      options,
    );
  }
}

/**
 * Logs in a SQLite file, for one process at a time.
 *
 * An append is on the disk when it resolves (write-ahead log, `synchronous=FULL`): it survives a killed process and,
 * on an honest disk, a power cut. Appends of the same turn of the event loop share one transaction, hence one wait for
 * the disk.
 *
 * @throws {RunLogInUseError} when another process has the file open.
 * @throws {RunLogWriteError} when the file cannot be written, or is not of SQLite.
 * @throws {Error} when a later version of Windowscope has written the file.
 */
export function openSqliteRunLog(file: string): RunLog {
  const database = openExclusively(file);
  try {
    migrate(database, file);
    return new SqliteRunLog(file, database);
  } catch (error) {
    database.close();
    throw asWriteError(file, error);
  }
}

class SqliteRunLog implements RunLog {
  readonly #file: string;
  readonly #database: Database.Database;
  readonly #store: LogTable;
  readonly #watchers = new Watchers();
  // Nobody else can have the file open, so no lease outlives this process.
  readonly #leases = new Leases();
  #waiting: WaitingAppend[] = [];

  constructor(file: string, database: Database.Database) {
    this.#file = file;
    this.#database = database;
    this.#store = new LogTable(database);
  }

  async open(log: string): Promise<LogState> {
    return this.#store.find(log) ?? this.#write(() => this.#store.create(log));
  }

  async stat(log: string): Promise<LogState | undefined> {
    return this.#store.find(log);
  }

  async list(page: LogPage): Promise<LogState[]> {
    return this.#store.list(page);
  }

  append(appends: readonly Append[]): Promise<void> {
    return new Promise((resolve, reject) => {
      checkDistinct(appends);
      if (this.#waiting.length === 0) setImmediate(() => this.#commitWaiting());
      this.#waiting.push({ appends, resolve, reject });
    });
  }

  async read(log: string, position: ReadPosition): Promise<LogSlice | LogReset> {
    const state = this.#store.need(log);
    const why = resetReason(state, position);
    if (why) return { type: "reset", why, state };
    const { bytes, count } = this.#store.read(state.number, position);
    const next = position.from + count;
    return { type: "slice", bytes, next, isAtEnd: next === state.next, isSealed: state.isSealed };
  }

  async trim(log: string, first: number): Promise<void> {
    this.#commitWaiting();
    this.#write(() => this.#store.trim(this.#store.need(log), first));
  }

  async lease(log: string, lease: LeaseRequest): Promise<number | undefined> {
    this.#store.need(log);
    return this.#leases.take(log, lease);
  }

  async release(log: string, holder: string): Promise<void> {
    this.#leases.giveBack(log, holder);
  }

  async restart(log: string, fence?: number): Promise<LogState> {
    this.#commitWaiting();
    const before = this.#store.need(log);
    this.#leases.check(log, fence);
    const state = this.#write(() => this.#store.restart(before));
    this.#watchers.notify(log);
    return state;
  }

  async delete(log: string): Promise<void> {
    this.#commitWaiting();
    const state = this.#store.find(log);
    if (!state) return;
    this.#write(() => this.#store.delete(state));
    this.#leases.forget(log);
    this.#watchers.notify(log);
  }

  watch(log: string, onChange: () => void): () => void {
    return this.#watchers.add(log, onChange);
  }

  async close(): Promise<void> {
    this.#commitWaiting();
    this.#database.close();
  }

  /** Stores the waiting appends in one transaction; one that is refused leaves the others as they are. */
  #commitWaiting(): void {
    const group = this.#waiting;
    if (group.length === 0) return;
    this.#waiting = [];
    const refusals = new Map<WaitingAppend, Error>();
    try {
      this.#write(() => {
        for (const waiting of group) {
          const refusal = this.#findRefusal(waiting.appends);
          if (refusal) refusals.set(waiting, refusal);
          else for (const append of waiting.appends) this.#store.append(append);
        }
      });
    } catch (error) {
      // Who was refused because of another's entries is told this too: those entries are not stored.
      for (const { reject } of group) reject(error as Error);
      return;
    }
    const changed = new Set<string>();
    for (const waiting of group) {
      const refusal = refusals.get(waiting);
      if (refusal) waiting.reject(refusal);
      else waiting.resolve();
      if (!refusal) for (const { log } of waiting.appends) changed.add(log);
    }
    for (const log of changed) this.#watchers.notify(log);
  }

  /** Everything is checked before anything is written: an append is all or nothing without a savepoint of its own. */
  #findRefusal(appends: readonly Append[]): Error | undefined {
    try {
      for (const append of appends) {
        const state = this.#store.need(append.log);
        this.#leases.check(append.log, append.fence);
        checkEnd(append, state);
      }
      return undefined;
    } catch (error) {
      if (error instanceof NoSuchLogError || error instanceof FencedError || error instanceof AppendConflictError) {
        return error;
      }
      throw error;
    }
  }

  /** @throws {RunLogWriteError} when it cannot be stored, as on a full disk. */
  #write<T>(change: () => T): T {
    try {
      return inTransaction(this.#database, change);
    } catch (error) {
      throw asWriteError(this.#file, error);
    }
  }
}

function asWriteError(file: string, error: unknown): unknown {
  return error instanceof Database.SqliteError ? new RunLogWriteError(file, { cause: error }) : error;
}

interface WaitingAppend {
  readonly appends: readonly Append[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function inTransaction<T>(database: Database.Database, change: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = change();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk may have ended the transaction already; rolling back again would hide why.
    if (database.inTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/**
 * Opens the file so that no other process can use it until this one has ended, however it ends.
 *
 * libsql gives the lock back at garbage collection, not yet at `close`.
 */
function openExclusively(file: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { timeout: 0 });
    database.pragma("locking_mode = EXCLUSIVE");
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    database.exec("BEGIN IMMEDIATE; COMMIT");
    return database;
  } catch (cause) {
    database?.close();
    const isBusy = cause instanceof Database.SqliteError && cause.code === "SQLITE_BUSY";
    throw isBusy ? new RunLogInUseError(file, { cause }) : asWriteError(file, cause);
  }
}
