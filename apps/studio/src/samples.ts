import { createHash, randomBytes } from "node:crypto";

import type Database from "libsql";

import { parseDataAcquisition } from "./formats/data-acquisition.ts";
import { readingCount, type Recording, type Sensor } from "./formats/recording.ts";
import { isSignedWith } from "./formats/signature.ts";

/** A stored recording without its readings. */
export interface Sample {
  readonly id: number;
  readonly projectId: number;
  readonly category: Category;
  readonly filename: string;
  readonly label: string;
  readonly format: "json" | "cbor";
  readonly sha256: string;
  readonly deviceName: string | undefined;
  readonly deviceType: string;
  readonly sensors: readonly Sensor[];
  readonly intervalMs: number;
  readonly valuesCount: number;
  readonly signatureMethod: string;
  readonly isSignatureValid: boolean;
  /** ISO 8601. */
  readonly added: string;
}

export type Category = "training" | "testing";

/** A file on its way into a project. */
export interface NewSample {
  readonly projectId: number;
  readonly hmacKey: string;
  readonly category: Category;
  /** Name that the sender gave; the stored name has a unique end. */
  readonly filename: string;
  readonly label: string;
  readonly format: "json" | "cbor";
  readonly bytes: Buffer;
}

/** Which samples to list. */
export interface SampleFilter {
  readonly category: Category | "all";
  readonly labels?: readonly string[] | undefined;
  /** Part of the file name. */
  readonly filename?: string | undefined;
  readonly minId?: number | undefined;
  /** Exclusive. */
  readonly maxId?: number | undefined;
}

/** The recordings, byte for byte as they were uploaded. */
export class Samples {
  readonly #database: Database.Database;
  readonly #insert;
  readonly #byId;
  readonly #bytesById;
  readonly #idByHash;
  readonly #deleteOldest;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO sample (project_id, category, filename, label, format, bytes, sha256, device_name, device_type,
         sensors, interval_ms, values_count, signature_method, is_signature_valid, added)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING ${COLUMNS}`,
    );
    this.#byId = database.prepare(`SELECT ${COLUMNS} FROM sample WHERE id = ? AND project_id = ?`);
    this.#bytesById = database.prepare("SELECT bytes FROM sample WHERE id = ?").raw();
    this.#idByHash = database.prepare("SELECT id FROM sample WHERE project_id = ? AND sha256 = ?");
    const doomed = `SELECT id FROM sample WHERE project_id = ? AND category = ? AND device_type = ?
      ORDER BY id DESC LIMIT -1 OFFSET ?`;
    this.#deleteOldest = database.transaction((...which: [number, Category, string, number]) => {
      database.prepare(`DELETE FROM result WHERE sample_id IN (${doomed})`).run(which);
      database.prepare(`DELETE FROM sample WHERE id IN (${doomed})`).run(which);
    });
  }

  /**
   * Stores a file.
   *
   * @throws {RecordingError} when it is not a recording; then nothing is stored.
   */
  add({ projectId, hmacKey, category, filename, label, format, bytes }: NewSample): Sample {
    const recording = parseDataAcquisition(bytes, format);
    const { signature } = recording;
    const [row] = this.#insert.all([
      projectId,
      category,
      `${filename.replace(/\.(json|cbor)$/i, "")}.${randomBytes(5).toString("hex")}`,
      label,
      format,
      bytes,
      sha256Of(bytes),
      recording.deviceName,
      recording.deviceType,
      JSON.stringify(recording.sensors),
      recording.intervalMs,
      readingCount(recording),
      signature.method,
      isSignedWith(bytes, signature, hmacKey) ? 1 : 0,
      new Date().toISOString(),
    ]) as [SampleRow];
    return toSample(row);
  }

  get(projectId: number, id: number): Sample | undefined {
    const [row] = this.#byId.all([id, projectId]) as SampleRow[];
    return row && toSample(row);
  }

  /** The sample that holds exactly these bytes. */
  findDuplicate(projectId: number, bytes: Buffer): number | undefined {
    const [row] = this.#idByHash.all([projectId, sha256Of(bytes)]) as { id: number }[];
    return row?.id;
  }

  /** A sample's file, byte for byte. */
  readFile({ id }: Sample): Buffer {
    const [[bytes]] = this.#bytesById.all([id]) as [[Buffer]];
    return bytes;
  }

  /** Reads a sample's file again, with its readings. */
  read(sample: Sample): Recording {
    return parseDataAcquisition(this.readFile(sample), sample.format);
  }

  /** A page of samples, the newest first. */
  list(projectId: number, filter: SampleFilter, page: { readonly limit: number; readonly offset: number }): Sample[] {
    const { where, values } = conditions(projectId, filter);
    const query = `SELECT ${COLUMNS} FROM sample WHERE ${where} ORDER BY id DESC LIMIT ? OFFSET ?`;
    return (this.#database.prepare(query).all([...values, page.limit, page.offset]) as SampleRow[]).map(toSample);
  }

  count(projectId: number, filter: SampleFilter): number {
    const { where, values } = conditions(projectId, filter);
    const query = this.#database.prepare(`SELECT count(*) AS count FROM sample WHERE ${where}`);
    const [{ count }] = query.all(values) as [{ count: number }];
    return count;
  }

  /** What a category holds, for the project's summary. */
  summarise(projectId: number, category: Category): { count: number; totalLengthMs: number; labels: string[] } {
    const query = this.#database.prepare(
      `SELECT label, count(*) AS count, sum(interval_ms * values_count) AS length FROM sample
       WHERE project_id = ? AND category = ? GROUP BY label ORDER BY label`,
    );
    const rows = query.all([projectId, category]) as { label: string; count: number; length: number }[];
    return {
      count: rows.reduce((sum, { count }) => sum + count, 0),
      totalLengthMs: rows.reduce((sum, { length }) => sum + length, 0),
      labels: rows.map(({ label }) => label),
    };
  }

  /** Deletes all but the newest samples that a kind of device recorded into a category, with their results. */
  keepNewest(projectId: number, category: Category, deviceType: string, keep: number): void {
    this.#deleteOldest(projectId, category, deviceType, keep);
  }
}

const COLUMNS = `id, project_id, category, filename, label, format, sha256, device_name, device_type, sensors,
  interval_ms, values_count, signature_method, is_signature_valid, added`;

function conditions(
  projectId: number,
  { category, labels, filename, minId, maxId }: SampleFilter,
): { where: string; values: (string | number)[] } {
  const parts = ["project_id = ?"];
  const values: (string | number)[] = [projectId];
  function demand(condition: string, ...needed: readonly (string | number)[]): void {
    parts.push(condition);
    values.push(...needed);
  }
  if (category !== "all") demand("category = ?", category);
  if (labels) demand(`label IN (${labels.map(() => "?").join(", ")})`, ...labels);
  if (filename !== undefined) demand("instr(filename, ?) > 0", filename);
  if (minId !== undefined) demand("id >= ?", minId);
  if (maxId !== undefined) demand("id < ?", maxId);
  return { where: parts.join(" AND "), values };
}

interface SampleRow {
  readonly id: number;
  readonly project_id: number;
  readonly category: Category;
  readonly filename: string;
  readonly label: string;
  readonly format: "json" | "cbor";
  readonly sha256: string;
  readonly device_name: string | null;
  readonly device_type: string;
  readonly sensors: string;
  readonly interval_ms: number;
  readonly values_count: number;
  readonly signature_method: string;
  readonly is_signature_valid: number;
  readonly added: string;
}

function toSample(row: SampleRow): Sample {
  return {
    id: row.id,
    projectId: row.project_id,
    category: row.category,
    filename: row.filename,
    label: row.label,
    format: row.format,
    sha256: row.sha256,
    deviceName: row.device_name ?? undefined,
    deviceType: row.device_type,
    sensors: JSON.parse(row.sensors) as Sensor[],
    intervalMs: row.interval_ms,
    valuesCount: row.values_count,
    signatureMethod: row.signature_method,
    isSignatureValid: row.is_signature_valid === 1,
    added: row.added,
  };
}

function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
