import {
  entriesOf,
  isObject,
  itemsOf,
  METHODS,
  OpenApiDocumentError,
  textOf,
  type JsonObject,
  type JsonValue,
  type OpenApiDocument,
} from "./openapi-document.ts";
import { findOperations, securityOf, type OperationPlace } from "./operations.ts";
import { referencesBelow, rootPart } from "./parts.ts";
import { componentOf, escapePointer, resolve } from "./references.ts";

/** Which operations to keep: those with one of the tags or one of the ids. Nothing named keeps everything. */
export interface Selection {
  readonly tags?: readonly string[];
  readonly operationIds?: readonly string[];
}

/**
 * The document with the selected operations only, and of its components only what they reach.
 *
 * @throws {OpenApiDocumentError} when a tag or an operationId is not in the document, most likely misspelt.
 */
export function select(document: OpenApiDocument, { tags = [], operationIds = [] }: Selection): OpenApiDocument {
  if (tags.length === 0 && operationIds.length === 0) return document;
  const places = findOperations(document);
  refuseUnknown("operationId", operationIds, new Set(places.flatMap(({ id }) => id ?? [])));
  refuseUnknown("tag", tags, new Set(places.flatMap(tagsOf)));
  const kept = places.filter((place) => operationIds.includes(place.id ?? "") || hasTag(place, tags));

  const paths: Record<string, JsonValue> = {};
  for (const [path, value] of Object.entries(document.paths)) {
    const methods = new Set(kept.filter((place) => place.path === path).map(({ method }) => method));
    if (methods.size === 0 || !isObject(value)) continue;
    // What others share cannot lose its methods, so the path gets its own.
    const item = resolve(document, value, `/paths/${escapePointer(path)}`);
    const isDropped = (key: string) => METHODS.some((method) => method === key) && !methods.has(key);
    paths[path] = Object.fromEntries(Object.entries(item).filter(([key]) => !isDropped(key)));
  }
  const usedTags = new Set(kept.flatMap(tagsOf));
  return {
    ...document,
    paths,
    components: reachedComponents(document, paths, kept),
    ...(Array.isArray(document.tags) && {
      tags: itemsOf(document.tags).filter((tag) => isObject(tag) && usedTags.has(textOf(tag.name))),
    }),
  };
}

function reachedComponents(
  document: OpenApiDocument,
  paths: JsonObject,
  kept: readonly OperationPlace[],
): Record<string, JsonObject> {
  const components = isObject(document.components) ? document.components : {};
  const schemes = kept.flatMap(({ operation }) => securityOf(document, operation).flat());
  const reached = new Set<string>(schemes.map((scheme) => `securitySchemes/${scheme}`));
  const open = [...referencesIn({ paths })];
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    // What lies within a component keeps all of it.
    const found = componentOf(reference);
    if (found === undefined || reached.has(`${found.kind}/${found.name}`)) continue;
    const { kind, name } = found;
    reached.add(`${kind}/${name}`);
    const component = (components[kind] as JsonObject | undefined)?.[name];
    if (component !== undefined) open.push(...referencesIn(component));
  }
  const kinds = entriesOf(components).map(([kind, members]) => {
    const left = entriesOf(members).filter(([name]) => reached.has(`${kind}/${name}`));
    return [kind, Object.fromEntries(left)] as const;
  });
  return Object.fromEntries(kinds.filter(([, members]) => Object.keys(members).length > 0));
}

function referencesIn(value: JsonValue): readonly string[] {
  return [...referencesBelow(rootPart(value))].map(({ reference }) => reference);
}

function hasTag(place: OperationPlace, tags: readonly string[]): boolean {
  return tagsOf(place).some((tag) => tags.includes(tag));
}

function tagsOf({ operation }: OperationPlace): readonly string[] {
  return itemsOf(operation.tags).map(textOf);
}

function refuseUnknown(kind: "tag" | "operationId", wanted: readonly string[], known: ReadonlySet<string>): void {
  const unknown = wanted.find((name) => !known.has(name));
  if (unknown === undefined) return;
  const likely = [...known].filter((name) => name.toLowerCase().includes(unknown.toLowerCase()));
  const names = (likely.length > 0 ? likely : [...known]).sort().slice(0, 20).join(", ");
  throw new OpenApiDocumentError(`No operation has the ${kind} ${JSON.stringify(unknown)}. There are: ${names}.`, {
    pointer: "/paths",
  });
}
