/**
 * What changed from one version of an API to the next, and what that means for those who read its answers and for
 * those who send it requests.
 *
 * Component schemas are compared once, however many operations hold them; each says how many it reaches. The same
 * change of several operations is one entry. A new value in a list breaks no reader, since the types read lists openly.
 */
import { isObject, type JsonValue, type OpenApiDocument } from "../openapi-document.ts";
import { findOperations, type OperationPlace } from "../operations.ts";
import { escapePointer } from "../references.ts";
import { worst, type Change, type Verdict } from "./change.ts";
import { compareOperations } from "./compare-operations.ts";
import { compareSchemas } from "./compare-schemas.ts";
import { hasSameShape, isSame } from "./other-differences.ts";
import { findReach, operationName } from "./reach.ts";

/** Changes that belong together: those of one component schema, or those that the same operations share. */
export interface ChangeGroup {
  readonly kind: "schema" | "operations";
  /** The schema's name; for operations their ids. */
  readonly name: string;
  /** The operations that meet the changes, in their answers or their requests, by name. */
  readonly operations: readonly string[];
  readonly changes: readonly Change[];
}

/** What changed from one document to another; no groups when nothing did. */
export interface ApiDiff {
  /** Changes by the worse of what they mean to readers and to writers. */
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly groups: readonly ChangeGroup[];
}

/**
 * Compares two documents.
 *
 * @param before As {@link prepare} gives it: normalised, with all its references in place. `after` likewise.
 * @throws {OpenApiDocumentError} when a reference leads nowhere.
 */
export function compareDocuments(before: OpenApiDocument, after: OpenApiDocument): ApiDiff {
  const found = [...groupBySameOperations(allOperationChanges(before, after)), ...schemaGroups(before, after)];
  const groups = [...documentGroups(before, after, found.length === 0), ...found];
  const counts = { breaking: 0, unclear: 0, compatible: 0 };
  for (const { changes } of groups) for (const change of changes) counts[worst(change)]++;
  return { counts, groups };
}

/**
 * What concerns every operation; and where nothing else was found though the documents differ, that they do.
 * "No differences" has to be true.
 */
function documentGroups(before: OpenApiDocument, after: OpenApiDocument, isLast: boolean): readonly ChangeGroup[] {
  const change = (subject: Change["subject"], detail: string, verdict: Verdict): readonly ChangeGroup[] => {
    const operations = findOperations(after).map(operationName).sort();
    const both = { reader: verdict, writer: verdict };
    const changes: readonly Change[] = [{ subject, what: "changed", at: "", detail, pointer: "", ...both }];
    return [{ kind: "operations", name: operations.join(", "), operations, changes }];
  };
  if (!isSame(before.servers ?? [], after.servers ?? [])) return change("operation", "servers differs", "unclear");
  if (!isLast || isSame(before, after)) return [];
  // The version of the document may always differ.
  if (!hasSameShape(before, after)) return change("operation", "something else differs", "unclear");
  return change("wording", "only texts, examples or extensions differ", "compatible");
}

function allOperationChanges(before: OpenApiDocument, after: OpenApiDocument) {
  const gone = new Set(findOperations(before));
  const found: { operation: string; change: Change }[] = [];
  const wholeOperation = (what: "added" | "removed", { method, path, pointer }: OperationPlace): Change => {
    const verdict = what === "added" ? "compatible" : "breaking";
    const detail = `${method.toUpperCase()} ${path}`;
    return { subject: "operation", what, at: "", detail, pointer, reader: verdict, writer: verdict };
  };
  const come: OperationPlace[] = [];
  const pairs: [OperationPlace, OperationPlace][] = [];
  for (const place of findOperations(after)) {
    const same = [...gone].find(({ id }) => id !== undefined && id === place.id);
    if (same === undefined) come.push(place);
    else pairs.push([same, place]);
    if (same !== undefined) gone.delete(same);
  }
  for (const place of come) {
    const renamed = [...gone].find(({ method, path }) => method === place.method && path === place.path);
    if (renamed === undefined) {
      found.push({ operation: operationName(place), change: wholeOperation("added", place) });
    } else {
      gone.delete(renamed);
      pairs.push([renamed, place]);
    }
  }
  for (const place of gone) found.push({ operation: operationName(place), change: wholeOperation("removed", place) });
  for (const [was, is] of pairs) {
    for (const change of compareOperations(before, after, was, is)) {
      found.push({ operation: operationName(is), change });
    }
  }
  return found;
}

function groupBySameOperations(
  found: readonly { readonly operation: string; readonly change: Change }[],
): readonly ChangeGroup[] {
  const sameChanges = new Map<string, { change: Change; operations: string[] }>();
  for (const { operation, change } of found) {
    // Of several operations the pointer leads to the first.
    const key = JSON.stringify({ ...change, pointer: "" });
    const entry = sameChanges.get(key) ?? { change, operations: [] };
    if (!entry.operations.includes(operation)) entry.operations.push(operation);
    sameChanges.set(key, entry);
  }
  const groups = new Map<string, { operations: string[]; changes: Change[] }>();
  for (const { change, operations } of sameChanges.values()) {
    const name = operations.sort().join(", ");
    const group = groups.get(name) ?? { operations, changes: [] };
    group.changes.push(change);
    groups.set(name, group);
  }
  return [...groups].sort(byName).map(([name, group]) => ({ kind: "operations", name, ...group }));
}

function schemaGroups(before: OpenApiDocument, after: OpenApiDocument): readonly ChangeGroup[] {
  const [old, now] = [schemasOf(before), schemasOf(after)];
  const [reachBefore, reachAfter] = [findReach(before), findReach(after)];
  const groups: ChangeGroup[] = [];
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const sides = [reachBefore.get(name), reachAfter.get(name)];
    const isRead = sides.some((side) => (side?.answers.size ?? 0) > 0);
    const isWritten = sides.some((side) => (side?.requests.size ?? 0) > 0);
    const reached = reachAfter.get(name) ?? reachBefore.get(name);
    const operations = [...new Set([...(reached?.answers ?? []), ...(reached?.requests ?? [])])].sort();
    const pointer = `/components/schemas/${escapePointer(name)}`;
    const [was, is] = [old.get(name), now.get(name)];
    const changes =
      was === undefined || is === undefined
        ? [wholeSchema(is === undefined ? "removed" : "added", pointer)]
        : compareSchemas({ before, after, isRead, isWritten }, was, is, { at: "", pointer });
    if (changes.length > 0) groups.push({ kind: "schema", name, operations, changes });
  }
  return groups;
}

/** What became of those who use it is said there; only programs that name it notice that it has gone. */
function wholeSchema(what: "added" | "removed", pointer: string): Change {
  const verdict = what === "added" ? "compatible" : "unclear";
  return { subject: "schema", what, at: "", detail: "", pointer, reader: verdict, writer: verdict };
}

function schemasOf({ components }: OpenApiDocument): ReadonlyMap<string, JsonValue> {
  const schemas = isObject(components) ? components.schemas : undefined;
  return new Map(isObject(schemas) ? Object.entries(schemas) : []);
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
