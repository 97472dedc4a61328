import { isObject, textOf, type JsonObject, type JsonValue } from "../openapi-document.ts";
import { escapePointer, lookUp, stepsOf } from "../references.ts";
import type { Change, Verdict } from "./change.ts";
import { otherDifferences } from "./other-differences.ts";
import { allOfReferences, possibleTypes, viewSchema, type SchemaView } from "./schema-view.ts";

/** Two documents, and who meets the schemas that are compared. */
export interface Comparison {
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly isRead: boolean;
  readonly isWritten: boolean;
}

/** Where in the two documents a pair of schemas stands. */
interface Place {
  readonly at: string;
  readonly pointer: string;
}

/**
 * The differences between two schemas. Where both refer to the same component, nothing: components are compared once,
 * by themselves. Where only one of them refers, or to another one, what stands there is compared.
 */
export function compareSchemas(
  comparison: Comparison,
  before: JsonValue,
  after: JsonValue,
  start: Place,
): readonly Change[] {
  const changes: Change[] = [];
  const seen = new Set<string>();
  compare(before, after, start);
  return changes;

  function compare(one: JsonValue, other: JsonValue, place: Place): void {
    const [old, now] = [asSchema(one), asSchema(other)];
    if (old.$ref !== undefined && old.$ref === now.$ref) return;
    if (old.$ref !== undefined || now.$ref !== undefined) {
      const pair = `${textOf(old.$ref)} ${textOf(now.$ref)} ${old.$ref && now.$ref ? "" : place.at}`;
      if (seen.has(pair) || place.at.split(".").length > 20) return;
      seen.add(pair);
    }
    const shared = new Set(
      allOfReferences(target(comparison.before, old)).filter((reference) =>
        allOfReferences(target(comparison.after, now)).includes(reference),
      ),
    );
    const was = viewSchema(comparison.before, old, shared);
    const is = viewSchema(comparison.after, now, shared);
    compareTypes(was, is, place);
    compareValues(was, is, place);
    compareFields(was, is, place);
    compareConditions(was, is, place, old, now);
    compareLimits(was, is, place);
    compareAlternatives(was, is, place);
    compareItems(was, is, place);
    compareOtherFields(was, is, place);
    for (const keyword of otherDifferences(was.rest, is.rest, new Set())) {
      add(place, "type", "changed", `${keyword} differs`, "unclear", "unclear");
    }
    compareWording(was, is, place);
  }

  function compareTypes(was: SchemaView, is: SchemaView, place: Place): void {
    // Where both have alternatives, these are compared one by one.
    const isBoth = was.alternatives.length > 0 && is.alternatives.length > 0;
    const old = isBoth ? was.types : possibleTypes(comparison.before, was);
    const now = isBoth ? is.types : possibleTypes(comparison.after, is);
    if (!sameMembers(old, now)) {
      const [reader, writer] = [assign(now, old), assign(old, now)];
      const detail = `was ${describeTypes(old)}, is ${describeTypes(now)}`;
      add(place, "type", "changed", detail, reader, writer);
    }
    if (!was.isNullable && is.isNullable) add(place, "type", "changed", "may be null now", "breaking", "compatible");
    if (was.isNullable && !is.isNullable) add(place, "type", "changed", "is never null now", "compatible", "breaking");
  }

  function compareValues(was: SchemaView, is: SchemaView, place: Place): void {
    if (was.values === undefined && is.values === undefined) return;
    if (was.values === undefined) {
      add(place, "type", "changed", `is one of ${listOf(is.values)} now`, "compatible", "breaking");
      return;
    }
    const reader = was.hasOpenValues && is.hasOpenValues ? "compatible" : "breaking";
    if (is.values === undefined) {
      add(place, "type", "changed", `was one of ${listOf(was.values)}, is free now`, reader, "compatible");
      return;
    }
    for (const value of is.values.filter((each) => !was.values?.includes(each))) {
      add(place, "value", "added", value, reader, "compatible");
    }
    for (const value of was.values.filter((each) => !is.values?.includes(each))) {
      add(place, "value", "removed", value, "compatible", "breaking");
    }
  }

  function compareFields(was: SchemaView, is: SchemaView, place: Place): void {
    for (const [name, field] of is.fields) {
      const inner = below(place, place.at === "" ? name : `.${name}`, `properties/${escapePointer(name)}`);
      const old = was.fields.get(name);
      if (old === undefined) {
        const isRequired = is.required.has(name);
        const detail = isRequired ? "required" : "optional";
        add(inner, "field", "added", detail, "compatible", isRequired ? "breaking" : "compatible");
        continue;
      }
      if (was.required.has(name) && !is.required.has(name)) {
        add(inner, "field", "changed", "was required, is optional", "breaking", "compatible");
      } else if (!was.required.has(name) && is.required.has(name)) {
        add(inner, "field", "changed", "was optional, is required", "compatible", "breaking");
      }
      compare(old, field, inner);
    }
    for (const name of [...was.fields.keys()].filter((each) => !is.fields.has(each))) {
      const inner = below(place, place.at === "" ? name : `.${name}`, `properties/${escapePointer(name)}`);
      // A server may ignore a field that it no longer knows, or refuse it.
      add(inner, "field", "removed", was.required.has(name) ? "was required" : "was optional", "breaking", "unclear");
    }
  }

  /** Names that are required here while another part, which is compared by itself, defines them. */
  function compareConditions(was: SchemaView, is: SchemaView, place: Place, old: JsonObject, now: JsonObject): void {
    const differing = [...new Set([...was.required, ...is.required])].filter(
      (name) => !was.fields.has(name) && !is.fields.has(name) && was.required.has(name) !== is.required.has(name),
    );
    if (differing.length === 0) return;
    const before = viewSchema(comparison.before, old, new Set()).required;
    const after = viewSchema(comparison.after, now, new Set()).required;
    for (const name of differing) {
      const inner = below(place, place.at === "" ? name : `.${name}`, "required");
      if (before.has(name) && !after.has(name)) {
        add(inner, "field", "changed", "was required, is optional", "breaking", "compatible");
      } else if (!before.has(name) && after.has(name)) {
        add(inner, "field", "changed", "was optional, is required", "compatible", "breaking");
      }
    }
  }

  function compareItems(was: SchemaView, is: SchemaView, place: Place): void {
    // Where anything will do, the type has said it; going on into a list of itself would find no end.
    const isList = ({ types, items }: SchemaView) => items !== undefined || types.has("array");
    if ((was.items === undefined && is.items === undefined) || !isList(was) || !isList(is)) return;
    compare(was.items ?? {}, is.items ?? {}, below(place, "[]", "items"));
  }

  function compareLimits(was: SchemaView, is: SchemaView, place: Place): void {
    for (const limit of new Set([...was.limits.keys(), ...is.limits.keys()])) {
      const [old, now] = [was.limits.get(limit), is.limits.get(limit)];
      if (old === now) continue;
      add(
        place,
        "type",
        "changed",
        `${limit} was ${old ?? "not given"}, is ${now ?? "not given"}`,
        "unclear",
        "unclear",
      );
    }
  }

  function compareAlternatives(was: SchemaView, is: SchemaView, place: Place): void {
    const [old, now] = [was.alternatives.length, is.alternatives.length];
    if (old === 0 && now === 0) return;
    // Without alternatives a schema takes what it says itself, and with nothing said anything.
    if (old === 0) {
      const writer = isFree(was) ? "breaking" : "unclear";
      add(place, "type", "changed", `is one of ${now} alternatives now`, "unclear", writer);
      return;
    }
    if (now === 0) {
      const reader = isFree(is) ? "breaking" : "unclear";
      const detail = `was one of ${old} alternatives, is ${isFree(is) ? "free" : "none of them"} now`;
      add(place, "type", "changed", detail, reader, "unclear");
      return;
    }
    const isKnown = (one: JsonValue) => (other: JsonValue) => JSON.stringify(one) === JSON.stringify(other);
    const gone = was.alternatives.filter((each) => !is.alternatives.some(isKnown(each)));
    const come = is.alternatives.filter((each) => !was.alternatives.some(isKnown(each)));
    const isNamed = (each: JsonValue) => asSchema(each).$ref !== undefined;
    // Without a name only the place tells which became which.
    const pairs = Math.min(gone.filter((each) => !isNamed(each)).length, come.filter((each) => !isNamed(each)).length);
    const [unnamedGone, unnamedCome] = [gone, come].map((list) => list.filter((each) => !isNamed(each)));
    for (let i = 0; i < pairs; i++) {
      compare(unnamedGone?.[i] ?? {}, unnamedCome?.[i] ?? {}, below(place, `|${i}`, "anyOf"));
    }
    const paired = new Set([...(unnamedGone ?? []).slice(0, pairs), ...(unnamedCome ?? []).slice(0, pairs)]);
    for (const each of come.filter((one) => !paired.has(one))) {
      add(place, "type", "changed", `may be ${nameOf(each)} too now`, "unclear", "compatible");
    }
    for (const each of gone.filter((one) => !paired.has(one))) {
      add(place, "type", "changed", `is never ${nameOf(each)} now`, "compatible", "breaking");
    }
  }

  function compareOtherFields(was: SchemaView, is: SchemaView, place: Place): void {
    if (isObject(was.otherFields) && isObject(is.otherFields)) {
      compare(was.otherFields, is.otherFields, below(place, "{}", "additionalProperties"));
    } else if (was.otherFields !== false && is.otherFields === false) {
      add(place, "type", "changed", "takes no other fields now", "compatible", "breaking");
    } else if (was.otherFields === false && is.otherFields !== false) {
      add(place, "type", "changed", "takes other fields now", "compatible", "compatible");
    } else if (isObject(was.otherFields) !== isObject(is.otherFields)) {
      add(place, "type", "changed", "other fields have another schema", "unclear", "unclear");
    }
  }

  function compareWording(was: SchemaView, is: SchemaView, place: Place): void {
    if (!was.isDeprecated && is.isDeprecated)
      add(place, "wording", "changed", "is deprecated now", "compatible", "compatible");
    if (was.isDeprecated && !is.isDeprecated)
      add(place, "wording", "changed", "is no longer deprecated", "compatible", "compatible");
    // Another text may be a better text, or another meaning.
    if (was.description !== is.description)
      add(place, "wording", "changed", "is described differently", "unclear", "unclear");
  }

  function add(
    place: Place,
    subject: Change["subject"],
    what: Change["what"],
    detail: string,
    reader: Verdict,
    writer: Verdict,
  ): void {
    changes.push({
      subject,
      what,
      ...place,
      detail,
      reader: comparison.isRead ? reader : undefined,
      writer: comparison.isWritten ? writer : undefined,
    });
  }
}

/** Whether everybody who takes `taken` can take `given` too. */
function assign(given: ReadonlySet<string>, taken: ReadonlySet<string>): Verdict {
  if (taken.size === 0) return "compatible";
  if (given.size === 0) return "unclear";
  const fits = [...given].every((type) => taken.has(type) || (type === "integer" && taken.has("number")));
  return fits ? "compatible" : "breaking";
}

/** Whether nothing is said beyond that it is an object. */
function isFree({ types, fields, values }: SchemaView): boolean {
  return fields.size === 0 && values === undefined && [...types].every((type) => type === "object");
}

function below({ at, pointer }: Place, name: string, key: string): Place {
  return { at: at + name, pointer: `${pointer}/${key}` };
}

function asSchema(value: JsonValue): JsonObject {
  return isObject(value) ? value : {};
}

function target(document: JsonObject, schema: JsonObject): JsonObject {
  const found = typeof schema.$ref === "string" ? lookUp(document, schema.$ref) : schema;
  return isObject(found) ? found : {};
}

function nameOf(schema: JsonValue): string {
  const { $ref, title, type } = asSchema(schema);
  if (typeof $ref === "string") return stepsOf($ref)?.at(-1) ?? $ref;
  return typeof title === "string" ? title : `a nameless ${textOf(type ?? "schema")}`;
}

function describeTypes(types: ReadonlySet<string>): string {
  return types.size === 0 ? "any type" : [...types].join(" or ");
}

function listOf(values: readonly string[] | undefined): string {
  return (values ?? []).join(", ");
}

function sameMembers(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((member) => other.has(member));
}
