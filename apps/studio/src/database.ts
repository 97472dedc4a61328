import Database from "libsql";

/** Another process works with the file. */
export class StudioInUseError extends Error {
  override readonly name = "StudioInUseError";
}

/** Each entry brings the schema from the version of its index to the next; never change one that was released. */
const MIGRATIONS = [
  `
  CREATE TABLE project (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    hmac_key TEXT NOT NULL,
    default_impulse_id INTEGER,
    created TEXT NOT NULL
  );
  CREATE TABLE api_key (
    -- SHA-256 of the key; the key itself is not stored.
    hash TEXT PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project
  );
  CREATE TABLE sample (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES project,
    category TEXT NOT NULL,
    filename TEXT NOT NULL,
    label TEXT NOT NULL,
    format TEXT NOT NULL,
    -- The file as it was uploaded.
    bytes BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    device_name TEXT,
    device_type TEXT NOT NULL,
    sensors TEXT NOT NULL,
    interval_ms REAL NOT NULL,
    values_count INTEGER NOT NULL,
    signature_method TEXT NOT NULL,
    is_signature_valid INTEGER NOT NULL,
    added TEXT NOT NULL
  );
  CREATE INDEX sample_by_category ON sample (project_id, category, id);
  CREATE INDEX sample_by_hash ON sample (project_id, sha256);
  CREATE TABLE impulse (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES project,
    document TEXT NOT NULL,
    created TEXT NOT NULL
  );
  CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES project,
    key TEXT NOT NULL,
    task TEXT NOT NULL,
    created TEXT NOT NULL,
    started TEXT,
    finished TEXT,
    -- Null while it runs.
    is_successful INTEGER
  );
  CREATE INDEX job_by_key ON job (project_id, key, id);
  CREATE TABLE job_line (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES job,
    created TEXT NOT NULL,
    text TEXT NOT NULL
  );
  CREATE INDEX job_line_by_job ON job_line (job_id, id);
  CREATE TABLE result (
    sample_id INTEGER NOT NULL REFERENCES sample,
    impulse_id INTEGER NOT NULL REFERENCES impulse,
    variant TEXT NOT NULL,
    blocks TEXT NOT NULL,
    UNIQUE (sample_id, impulse_id, variant)
  );
  CREATE TABLE device (
    project_id INTEGER NOT NULL REFERENCES project,
    device_id TEXT NOT NULL,
    device_type TEXT NOT NULL,
    sensors TEXT NOT NULL,
    created TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    UNIQUE (project_id, device_id)
  );
  `,
  `
  -- What the local Studio has it for; null while it is being made.
  ALTER TABLE project ADD COLUMN kind TEXT;
  UPDATE project SET kind = CASE WHEN name = 'Demo: simulated motion' THEN 'demo' ELSE 'empty' END
    WHERE id IN (SELECT project_id FROM api_key);
  `,
];

/**
 * The local Studio's database, for one process at a time.
 *
 * Parameters of statements always go in as one array, and without booleans: libsql aborts the process on a lone buffer
 * and on a boolean.
 *
 * @param file Path, or `:memory:`.
 * @throws {StudioInUseError} when another process has the file open.
 */
export function openDatabase(file: string): Database.Database {
  const database = new Database(file, { timeout: 0 });
  try {
    // A killed process leaves no stale lock behind, as a lock file of our own would.
    database.pragma("locking_mode = EXCLUSIVE");
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    database.pragma("foreign_keys = ON");
    migrate(database);
  } catch (cause) {
    database.close();
    if (!(cause instanceof Database.SqliteError) || cause.code !== "SQLITE_BUSY") throw cause;
    const advice = "End that one, or set WINDOWSCOPE_DATA_DIR to another folder.";
    throw new StudioInUseError(`${file} is in use by another process. ${advice}`, { cause });
  }
  return database;
}

function migrate(database: Database.Database): void {
  const [{ user_version: version }] = database.pragma("user_version") as [{ user_version: number }];
  if (version > MIGRATIONS.length) {
    throw new Error(`The database has schema version ${version}; this program knows ${MIGRATIONS.length}. Update it.`);
  }
  for (let next = version; next < MIGRATIONS.length; next++) {
    database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[next]}; PRAGMA user_version = ${next + 1}; COMMIT`);
  }
  // Takes the exclusive lock also when there was nothing to migrate.
  database.exec("BEGIN IMMEDIATE; COMMIT");
}
