import type { JsonObject, JsonValue, OpenApiDocument } from "./read-document.ts";

/** Something that was wrong with the document and has been put right. */
export interface Repair {
  /** JSON pointer. */
  readonly at: string;
  readonly what: string;
}

/**
 * Puts right what strict tools stumble over: names that are required but nowhere defined, and members beside a `$ref`
 * in an OpenAPI 3.0 document, where they mean nothing.
 *
 * @returns A new document, and what was changed.
 */
export function normalise(document: OpenApiDocument): { document: OpenApiDocument; repairs: readonly Repair[] } {
  const repairs: Repair[] = [];
  // From 3.1 on a schema may say more beside a reference.
  const dropsSiblings = document.openapi.startsWith("3.0");

  function walk(value: JsonValue, at: string): JsonValue {
    if (Array.isArray(value)) return value.map((item: JsonValue, i) => walk(item, `${at}/${i}`));
    if (typeof value !== "object" || value === null) return value;
    const object = value as JsonObject;
    if (dropsSiblings && typeof object.$ref === "string") return keepOnlyReference(object, at);

    const walked: Record<string, JsonValue> = {};
    for (const [key, member] of Object.entries(object)) walked[key] = walk(member, `${at}/${escape(key)}`);
    return withoutUndefinedNames(walked, at);
  }

  function keepOnlyReference(object: JsonObject, at: string): JsonObject {
    const siblings = Object.keys(object).filter((key) => key !== "$ref");
    if (siblings.length > 0) repairs.push({ at, what: `dropped ${siblings.join(", ")} beside $ref` });
    return { $ref: object.$ref as string };
  }

  function withoutUndefinedNames(schema: JsonObject, at: string): JsonObject {
    const { required, properties } = schema;
    if (!Array.isArray(required) || typeof properties !== "object" || properties === null) return schema;
    // Another part of an allOf may define the name.
    if ("allOf" in schema) return schema;
    const missing = required.filter((name) => typeof name === "string" && !(name in properties));
    if (missing.length === 0) return schema;
    repairs.push({ at, what: `dropped ${missing.join(", ")} from required, which no property defines` });
    return { ...schema, required: required.filter((name) => !missing.includes(name)) };
  }

  return { document: walk(document, "") as OpenApiDocument, repairs };
}

function escape(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
