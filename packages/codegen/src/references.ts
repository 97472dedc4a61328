/** References within a document: where they lead, and whether they lead anywhere. */
import { isObject, OpenApiDocumentError, type JsonObject, type JsonValue } from "./openapi-document.ts";

/** One step of a JSON pointer, so that a path like `/api/a` stays one step. */
export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/**
 * The keys that a reference such as `#/components/schemas/A` names, one below the other, with every escape undone;
 * `undefined` for a reference out of the document.
 */
export function stepsOf(reference: string): readonly string[] | undefined {
  if (reference === "#") return [];
  if (!reference.startsWith("#/")) return undefined;
  return reference
    .slice(2)
    .split("/")
    .map((part) => decode(part).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The component that a reference leads to or into; `undefined` where it leads to none. */
export function componentOf(reference: string): { readonly kind: string; readonly name: string } | undefined {
  const [root, kind, name] = stepsOf(reference) ?? [];
  return root === "components" && kind !== undefined && name !== undefined ? { kind, name } : undefined;
}

/** What a reference such as `#/components/schemas/A` leads to; `undefined` where it leads nowhere in this document. */
export function lookUp(document: JsonObject, reference: string): JsonValue | undefined {
  const steps = stepsOf(reference);
  if (steps === undefined) return undefined;
  let value: JsonValue | undefined = document;
  for (const key of steps) {
    const isThere: boolean = typeof value === "object" && value !== null && Object.hasOwn(value, key);
    value = isThere ? (value as JsonObject)[key] : undefined;
  }
  return value;
}

/**
 * Follows a reference, and one behind it.
 *
 * @param pointer Of the object, for the error.
 * @throws {OpenApiDocumentError} when it leads nowhere or in a circle.
 */
export function resolve(document: JsonObject, object: JsonObject, pointer: string): JsonObject {
  let resolved = object;
  const seen = new Set<string>();
  while (typeof resolved.$ref === "string") {
    const reference: string = resolved.$ref;
    if (seen.has(reference)) {
      throw new OpenApiDocumentError(`The reference ${reference} leads back to itself. Put a definition there.`, {
        pointer,
      });
    }
    seen.add(reference);
    const target = lookUp(document, reference);
    if (!isObject(target)) throw leadsNowhere(reference, pointer);
    resolved = target;
  }
  return resolved;
}

function leadsNowhere(reference: string, pointer: string): OpenApiDocumentError {
  const advice = reference.startsWith("#")
    ? "Define it, or correct the name."
    : "Only references within the document work: put what it names into the document, with a bundler for example.";
  return new OpenApiDocumentError(`The reference ${reference} leads nowhere. ${advice}`, { pointer });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone % is no escape; then the name is meant as it stands.
    return part;
  }
}
