import {
  isObject,
  itemsOf,
  textOf,
  type JsonObject,
  type JsonValue,
  type OpenApiDocument,
  type Repair,
} from "./openapi-document.ts";
import { partsBelow, rootPart, type Part } from "./parts.ts";
import { lookUp } from "./references.ts";

/** Below these keywords a schema may define further names. */
const REACHING = ["$ref", "allOf", "anyOf", "oneOf"];

/**
 * Puts right what strict tools stumble over: control characters in texts, names that are required but nowhere defined,
 * and members beside a `$ref` in an OpenAPI 3.0 document, where they mean nothing.
 *
 * @returns A new document, and what was changed.
 */
export function normalise(document: OpenApiDocument): { document: OpenApiDocument; repairs: readonly Repair[] } {
  const repairs: Repair[] = [];
  // From 3.1 on a schema may say more beside a reference.
  const dropsSiblings = document.openapi.startsWith("3.0");

  /** @param defined Names that other parts of the same `allOf` define. */
  function walk(part: Part, defined: ReadonlySet<string> = new Set()): JsonValue {
    const { value, pointer, kind } = part;
    if (kind === "value") return value;
    if (typeof value === "string") return withoutControlCharacters(value, pointer);
    if (Array.isArray(value)) return partsBelow(part).map((item) => walk(item, defined));
    if (!isObject(value)) return value;
    if (kind === "names") return Object.fromEntries(partsBelow(part).map((member) => [member.key, walk(member)]));
    if (dropsSiblings && typeof value.$ref === "string") return keepOnlyReference(value, pointer);

    const names = new Set([...defined, ...(REACHING.some((key) => key in value) ? definedNames(document, value) : [])]);
    // An alternative counts on what stands beside all of them, not on the other alternatives.
    const beside = new Set([...defined, ...definedNames(document, { ...value, anyOf: [], oneOf: [] })]);
    const namesBelow = new Map([
      ["allOf", names],
      ["anyOf", beside],
      ["oneOf", beside],
    ]);
    const walked = partsBelow(part).map((member) => [member.key, walk(member, namesBelow.get(member.key))]);
    return withoutUndefinedNames(Object.fromEntries(walked) as JsonObject, pointer, names);
  }

  function withoutControlCharacters(text: string, at: string): string {
    // eslint-disable-next-line no-control-regex -- control characters are what it is about
    const clean = text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "");
    if (clean !== text) repairs.push({ at, what: "dropped control characters" });
    return clean;
  }

  function keepOnlyReference(object: JsonObject, at: string): JsonObject {
    const siblings = Object.keys(object).filter((key) => key !== "$ref");
    if (siblings.length > 0) repairs.push({ at, what: `dropped ${siblings.join(", ")} beside $ref` });
    return { $ref: object.$ref as string };
  }

  function withoutUndefinedNames(schema: JsonObject, at: string, definedBeside: ReadonlySet<string>): JsonObject {
    const { required, properties, patternProperties } = schema;
    // Without properties it is a condition on what another part defines, as in `anyOf: [{ required: [a] }, ...]`.
    if (!Array.isArray(required) || !isObject(properties) || patternProperties !== undefined) return schema;
    const missing = itemsOf(required).filter(
      (name) => typeof name === "string" && !Object.hasOwn(properties, name) && !definedBeside.has(name),
    );
    if (missing.length === 0) return schema;
    repairs.push({ at, what: `dropped ${missing.map(textOf).join(", ")} from required, which no property defines` });
    return { ...schema, required: itemsOf(required).filter((name) => !missing.includes(name)) };
  }

  return { document: walk(rootPart(document)) as OpenApiDocument, repairs };
}

/** The names that a schema, its parts and alternatives, and what they refer to define. */
function definedNames(document: OpenApiDocument, schema: JsonValue, seen = new Set<JsonValue>()): readonly string[] {
  if (!isObject(schema) || seen.has(schema)) return [];
  seen.add(schema);
  const target = typeof schema.$ref === "string" ? lookUp(document, schema.$ref) : undefined;
  return [
    ...(isObject(schema.properties) ? Object.keys(schema.properties) : []),
    ...[schema.allOf, schema.anyOf, schema.oneOf]
      .flatMap(itemsOf)
      .flatMap((part) => definedNames(document, part, seen)),
    ...(target === undefined ? [] : definedNames(document, target, seen)),
  ];
}
