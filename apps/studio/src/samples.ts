import { randomBytes } from "node:crypto";

import type Database from "libsql";

import type { Category } from "./category.ts";
import type { FileFormat } from "./formats/file-format.ts";
import type { Sensor } from "./formats/recording.ts";
import type { LabelSpan } from "./formats/structured-labels.ts";
import { sampleConditions, type SampleFilter } from "./sample-filter.ts";

/** A stored recording without its readings. */
export interface Sample {
  readonly id: number;
  readonly projectId: number;
  readonly category: Category;
  readonly filename: string;
  /** Empty without a label; of a sample with several the one that lasts longest. */
  readonly label: string;
  /** Of a sample with several labels: which holds where, by reading, without a gap. */
  readonly structuredLabels: readonly LabelSpan[] | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly format: FileFormat;
  /** Name of the file with the bytes as they were uploaded. */
  readonly file: string;
  /** In hex, over the file. */
  readonly sha256: string;
  readonly deviceName: string | undefined;
  readonly deviceType: string;
  readonly sensors: readonly Sensor[];
  /** Time between two readings. */
  readonly intervalMs: number;
  /** Readings of the part that counts. */
  readonly valuesCount: number;
  /** First reading of the file that counts. */
  readonly cropStart: number;
  /** Readings in the file. */
  readonly storedCount: number;
  readonly signatureMethod: string;
  readonly isSignatureValid: boolean;
  readonly isDisabled: boolean;
  /** One more with each change that makes results stale. */
  readonly version: number;
  /** ISO 8601. */
  readonly added: string;
  readonly modified: string;
}

/** What a new sample is made of; its file has been kept already. */
export type NewSample = Pick<
  Sample,
  | "projectId"
  | "category"
  | "filename"
  | "label"
  | "structuredLabels"
  | "metadata"
  | "format"
  | "file"
  | "sha256"
  | "deviceName"
  | "deviceType"
  | "sensors"
  | "intervalMs"
  | "valuesCount"
  | "signatureMethod"
  | "isSignatureValid"
> &
  /** Without them the whole file counts. */
  Partial<Pick<Sample, "cropStart" | "storedCount">>;

/** What somebody may change of a sample. */
export type SampleChange = Partial<
  Pick<
    Sample,
    "category" | "filename" | "label" | "structuredLabels" | "metadata" | "isDisabled" | "cropStart" | "valuesCount"
  >
>;

/** Changes of these make what was classified before stale. */
const STALE_AFTER: readonly (keyof SampleChange)[] = ["label", "structuredLabels", "cropStart", "valuesCount"];

/** The samples of every project; their files are elsewhere. */
export class Samples {
  readonly #database: Database.Database;
  readonly #insert;
  readonly #byId;
  readonly #idByHash;
  readonly #delete;
  readonly #newest;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO sample (project_id, category, filename, label, structured_labels, metadata, format, file, sha256,
         device_name, device_type, sensors, interval_ms, values_count, crop_start, stored_count, signature_method,
         is_signature_valid, is_audio, added, modified)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
    );
    this.#byId = database.prepare("SELECT * FROM sample WHERE id = ? AND project_id = ?");
    this.#idByHash = database.prepare("SELECT id FROM sample WHERE project_id = ? AND sha256 = ? LIMIT 1");
    this.#delete = database.prepare("DELETE FROM sample WHERE id = ?");
    this.#newest = database.prepare(
      `SELECT * FROM sample WHERE project_id = ? AND category = ? AND device_type = ? ORDER BY id DESC LIMIT -1 OFFSET ?`,
    );
  }

  add(sample: NewSample): Sample {
    const now = new Date().toISOString();
    const [row] = this.#insert.all([
      sample.projectId,
      sample.category,
      sample.filename,
      sample.label,
      sample.structuredLabels ? JSON.stringify(sample.structuredLabels) : null,
      JSON.stringify(sample.metadata),
      sample.format,
      sample.file,
      sample.sha256,
      sample.deviceName ?? null,
      sample.deviceType,
      JSON.stringify(sample.sensors),
      sample.intervalMs,
      sample.valuesCount,
      sample.cropStart ?? 0,
      sample.storedCount ?? sample.valuesCount,
      sample.signatureMethod,
      Number(sample.isSignatureValid),
      Number(sample.sensors[0]?.units === "wav"),
      now,
      now,
    ]) as [SampleRow];
    return toSample(row);
  }

  get(projectId: number, id: number): Sample | undefined {
    const [row] = this.#byId.all([id, projectId]) as SampleRow[];
    return row && toSample(row);
  }

  /** A sample that holds exactly these bytes. @param sha256 In hex. */
  findByHash(projectId: number, sha256: string): number | undefined {
    const [row] = this.#idByHash.all([projectId, sha256]) as { id: number }[];
    return row?.id;
  }

  /** A page of samples, the newest first. */
  list(
    projectId: number,
    filter: SampleFilter,
    page: { readonly limit: number; readonly offset: number; readonly isRandom?: boolean },
  ): Sample[] {
    const { where, values } = sampleConditions(projectId, filter);
    const order = page.isRandom ? "random()" : "id DESC";
    // The inner query is answered from an index; only the rows of the page are read.
    const ids = `SELECT id FROM sample WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`;
    const query = this.#database.prepare(`SELECT * FROM sample WHERE id IN (${ids}) ORDER BY ${order}`);
    return (query.all([...values, page.limit, page.offset]) as SampleRow[]).map(toSample);
  }

  count(projectId: number, filter: SampleFilter): number {
    const { where, values } = sampleConditions(projectId, filter);
    const query = this.#database.prepare(`SELECT count(*) AS count FROM sample WHERE ${where}`);
    const [{ count }] = query.all([...values]) as [{ count: number }];
    return count;
  }

  /** The sample of a category that lasts longest. */
  longest(projectId: number, category: Category): Sample | undefined {
    const query = `SELECT * FROM sample WHERE project_id = ? AND category = ? ORDER BY interval_ms * values_count DESC LIMIT 1`;
    const [row] = this.#database.prepare(query).all([projectId, category]) as SampleRow[];
    return row && toSample(row);
  }

  /** Changes a sample; what was classified of it is stale afterwards if the change touches that. */
  change({ id }: Sample, change: SampleChange): void {
    const columns: [string, string | number | null][] = Object.entries(change).map(([name, value]) => {
      const column = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      if (typeof value === "string" || typeof value === "number") return [column, value];
      if (typeof value === "boolean") return [column, Number(value)];
      return [column, value === undefined ? null : JSON.stringify(value)];
    });
    const isStale = STALE_AFTER.some((name) => name in change);
    const settings = columns.map(([column]) => `${column} = ?`);
    this.#database
      .prepare(`UPDATE sample SET ${[...settings, "modified = ?", "version = version + ?"].join(", ")} WHERE id = ?`)
      .run([...columns.map(([, value]) => value), new Date().toISOString(), Number(isStale), id]);
  }

  /**
   * Puts new samples in the place of one, all at once.
   *
   * @returns Whether there was that one still.
   */
  replace({ id }: Sample, pieces: readonly NewSample[]): boolean {
    return this.#database.transaction(() => {
      if (this.#delete.run([id]).changes === 0) return false;
      for (const piece of pieces) this.add(piece);
      return true;
    })();
  }

  /** Deletes samples with their results; their files are for the caller to remove. */
  delete(samples: readonly Sample[]): void {
    this.#database.transaction(() => {
      for (const { id } of samples) this.#delete.run([id]);
    })();
  }

  /** All but the newest samples that a kind of device recorded into a category. */
  olderThanNewest(projectId: number, category: Category, deviceType: string, keep: number): Sample[] {
    return (this.#newest.all([projectId, category, deviceType, keep]) as SampleRow[]).map(toSample);
  }
}

/** The name of a file as Studio lists it: without its ending, and with an end that no other has. */
export function uniqueFilename(filename: string): string {
  return `${withoutEnding(filename)}.${randomBytes(5).toString("hex")}`;
}

export function withoutEnding(filename: string): string {
  return filename.replace(/\.(json|cbor|csv|txt|wav)$/i, "");
}

interface SampleRow {
  readonly id: number;
  readonly project_id: number;
  readonly category: Category;
  readonly filename: string;
  readonly label: string;
  readonly interval_ms: number;
  readonly values_count: number;
  readonly is_disabled: number;
  readonly is_signature_valid: number;
  readonly version: number;
  readonly added: string;
  readonly modified: string;
  readonly format: FileFormat;
  readonly file: string;
  readonly sha256: string;
  readonly device_name: string | null;
  readonly device_type: string;
  readonly sensors: string;
  readonly signature_method: string;
  readonly crop_start: number;
  readonly stored_count: number;
  readonly structured_labels: string | null;
  readonly metadata: string;
}

function toSample(row: SampleRow): Sample {
  return {
    id: row.id,
    projectId: row.project_id,
    category: row.category,
    filename: row.filename,
    label: row.label,
    structuredLabels: row.structured_labels === null ? undefined : (JSON.parse(row.structured_labels) as LabelSpan[]),
    metadata: JSON.parse(row.metadata) as Record<string, string>,
    format: row.format,
    file: row.file,
    sha256: row.sha256,
    deviceName: row.device_name ?? undefined,
    deviceType: row.device_type,
    sensors: JSON.parse(row.sensors) as Sensor[],
    intervalMs: row.interval_ms,
    valuesCount: row.values_count,
    cropStart: row.crop_start,
    storedCount: row.stored_count,
    signatureMethod: row.signature_method,
    isSignatureValid: row.is_signature_valid === 1,
    isDisabled: row.is_disabled === 1,
    version: row.version,
    added: row.added,
    modified: row.modified,
  };
}
