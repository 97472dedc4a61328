import Database from "libsql";

import { migrate } from "./migrations.ts";
import type { SampleFiles } from "./sample-files.ts";

/** Another process works with the file. */
export class StudioInUseError extends Error {
  override readonly name = "StudioInUseError";
}

/**
 * The local Studio's database, for one process at a time.
 *
 * Parameters of statements always go in as one array, and without booleans: libsql aborts the process on a lone buffer
 * and on a boolean.
 *
 * @param file Path, or `:memory:`.
 * @param files Where the recordings go that an older version kept in the database.
 * @throws {StudioInUseError} when another process has the file open.
 */
export function openDatabase(file: string, files: SampleFiles): Database.Database {
  const database = new Database(file, { timeout: 0 });
  try {
    // A killed process leaves no stale lock behind, as a lock file of our own would.
    database.pragma("locking_mode = EXCLUSIVE");
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    database.pragma("foreign_keys = ON");
    // In KiB: the index of 100,000 samples fits.
    database.pragma("cache_size = -65536");
    migrate(database, files);
    // Takes the exclusive lock also when there was nothing to migrate.
    database.exec("BEGIN IMMEDIATE; COMMIT");
  } catch (cause) {
    database.close();
    if (!(cause instanceof Database.SqliteError) || cause.code !== "SQLITE_BUSY") throw cause;
    const advice = "End that one, or set WINDOWSCOPE_DATA_DIR to another folder.";
    throw new StudioInUseError(`${file} is in use by another process. ${advice}`, { cause });
  }
  return database;
}

/**
 * Closes a database, so that this process or another can open it.
 *
 * libsql keeps a closed file open, and locked, for as long as there are statements: the lock has to go first. With the
 * log of WAL there it cannot.
 */
export function closeDatabase(database: Database.Database): void {
  try {
    database.pragma("journal_mode = DELETE");
    database.pragma("locking_mode = NORMAL");
    // The lock goes with the next access.
    database.exec("SELECT 1 FROM project");
  } finally {
    database.close();
  }
}
