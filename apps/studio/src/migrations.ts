/** The tables of the local Studio, and how they came to be what they are. */
import type Database from "libsql";

import type { SampleFiles } from "./sample-files.ts";

interface Migration {
  /** What has to happen outside the database before its tables change; may happen again when it was interrupted. */
  readonly prepare?: (database: Database.Database, files: SampleFiles) => void;
  readonly sql: string;
}

/** Each entry brings the schema from the version of its index to the next; never change one that was released. */
const MIGRATIONS: readonly Migration[] = [
  {
    sql: `
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
  },
  {
    sql: `
  -- What the local Studio has it for; null while it is being made.
  ALTER TABLE project ADD COLUMN kind TEXT;
  UPDATE project SET kind = CASE WHEN name = 'Demo: simulated motion' THEN 'demo' ELSE 'empty' END
    WHERE id IN (SELECT project_id FROM api_key);
  `,
  },
  {
    // A recording of 100 MB is no row of a database that one thread writes.
    prepare: moveRecordingsToFiles,
    sql: `
  DROP TABLE result;
  CREATE TABLE sample_in_file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES project,
    category TEXT NOT NULL,
    filename TEXT NOT NULL,
    -- Empty without a label.
    label TEXT NOT NULL,
    interval_ms REAL NOT NULL,
    -- Readings of the part that counts.
    values_count INTEGER NOT NULL,
    is_disabled INTEGER NOT NULL DEFAULT 0,
    is_signature_valid INTEGER NOT NULL,
    is_audio INTEGER NOT NULL DEFAULT 0,
    -- One more with each change that makes results stale.
    version INTEGER NOT NULL DEFAULT 1,
    added TEXT NOT NULL,
    modified TEXT NOT NULL,
    format TEXT NOT NULL,
    -- Name of the file with the bytes as they were uploaded.
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    device_name TEXT,
    device_type TEXT NOT NULL,
    sensors TEXT NOT NULL,
    signature_method TEXT NOT NULL,
    -- First reading that counts, and how many the file has.
    crop_start INTEGER NOT NULL DEFAULT 0,
    stored_count INTEGER NOT NULL,
    -- Null for a sample with one label.
    structured_labels TEXT,
    metadata TEXT NOT NULL DEFAULT '{}'
  );
  INSERT INTO sample_in_file (id, project_id, category, filename, label, interval_ms, values_count,
      is_signature_valid, added, modified, format, file, sha256, device_name, device_type, sensors, signature_method,
      stored_count)
    SELECT id, project_id, category, filename, label, interval_ms, values_count, is_signature_valid, added, added,
      format, 'from-database-' || id, sha256, device_name, device_type, sensors, signature_method, values_count
    FROM sample;
  DROP TABLE sample;
  ALTER TABLE sample_in_file RENAME TO sample;
  -- Filters read what they need from here: the rows themselves are ten times as long.
  CREATE INDEX sample_filter ON sample (project_id, id, category, label, filename, interval_ms, values_count,
    is_disabled, is_signature_valid, is_audio, added);
  CREATE INDEX sample_by_category ON sample (project_id, category, id);
  CREATE INDEX sample_by_label ON sample (project_id, category, label, id, interval_ms, values_count);
  CREATE INDEX sample_by_hash ON sample (project_id, sha256);

  -- The metadata of samples once more, to filter by.
  CREATE TABLE sample_metadata (
    sample_id INTEGER NOT NULL REFERENCES sample ON DELETE CASCADE,
    project_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (sample_id, key)
  );
  CREATE INDEX sample_metadata_by_value ON sample_metadata (project_id, key, value, sample_id);
  CREATE TRIGGER sample_metadata_added AFTER INSERT ON sample BEGIN
    INSERT INTO sample_metadata SELECT new.id, new.project_id, key, value FROM json_each(new.metadata);
  END;
  CREATE TRIGGER sample_metadata_changed AFTER UPDATE OF metadata ON sample BEGIN
    DELETE FROM sample_metadata WHERE sample_id = new.id;
    INSERT INTO sample_metadata SELECT new.id, new.project_id, key, value FROM json_each(new.metadata);
  END;

  CREATE TABLE designed_impulse (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES project,
    -- One more with each change that makes results stale.
    revision INTEGER NOT NULL DEFAULT 1,
    design TEXT NOT NULL,
    -- What the learn blocks have learnt; null before.
    classifier TEXT,
    anomaly TEXT,
    classifier_trained TEXT,
    anomaly_trained TEXT,
    created TEXT NOT NULL
  );
  INSERT INTO designed_impulse (id, project_id, design, classifier, anomaly, classifier_trained, anomaly_trained, created)
    SELECT id, project_id,
      json_object(
        'name', json_extract(document, '$.name'),
        'input', json_extract(document, '$.input'),
        'features', json_extract(document, '$.features'),
        'minimumConfidence', json_extract(document, '$.classifier.minimumConfidence'),
        'anomalyThreshold', json_extract(document, '$.anomaly.threshold')
      ),
      json_extract(document, '$.classifier'), json_extract(document, '$.anomaly'),
      iif(json_extract(document, '$.classifier') IS NULL, NULL, created),
      iif(json_extract(document, '$.anomaly') IS NULL, NULL, created),
      created
    FROM impulse;
  DROP TABLE impulse;
  ALTER TABLE designed_impulse RENAME TO impulse;

  CREATE TABLE result (
    sample_id INTEGER NOT NULL REFERENCES sample ON DELETE CASCADE,
    impulse_id INTEGER NOT NULL REFERENCES impulse ON DELETE CASCADE,
    variant TEXT NOT NULL,
    block_id INTEGER NOT NULL,
    -- Of the sample and of the impulse, at the time.
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    windows TEXT NOT NULL,
    UNIQUE (sample_id, impulse_id, variant, block_id)
  );
  CREATE INDEX result_by_impulse ON result (impulse_id);
  -- Which variants of an impulse have classified the whole test set.
  CREATE TABLE tested (
    impulse_id INTEGER NOT NULL REFERENCES impulse ON DELETE CASCADE,
    variant TEXT NOT NULL,
    revision INTEGER NOT NULL,
    -- When the newest of its blocks had been trained.
    trained TEXT NOT NULL,
    UNIQUE (impulse_id, variant)
  );

  ALTER TABLE project ADD COLUMN modified TEXT;
  CREATE TRIGGER sample_added AFTER INSERT ON sample BEGIN
    UPDATE project SET modified = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = new.project_id;
  END;
  CREATE TRIGGER sample_changed AFTER UPDATE ON sample BEGIN
    UPDATE project SET modified = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = new.project_id;
  END;
  CREATE TRIGGER sample_deleted AFTER DELETE ON sample BEGIN
    UPDATE project SET modified = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = old.project_id;
  END;
  CREATE TRIGGER impulse_added AFTER INSERT ON impulse BEGIN
    UPDATE project SET modified = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = new.project_id;
  END;
  CREATE TRIGGER impulse_changed AFTER UPDATE ON impulse BEGIN
    UPDATE project SET modified = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = new.project_id;
  END;
  `,
  },
  {
    sql: `
  ALTER TABLE device ADD COLUMN name TEXT;
  -- What else the device said of itself in hello; null until it does.
  ALTER TABLE device ADD COLUMN introduction TEXT;
  CREATE TABLE inference_summary (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project,
    device_id TEXT NOT NULL,
    deployment_id INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    summary TEXT NOT NULL
  );
  CREATE INDEX inference_summary_by_time ON inference_summary (project_id, start_ms);
  CREATE INDEX inference_summary_by_device ON inference_summary (project_id, device_id, id);
  `,
  },
  {
    sql: `
  -- Finds the samples with several labels among all the others.
  CREATE INDEX sample_with_spans ON sample (project_id, category) WHERE structured_labels IS NOT NULL;
  `,
  },
  {
    sql: `
  -- An impulse may have several processing blocks.
  UPDATE impulse SET design = json_remove(
    json_set(design, '$.blocks', json_array(json_object('parameters', json_extract(design, '$.features')))), '$.features');
  `,
  },
];

/** Brings a database to the newest version. @throws {Error} when a newer program has made it. */
export function migrate(database: Database.Database, files: SampleFiles): void {
  const [{ user_version: version }] = database.pragma("user_version") as [{ user_version: number }];
  if (version > MIGRATIONS.length) {
    throw new Error(`The database has schema version ${version}; this program knows ${MIGRATIONS.length}. Update it.`);
  }
  MIGRATIONS.slice(version).forEach(({ prepare, sql }, i) => {
    prepare?.(database, files);
    database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${version + i + 1}; COMMIT`);
  });
}

function moveRecordingsToFiles(database: Database.Database, files: SampleFiles): void {
  const read = database.prepare("SELECT bytes FROM sample WHERE id = ?").raw();
  for (const { id } of database.prepare("SELECT id FROM sample").all([]) as { id: number }[]) {
    const [[bytes]] = read.all([id]) as [[Buffer]];
    files.write(`from-database-${id}`, bytes);
  }
}
