import { exec } from "jsonpath-rfc9535";

import {
  isObject,
  itemsOf,
  OpenApiDocumentError,
  type JsonObject,
  type JsonValue,
  type OpenApiDocument,
  type Repair,
} from "./openapi-document.ts";
import { escapePointer } from "./references.ts";

type Key = string | number;

/**
 * Applies an OpenAPI Overlay 1.0: a list of actions, each with a JSONPath (RFC 9535) and an `update` or a `remove`.
 *
 * An update of an object is merged into it, level by level; what it meets in a list is appended. Actions are applied
 * in their order, each to what the one before it left.
 *
 * @param overlay As parsed from YAML or JSON.
 * @returns A new document, and what was done where.
 * @throws {OpenApiDocumentError} when the overlay is malformed, or a target matches nothing: most likely the document
 *   has changed below it.
 */
export function applyOverlay(
  document: OpenApiDocument,
  overlay: unknown,
): { document: OpenApiDocument; applied: readonly Repair[] } {
  const { overlay: version, actions } = (overlay ?? {}) as { overlay?: unknown; actions?: unknown };
  if (typeof version !== "string" || !version.startsWith("1.")) {
    throw new OpenApiDocumentError(`has to be 1.0.0, and is ${JSON.stringify(version)}.`, { pointer: "/overlay" });
  }
  if (!Array.isArray(actions)) {
    throw new OpenApiDocumentError("has to be a list of actions. Add it.", { pointer: "/actions" });
  }
  let result: JsonValue = document;
  const applied: Repair[] = [];
  for (const [i, action] of (actions as JsonValue[]).entries()) {
    const pointer = `/actions/${i}`;
    const { target, update, remove } = isObject(action) ? action : {};
    if (typeof target !== "string" || (remove !== true && update === undefined)) {
      throw new OpenApiDocumentError("needs a target, and update or remove: true.", { pointer });
    }
    const places = findPlaces(result, target, `${pointer}/target`);
    // Removing an item of a list must not move those still to come.
    const ordered = remove === true ? places.toSorted(compareFromTheEnd) : places.toReversed();
    for (const place of ordered) result = change(result, place, remove === true ? undefined : update);
    for (const place of places) {
      applied.push({
        at: place.map((key) => `/${escapePointer(String(key))}`).join(""),
        what: remove === true ? "removed by the overlay" : "updated by the overlay",
      });
    }
  }
  return { document: result as OpenApiDocument, applied };
}

function findPlaces(document: JsonValue, target: string, pointer: string): readonly (readonly Key[])[] {
  // A selector may name the same place twice.
  const places = new Map<string, readonly Key[]>();
  try {
    exec(document as Parameters<typeof exec>[0], target, (_, place) => places.set(JSON.stringify(place), [...place]));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OpenApiDocumentError(`${target} is no JSONPath: ${reason} Correct it.`, { pointer, cause });
  }
  if (places.size === 0) {
    throw new OpenApiDocumentError(`${target} matches nothing in the document. Correct it, or drop the action.`, {
      pointer,
    });
  }
  return [...places.values()];
}

/** What lies within comes before what holds it, and later items before earlier ones. */
function compareFromTheEnd(one: readonly Key[], other: readonly Key[]): number {
  const at = one.findIndex((key, depth) => key !== other[depth]);
  if (at === -1) return other.length - one.length;
  const [key, otherKey] = [one[at], other[at]];
  if (otherKey === undefined) return -1;
  if (typeof key === "number" && typeof otherKey === "number") return otherKey - key;
  return String(key) < String(otherKey) ? 1 : -1;
}

/** @param update What to merge in at the place; `undefined` removes the place. */
function change(value: JsonValue, [key, ...rest]: readonly Key[], update: JsonValue | undefined): JsonValue {
  if (key === undefined) return update === undefined ? {} : merge(value, update);
  if (Array.isArray(value)) {
    const items = itemsOf(value);
    if (rest.length === 0 && update === undefined) return items.toSpliced(Number(key), 1);
    return items.with(Number(key), change(items[Number(key)] as JsonValue, rest, update));
  }
  const members = Object.entries(value as JsonObject);
  if (rest.length === 0 && update === undefined) return Object.fromEntries(members.filter(([name]) => name !== key));
  return Object.fromEntries(
    members.map(([name, member]) => [name, name === key ? change(member, rest, update) : member]),
  );
}

function merge(value: JsonValue, update: JsonValue): JsonValue {
  if (Array.isArray(value)) return [...itemsOf(value), ...(Array.isArray(update) ? itemsOf(update) : [update])];
  if (!isObject(value) || !isObject(update)) return update;
  const merged = new Map(Object.entries(value));
  for (const [key, member] of Object.entries(update)) {
    const before = Object.hasOwn(value, key) ? value[key] : undefined;
    merged.set(key, before === undefined ? member : merge(before, member));
  }
  return Object.fromEntries(merged);
}
