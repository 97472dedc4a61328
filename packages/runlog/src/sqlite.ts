import { randomUUID } from "node:crypto";

import Database from "libsql";

import {
  AppendConflictError,
  NoSuchLogError,
  resetReason,
  type Append,
  type LogPage,
  type LogState,
  type ReadPosition,
  type RunLog,
} from "./run-log.ts";
import { Leases } from "./leases.ts";
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
 * on an honest disk, a power cut.
 *
 * @throws {RunLogInUseError} when another process has the file open.
 */
export function openSqliteRunLog(file: string): RunLog {
  const database = openExclusively(file);
  database.exec(`
    CREATE TABLE IF NOT EXISTS log (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      epoch TEXT NOT NULL,
      first INTEGER NOT NULL DEFAULT 0,
      next INTEGER NOT NULL DEFAULT 0,
      is_sealed INTEGER NOT NULL DEFAULT 0,
      meta TEXT,
      bytes INTEGER NOT NULL DEFAULT 0,
      created_ms REAL NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS entry (
      id INTEGER PRIMARY KEY,
      log INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      bytes BLOB NOT NULL,
      UNIQUE (log, seq)
    );
  `);
  const watchers = new Watchers();
  // Nobody else can have the file open, so no lease outlives this process.
  const leases = new Leases();
  const store = new Store(database);

  return {
    async open(log) {
      return store.find(log) ?? store.create(log);
    },
    async stat(log) {
      return store.find(log);
    },
    async list(page) {
      return store.list(page);
    },
    async append(appends) {
      for (const { log, fence } of appends) leases.check(log, fence);
      store.append(appends);
      for (const { log } of appends) watchers.notify(log);
    },
    async read(log, position) {
      const state = store.need(log);
      const why = resetReason(state, position);
      if (why) return { type: "reset", why, state };
      const { bytes, count } = store.read(state.number, position);
      const next = position.from + count;
      return { type: "slice", bytes, next, isAtEnd: next === state.next, isSealed: state.isSealed };
    },
    async trim(log, first) {
      store.trim(store.need(log), first);
    },
    async lease(log, lease) {
      store.need(log);
      return leases.take(log, lease);
    },
    async release(log, holder) {
      leases.giveBack(log, holder);
    },
    async restart(log) {
      const state = store.restart(store.need(log));
      watchers.notify(log);
      return state;
    },
    async delete(log) {
      const state = store.find(log);
      if (!state) return;
      store.delete(state);
      leases.forget(log);
      watchers.notify(log);
    },
    watch: (log, onChange) => watchers.add(log, onChange),
    async close() {
      database.close();
    },
  };
}

/**
 * Opens the file so that no other process can use it until this one has ended, however it ends.
 *
 * libsql gives the lock back at garbage collection, not yet at `close`.
 */
function openExclusively(file: string): Database.Database {
  const database = new Database(file, { timeout: 0 });
  try {
    database.pragma("locking_mode = EXCLUSIVE");
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    database.exec("BEGIN IMMEDIATE; COMMIT");
  } catch (cause) {
    database.close();
    if (cause instanceof Database.SqliteError && cause.code === "SQLITE_BUSY")
      throw new RunLogInUseError(file, { cause });
    throw cause;
  }
  return database;
}

interface LogRow {
  readonly number: number;
  readonly name: string;
  readonly epoch: string;
  readonly first: number;
  readonly next: number;
  readonly is_sealed: number;
  readonly meta: string | null;
  readonly bytes: number;
  readonly created_ms: number;
}

/**
 * The statements. Parameters always go in as one array, and without booleans: libsql aborts the process on a lone
 * buffer and on a boolean.
 */
class Store {
  readonly #find;
  readonly #list;
  readonly #create;
  readonly #advance;
  readonly #insertEntry;
  readonly #readEntries;
  readonly #restart;
  readonly #deleteEntries;
  readonly #trimEntries;
  readonly #trimLog;
  readonly #deleteLog;
  /** All or nothing. */
  readonly append: (appends: readonly Append[]) => void;
  readonly trim: (state: LogState, first: number) => void;
  readonly restart: (state: LogState) => LogState;
  readonly delete: (state: LogState) => void;

  constructor(database: Database.Database) {
    this.#find = database.prepare("SELECT * FROM log WHERE name = ?");
    this.#list = database.prepare(
      `SELECT * FROM log WHERE number < ?1 AND is_sealed = coalesce(?2, is_sealed)
         AND substr(name, 1, length(?3)) = ?3 ORDER BY number DESC LIMIT ?4`,
    );
    this.#create = database.prepare("INSERT INTO log (name, epoch, created_ms) VALUES (?, ?, ?)");
    this.#advance = database.prepare(
      "UPDATE log SET next = ?, is_sealed = ?, meta = coalesce(?, meta), bytes = bytes + ? WHERE number = ?",
    );
    this.#insertEntry = database.prepare("INSERT INTO entry (log, seq, bytes) VALUES (?, ?, ?)");
    // Raw rows hold a Buffer; libsql's objects hold an ArrayBuffer or a Buffer depending on the call.
    this.#readEntries = database.prepare("SELECT bytes FROM entry WHERE log = ? AND seq >= ? ORDER BY seq").raw();
    this.#restart = database.prepare(
      "UPDATE log SET epoch = ?, first = 0, next = 0, bytes = 0, is_sealed = 0 WHERE number = ?",
    );
    this.#trimEntries = database.prepare("DELETE FROM entry WHERE log = ? AND seq < ?");
    this.#trimLog = database.prepare(
      `UPDATE log SET first = ?2, bytes = (SELECT coalesce(sum(length(bytes)), 0) FROM entry WHERE log = ?1)
       WHERE number = ?1`,
    );
    this.#deleteEntries = database.prepare("DELETE FROM entry WHERE log = ?");
    this.#deleteLog = database.prepare("DELETE FROM log WHERE number = ?");
    this.append = database.transaction((appends: readonly Append[]) => {
      for (const append of appends) this.#append(append);
    });
    this.trim = database.transaction(({ number, first, next }: LogState, wanted: number) => {
      this.#trimEntries.run([number, wanted]);
      this.#trimLog.run([number, Math.min(Math.max(first, wanted), next)]);
    });
    this.restart = database.transaction(({ number, log }: LogState) => {
      this.#deleteEntries.run([number]);
      this.#restart.run([randomUUID(), number]);
      return this.need(log);
    });
    this.delete = database.transaction(({ number }: LogState) => {
      this.#deleteEntries.run([number]);
      this.#deleteLog.run([number]);
    });
  }

  find(log: string): LogState | undefined {
    const [row] = this.#find.all([log]) as LogRow[];
    return row && toState(row);
  }

  need(log: string): LogState {
    const state = this.find(log);
    if (!state) throw new NoSuchLogError(log);
    return state;
  }

  create(log: string): LogState {
    this.#create.run([log, randomUUID(), Date.now()]);
    return this.need(log);
  }

  list({ prefix, before = Number.MAX_SAFE_INTEGER, isSealed, limit }: LogPage): LogState[] {
    const sealed = isSealed === undefined ? undefined : isSealed ? 1 : 0;
    return (this.#list.all([before, sealed, prefix, limit]) as LogRow[]).map(toState);
  }

  read(log: number, { from, maxBytes }: ReadPosition): { bytes: Uint8Array<ArrayBuffer>; count: number } {
    const taken: Buffer[] = [];
    let length = 0;
    for (const [bytes] of this.#readEntries.iterate([log, from]) as Iterable<[Buffer]>) {
      if (taken.length > 0 && length + bytes.length > maxBytes) break;
      taken.push(bytes);
      length += bytes.length;
      if (length >= maxBytes) break;
    }
    return { bytes: new Uint8Array(Buffer.concat(taken)), count: taken.length };
  }

  #append({ log, at, entries, meta, seal = false }: Append): void {
    const { number, next, isSealed } = this.need(log);
    if (isSealed || next !== at) throw new AppendConflictError(log, at, next, isSealed);
    entries.forEach((entry, i) => this.#insertEntry.run([number, at + i, entry]));
    const bytes = entries.reduce((sum, { length }) => sum + length, 0);
    this.#advance.run([at + entries.length, seal ? 1 : 0, meta, bytes, number]);
  }
}

function toState({ name, is_sealed, meta, created_ms, ...row }: LogRow): LogState {
  const { number, epoch, first, next, bytes } = row;
  const isSealed = is_sealed === 1;
  return { log: name, number, epoch, first, next, bytes, createdAtMs: created_ms, isSealed, meta: meta ?? undefined };
}
