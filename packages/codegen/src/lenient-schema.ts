import { entriesOf, isObject, itemsOf, type JsonObject, type JsonValue } from "./openapi-document.ts";

/** What a schema is checked for. What a program reads may grow; what a server is asked for it has to know. */
export type Side = "answer" | "request";

/** Limits of values that only a request is held to. They need no code beyond a comparison. */
const LIMITS = [
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  ...["minLength", "maxLength", "minItems", "maxItems"],
];

/**
 * The JSON Schema of what the reader of an answer or of a request relies on: types, fields, required names; in a request
 * also lists of values, limits and lengths. Nothing else.
 *
 * In an answer values that a list does not name and limits pass: they change from one version of a server to the next,
 * and a reader does not break on them. On both sides fields that nobody described, formats and patterns pass. `nullable`
 * of OpenAPI 3.0 becomes a type. `oneOf` becomes `anyOf`, since without all that an answer may fit two of its
 * alternatives.
 *
 * @param refer The schema to use instead of a reference of the document.
 */
export function lenientSchema(schema: JsonValue, side: Side, refer: (reference: string) => JsonObject): JsonValue {
  if (typeof schema === "boolean") return true;
  if (!isObject(schema)) return {};
  // What stands beside the type would refuse null by itself.
  const isType = schema.type !== undefined && !["allOf", "anyOf", "oneOf"].some((keyword) => keyword in schema);
  if (schema.nullable === true && !isType) {
    return { anyOf: [lenientSchema({ ...schema, nullable: false }, side, refer), { type: "null" }] };
  }
  const inner = (part: JsonValue) => lenientSchema(part, side, refer);
  const lenient: Record<string, JsonValue> = {};
  if (typeof schema.$ref === "string") Object.assign(lenient, refer(schema.$ref));
  if (schema.type !== undefined) lenient.type = typesOf(schema);
  if (isObject(schema.properties)) {
    lenient.properties = Object.fromEntries(entriesOf(schema.properties).map(([name, field]) => [name, inner(field)]));
  }
  if (side === "request") Object.assign(lenient, limitsOf(schema));
  const required = requiredNames(schema, side);
  if (required.length > 0) lenient.required = required;
  const rest = isObject(schema.items) ? inner(schema.items) : undefined;
  if (Array.isArray(schema.prefixItems)) {
    // As the drafts before 2020 have it, for which ajv makes smaller code.
    lenient.items = itemsOf(schema.prefixItems).map(inner);
    if (rest !== undefined) lenient.additionalItems = rest;
  } else if (rest !== undefined) {
    lenient.items = rest;
  }
  // Which fields have no name of their own depends on the patterns, and they are not kept.
  const hasPatterns = schema.patternProperties !== undefined;
  if (isObject(schema.additionalProperties) && !hasPatterns)
    lenient.additionalProperties = inner(schema.additionalProperties);
  if (Array.isArray(schema.allOf)) lenient.allOf = itemsOf(schema.allOf).map(inner);
  const choices = [schema.anyOf, schema.oneOf].filter((choice) => itemsOf(choice).length > 0);
  if (choices.length === 1) lenient.anyOf = itemsOf(choices[0]).map(inner);
  if (choices.length === 2) {
    lenient.allOf = [...itemsOf(lenient.allOf), ...choices.map((choice) => ({ anyOf: itemsOf(choice).map(inner) }))];
  }
  return lenient;
}

function typesOf(schema: JsonObject): JsonValue {
  const types = Array.isArray(schema.type) ? itemsOf(schema.type) : [schema.type as JsonValue];
  const isNullable = schema.nullable === true || itemsOf(schema.enum).includes(null);
  const all = isNullable && !types.includes("null") ? [...types, "null"] : types;
  return all.length === 1 ? (all[0] as JsonValue) : all;
}

/** The list of values and the limits; not a list that holds objects, which would take more than a comparison. */
function limitsOf(schema: JsonObject): JsonObject {
  const limits = entriesOf(schema).filter(([name, value]) => LIMITS.includes(name) && typeof value === "number");
  const values = itemsOf(schema.enum);
  if (values.length === 0 || values.some((value) => typeof value === "object" && value !== null)) {
    return Object.fromEntries(limits);
  }
  const isNullAmiss = schema.nullable === true && !values.includes(null);
  return { ...Object.fromEntries(limits), enum: isNullAmiss ? [...values, null] : values };
}

/** What may only be written is not in an answer, and what may only be read not in a request. */
function requiredNames(schema: JsonObject, side: Side): readonly JsonValue[] {
  const { properties } = schema;
  const mark = side === "answer" ? "writeOnly" : "readOnly";
  return itemsOf(schema.required).filter((name) => {
    const field = isObject(properties) && typeof name === "string" ? properties[name] : undefined;
    return typeof name === "string" && !(isObject(field) && field[mark] === true);
  });
}
