import type { Category } from "./category.ts";

/** Which samples to list. What is absent does not matter. */
export interface SampleFilter {
  readonly category: Category | "all";
  readonly labels?: readonly string[] | undefined;
  /** Part of the file name. */
  readonly filename?: string | undefined;
  /** Part of the file name, or the whole id. */
  readonly search?: string | undefined;
  readonly minId?: number | undefined;
  /** Exclusive. */
  readonly maxId?: number | undefined;
  readonly minLengthMs?: number | undefined;
  readonly maxLengthMs?: number | undefined;
  readonly minFrequencyHz?: number | undefined;
  readonly maxFrequencyHz?: number | undefined;
  readonly isSignatureValid?: boolean | undefined;
  readonly isDisabled?: boolean | undefined;
  /** Samples whose label is a number, this one or a higher one. */
  readonly minLabel?: number | undefined;
  /** Exclusive. */
  readonly maxLabel?: number | undefined;
  /** Only sound, or only images. */
  readonly dataType?: "audio" | "image" | undefined;
  /** ISO 8601; added then or later. */
  readonly from?: string | undefined;
  /** ISO 8601; added then or earlier. */
  readonly until?: string | undefined;
  readonly metadata?: MetadataFilter | undefined;
}

export interface MetadataFilter {
  readonly conditions: readonly MetadataCondition[];
  /** Whether one condition is enough. */
  readonly isAny: boolean;
  /** Keeps samples without any metadata, too. */
  readonly includesNone: boolean;
}

export interface MetadataCondition {
  readonly key: string;
  readonly isEqual: boolean;
  /** Any of these; any value at all when there are none. */
  readonly values: readonly string[];
}

/** Boards measure time with clocks of their own; this close to a limit counts as on it. */
const FREQUENCY_TOLERANCE = 1e-6;

/** The filter as a condition of SQL, and the values in it. */
export function sampleConditions(
  projectId: number,
  filter: SampleFilter,
): { readonly where: string; readonly values: readonly (string | number)[] } {
  const parts = ["project_id = ?"];
  const values: (string | number)[] = [projectId];
  function demand(condition: string, value: string | number | undefined): void {
    if (value === undefined) return;
    parts.push(condition);
    values.push(value);
  }
  function demandFlag(column: string, flag: boolean | undefined): void {
    demand(`${column} = ?`, flag === undefined ? undefined : Number(flag));
  }

  demand("category = ?", filter.category === "all" ? undefined : filter.category);
  if (filter.labels) {
    // Those that have the metadata come first then; with the plus SQLite compares, and does not look up each label anew.
    const label = filter.metadata ? "+label" : "label";
    parts.push(`${label} IN (${filter.labels.map(() => "?").join(", ")})`);
    values.push(...filter.labels);
  }
  demand("instr(filename, ?) > 0", filter.filename);
  if (filter.search !== undefined) {
    parts.push("(instr(filename, ?) > 0 OR id = ?)");
    values.push(filter.search, /^\d{1,15}$/.test(filter.search) ? Number(filter.search) : -1);
  }
  demand("id >= ?", filter.minId);
  demand("id < ?", filter.maxId);
  demand("interval_ms * values_count >= ?", filter.minLengthMs);
  demand("interval_ms * values_count <= ?", filter.maxLengthMs);
  demand(`1000 / interval_ms >= ? * (1 - ${FREQUENCY_TOLERANCE})`, filter.minFrequencyHz);
  demand(`1000 / interval_ms <= ? * (1 + ${FREQUENCY_TOLERANCE})`, filter.maxFrequencyHz);
  demandFlag("is_signature_valid", filter.isSignatureValid);
  demandFlag("is_disabled", filter.isDisabled);
  if (filter.minLabel !== undefined || filter.maxLabel !== undefined) {
    // A text is an error for json_type.
    parts.push("CASE WHEN json_valid(label) THEN json_type(label) IN ('integer', 'real') ELSE FALSE END");
  }
  demand("CAST(label AS REAL) >= ?", filter.minLabel);
  demand("CAST(label AS REAL) < ?", filter.maxLabel);
  demandFlag("is_audio", filter.dataType === "audio" ? true : undefined);
  // No sample here is an image.
  if (filter.dataType === "image") parts.push("FALSE");
  demand("added >= ?", filter.from);
  demand("added <= ?", filter.until);
  if (filter.metadata) {
    const condition = metadataCondition(projectId, filter.metadata);
    parts.push(condition.where);
    values.push(...condition.values);
  }
  return { where: parts.join(" AND "), values };
}

function metadataCondition(projectId: number, { conditions, isAny, includesNone }: MetadataFilter) {
  const values: (string | number)[] = [];
  const parts = conditions.map(({ key, isEqual, values: wanted }) => {
    values.push(projectId, key, ...wanted);
    const isWanted = wanted.length > 0 ? ` AND value IN (${wanted.map(() => "?").join(", ")})` : "";
    const having = `SELECT sample_id FROM sample_metadata WHERE project_id = ? AND key = ?${isWanted}`;
    return `id ${isEqual ? "IN" : "NOT IN"} (${having})`;
  });
  const all = parts.length > 0 ? `(${parts.join(isAny ? " OR " : " AND ")})` : "";
  const none = "NOT EXISTS (SELECT 1 FROM sample_metadata WHERE sample_id = sample.id)";
  const alternatives = [all, includesNone ? none : ""].filter((part) => part !== "");
  return { where: alternatives.length > 0 ? `(${alternatives.join(" OR ")})` : "TRUE", values };
}
