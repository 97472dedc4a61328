import { randomUUID } from "node:crypto";

import type Database from "libsql";

import { NoSuchLogError, type Append, type LogPage, type LogState, type ReadPosition } from "./run-log.ts";

/** Written into the file as its `user_version`. */
const SCHEMA_VERSION = 2;

/**
 * Creates the tables in a new file, and brings those of an earlier version up to date, all or nothing.
 *
 * @throws {Error} when a later version has written the file.
 */
export function migrate(database: Database.Database, file: string): void {
  const [{ user_version: version }] = database.pragma("user_version") as [{ readonly user_version: number }];
  if (version > SCHEMA_VERSION) {
    throw new Error(`${file} was written by a later version of Windowscope (${version}, this one: ${SCHEMA_VERSION}).`);
  }
  if (version === SCHEMA_VERSION) return;
  database.transaction(() => {
    database.exec(`
      CREATE TABLE IF NOT EXISTS log (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        epoch TEXT NOT NULL,
        first INTEGER NOT NULL DEFAULT 0,
        next INTEGER NOT NULL DEFAULT 0,
        is_sealed INTEGER NOT NULL DEFAULT 0,
        meta TEXT
      );
      CREATE TABLE IF NOT EXISTS entry (
        id INTEGER PRIMARY KEY,
        log INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        UNIQUE (log, seq)
      );
    `);
    // Few logs are open, and of all others there may be many.
    database.exec("CREATE INDEX IF NOT EXISTS open_log ON log (number) WHERE is_sealed = 0");
    const columns = (database.pragma("table_info(log)") as { readonly name: string }[]).map(({ name }) => name);
    if (!columns.includes("bytes")) {
      database.exec(`
        ALTER TABLE log ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE log ADD COLUMN created_ms REAL NOT NULL DEFAULT 0;
        UPDATE log SET bytes = (SELECT coalesce(sum(length(entry.bytes)), 0) FROM entry WHERE entry.log = log.number);
      `);
      // Nobody knows when they were created; as new, they are not all too old at once.
      database.prepare("UPDATE log SET created_ms = ?").run([Date.now()]);
    }
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  })();
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

function listWhere(condition: string): string {
  return `SELECT * FROM log WHERE ${condition} AND number < ?1 AND substr(name, 1, length(?2)) = ?2
    ORDER BY number DESC LIMIT ?3`;
}

/** A statement for each, as an index for some logs only cannot serve one that has them for a parameter. */
export const LIST = {
  all: listWhere("TRUE"),
  open: listWhere("is_sealed = 0"),
  sealed: listWhere("is_sealed = 1"),
} as const;

/**
 * The statements, each to be run within a transaction of the caller's.
 *
 * Parameters always go in as one array, and without booleans: libsql aborts the process on a lone buffer and on a
 * boolean.
 */
export class LogTable {
  readonly #find;
  readonly #listAll;
  readonly #listOpen;
  readonly #listSealed;
  readonly #create;
  readonly #advance;
  readonly #insertEntry;
  readonly #readEntries;
  readonly #restart;
  readonly #deleteEntries;
  readonly #sizeBelow;
  readonly #trimEntries;
  readonly #trimLog;
  readonly #deleteLog;

  constructor(database: Database.Database) {
    this.#find = database.prepare("SELECT * FROM log WHERE name = ?");
    this.#listAll = database.prepare(LIST.all);
    this.#listOpen = database.prepare(LIST.open);
    this.#listSealed = database.prepare(LIST.sealed);
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
    this.#deleteEntries = database.prepare("DELETE FROM entry WHERE log = ?");
    this.#sizeBelow = database
      .prepare("SELECT coalesce(sum(length(bytes)), 0) FROM entry WHERE log = ? AND seq < ?")
      .raw();
    this.#trimEntries = database.prepare("DELETE FROM entry WHERE log = ? AND seq < ?");
    this.#trimLog = database.prepare("UPDATE log SET first = ?, bytes = bytes - ? WHERE number = ?");
    this.#deleteLog = database.prepare("DELETE FROM log WHERE number = ?");
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
    const list = isSealed === undefined ? this.#listAll : isSealed ? this.#listSealed : this.#listOpen;
    return (list.all([before, prefix, limit]) as LogRow[]).map(toState);
  }

  /** @param append Known to begin where its log ends. */
  append({ log, at, entries, meta, seal = false }: Append): void {
    const { number } = this.need(log);
    entries.forEach((entry, i) => this.#insertEntry.run([number, at + i, entry]));
    const bytes = entries.reduce((sum, { length }) => sum + length, 0);
    this.#advance.run([at + entries.length, seal ? 1 : 0, meta, bytes, number]);
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

  trim({ number, first, next }: LogState, wanted: number): void {
    const kept = Math.min(Math.max(first, wanted), next);
    const [[bytes]] = this.#sizeBelow.all([number, kept]) as [[number]];
    this.#trimEntries.run([number, kept]);
    this.#trimLog.run([kept, bytes, number]);
  }

  restart({ number, log }: LogState): LogState {
    this.#deleteEntries.run([number]);
    this.#restart.run([randomUUID(), number]);
    return this.need(log);
  }

  delete({ number }: LogState): void {
    this.#deleteEntries.run([number]);
    this.#deleteLog.run([number]);
  }
}

function toState({ name, is_sealed, meta, created_ms, ...row }: LogRow): LogState {
  const { number, epoch, first, next, bytes } = row;
  const isSealed = is_sealed === 1;
  return { log: name, number, epoch, first, next, bytes, createdAtMs: created_ms, isSealed, meta: meta ?? undefined };
}
