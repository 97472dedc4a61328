import type { QueryOf } from "@windowscope/sdk/api-types";

import type { MetadataCondition, MetadataFilter, SampleFilter } from "../sample-filter.ts";
import { RefusedError } from "./handlers.ts";
import { parseDate, parseFilterCategory, parseTexts } from "./parameters.ts";

type FilterQuery = Omit<NonNullable<QueryOf<"countSamples">>, "category">;

/** Which samples a query asks for. */
export function parseSampleFilter(category: string, query: FilterQuery): SampleFilter {
  return {
    category: parseFilterCategory(category),
    labels: query.labels === undefined ? undefined : parseTexts("labels", query.labels),
    filename: query.filename,
    search: query.search,
    minId: query.minId,
    maxId: query.maxId,
    minLengthMs: query.minLength,
    maxLengthMs: query.maxLength,
    minFrequencyHz: query.minFrequency,
    maxFrequencyHz: query.maxFrequency,
    isSignatureValid: parseChoice("signatureValidity", query.signatureValidity, "valid", "invalid"),
    isDisabled: parseChoice("includeDisabled", query.includeDisabled, "disabled", "enabled"),
    minLabel: query.minLabel,
    maxLabel: query.maxLabel,
    dataType: parseDataType(query.dataType),
    metadata: query.metadata === undefined ? undefined : parseMetadataFilter(query.metadata),
    from: query.minDate === undefined ? undefined : parseDate("minDate", query.minDate),
    until: query.maxDate === undefined ? undefined : parseDate("maxDate", query.maxDate),
  };
}

/** `true` and `false` have words of their own here; the third is `both`. */
function parseChoice(name: string, text: string | undefined, yes: string, no: string): boolean | undefined {
  if (text === undefined || text === "both") return undefined;
  if (text !== yes && text !== no) {
    throw new RefusedError(`"${name}" has to be ${yes}, ${no} or both, and is "${text}".`);
  }
  return text === yes;
}

function parseDataType(text: string | undefined): "audio" | "image" | undefined {
  if (text === undefined || text === "audio" || text === "image") return text;
  throw new RefusedError(`"dataType" has to be audio or image, and is "${text}".`);
}

const METADATA_FORM =
  '"metadata" has to be a JSON array of {"key": "...", "op": "eq" or "neq", "values": [...]}, and of the options ' +
  '{"no_metadata": true} and {"filters_combinator": "and" or "or"}.';

function parseMetadataFilter(text: string): MetadataFilter {
  const conditions: MetadataCondition[] = [];
  let [isAny, includesNone] = [false, false];
  for (const item of parseObjects(text)) {
    const { key, op, values = [], no_metadata: none, filters_combinator: combinator } = item;
    if (typeof none === "boolean") includesNone = none;
    else if (combinator === "and" || combinator === "or") isAny = combinator === "or";
    else if (typeof key === "string" && (op === "eq" || op === "neq") && isTexts(values)) {
      conditions.push({ key, isEqual: op === "eq", values });
    } else throw new RefusedError(METADATA_FORM);
  }
  return { conditions, isAny, includesNone };
}

function parseObjects(text: string): Record<string, unknown>[] {
  try {
    const items: unknown = JSON.parse(text);
    if (Array.isArray(items) && items.every((item) => typeof item === "object" && item !== null)) {
      return items as Record<string, unknown>[];
    }
  } catch {
    // Said below.
  }
  throw new RefusedError(METADATA_FORM);
}

function isTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.every((value) => typeof value === "string");
}
