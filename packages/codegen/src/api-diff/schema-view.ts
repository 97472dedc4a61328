import { entriesOf, isObject, itemsOf, textOf, type JsonObject, type JsonValue } from "../openapi-document.ts";
import { lookUp } from "../references.ts";

/** A schema as a program meets it: what `allOf` spreads over several parts is one again. */
export interface SchemaView {
  /** Without `null`; empty when any type will do. */
  readonly types: ReadonlySet<string>;
  readonly isNullable: boolean;
  /** The values of a list; `undefined` when there is no list. */
  readonly values: readonly string[] | undefined;
  /** Whether the types read take other values too: lists of texts are open. */
  readonly hasOpenValues: boolean;
  readonly fields: ReadonlyMap<string, JsonValue>;
  readonly required: ReadonlySet<string>;
  readonly items: JsonValue | undefined;
  /** The schema of fields that have no name of their own; `false` when there are to be none. */
  readonly otherFields: JsonValue | undefined;
  readonly alternatives: readonly JsonValue[];
  /** Format, patterns, least and greatest values: what narrows a type. */
  readonly limits: ReadonlyMap<string, string>;
  /** What is not looked into, by keyword. */
  readonly rest: JsonObject;
  readonly isDeprecated: boolean;
  readonly description: string;
}

const LIMITS = `format pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems
  maxItems uniqueItems minProperties maxProperties default`.split(/\s+/);
const VIEWED = new Set(
  `$ref allOf anyOf oneOf type nullable enum const properties required items additionalProperties`
    .split(" ")
    .concat(LIMITS),
);

/**
 * @param without References of `allOf` to leave out, since both documents have them and they are compared by themselves.
 */
export function viewSchema(document: JsonObject, schema: JsonObject, without: ReadonlySet<string>): SchemaView {
  const parts = partsOf(document, schema, without, new Set());
  const all = (keyword: string) => parts.flatMap((part) => (part[keyword] === undefined ? [] : [part[keyword]]));
  const listed = all("enum").at(-1) ?? (all("const").length > 0 ? all("const") : undefined);
  const values = listed === undefined ? undefined : itemsOf(listed);
  const types = new Set(parts.flatMap(typesOf));
  return {
    types: new Set([...types].filter((type) => type !== "null")),
    isNullable: types.has("null") || all("nullable").includes(true) || (values?.includes(null) ?? false),
    values: values?.filter((value) => value !== null).map(textOf),
    hasOpenValues:
      all("const").length === 0 && (values ?? []).every((value) => typeof value === "string" || value === null),
    fields: new Map(all("properties").flatMap((properties) => entriesOf(properties))),
    required: new Set(all("required").flatMap((names) => itemsOf(names).map(textOf))),
    items: all("items").at(-1),
    otherFields: all("additionalProperties").at(-1),
    alternatives: [...all("anyOf"), ...all("oneOf")].flatMap(itemsOf),
    limits: new Map(LIMITS.flatMap((limit) => all(limit).map((value) => [limit, textOf(value)] as const))),
    rest: Object.fromEntries(parts.flatMap((part) => Object.entries(part).filter(([keyword]) => !VIEWED.has(keyword)))),
    isDeprecated: all("deprecated").includes(true),
    description: all("description").map(textOf).join(" ").replaceAll(/\s+/g, " ").trim(),
  };
}

/** The types of a schema, or else those of its alternatives; empty when any type will do. */
export function possibleTypes(
  document: JsonObject,
  { types, alternatives }: SchemaView,
  above: readonly JsonValue[] = [],
): ReadonlySet<string> {
  if (types.size > 0 || alternatives.length === 0) return types;
  const each = alternatives.map((alternative) => {
    // A circle says nothing about types.
    if (!isObject(alternative) || above.includes(alternative)) return new Set<string>();
    if (alternative.type === "null") return undefined;
    return possibleTypes(document, viewSchema(document, alternative, new Set()), [...above, alternative]);
  });
  const known = each.filter((possible) => possible !== undefined);
  return known.some(({ size }) => size === 0) ? new Set() : new Set(known.flatMap((possible) => [...possible]));
}

/** The references among the parts of an `allOf`. */
export function allOfReferences(schema: JsonObject): readonly string[] {
  return itemsOf(schema.allOf).flatMap((part) => (isObject(part) && typeof part.$ref === "string" ? [part.$ref] : []));
}

function partsOf(
  document: JsonObject,
  schema: JsonObject,
  without: ReadonlySet<string>,
  seen: Set<JsonObject>,
): readonly JsonObject[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const target = typeof schema.$ref === "string" ? lookUp(document, schema.$ref) : undefined;
  const included = itemsOf(schema.allOf).filter(
    (part) => isObject(part) && !(typeof part.$ref === "string" && without.has(part.$ref)),
  );
  return [
    ...(isObject(target) ? partsOf(document, target, without, seen) : []),
    ...included.flatMap((part) => partsOf(document, part as JsonObject, without, seen)),
    schema,
  ];
}

function typesOf(part: JsonObject): readonly string[] {
  if (Array.isArray(part.type)) return itemsOf(part.type).map(textOf);
  if (typeof part.type === "string") return [part.type];
  if (isObject(part.properties)) return ["object"];
  if (part.items !== undefined) return ["array"];
  return [];
}
