/**
 * Differences that nothing else looks into. Who reads the report has to look there: it only says where.
 *
 * What explains or illustrates without changing what is sent is left out.
 */
import { isObject, type JsonObject, type JsonValue } from "../openapi-document.ts";
import { partsBelow, rootPart, type Part } from "../parts.ts";

const ANNOTATIONS = new Set(
  "title description summary example examples externalDocs info tags xml deprecated $comment".split(" "),
);
/** Lists in which the order says nothing. */
const SETS = new Set(["required", "enum", "type", "parameters"]);

/** The keywords, beside those in `compared`, that two objects do not have alike. */
export function otherDifferences(
  before: JsonObject,
  after: JsonObject,
  compared: ReadonlySet<string>,
): readonly string[] {
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keywords].filter(
    (keyword) =>
      !compared.has(keyword) && !isAnnotation(keyword) && !hasSameShape(only(before, keyword), only(after, keyword)),
  );
}

/** Whether two parts of documents describe the same, whatever they say about it and in whatever order. */
export function hasSameShape(one: JsonValue, other: JsonValue): boolean {
  return shapeOf(rootPart(one), true) === shapeOf(rootPart(other), true);
}

/** Whether two values are the same but for the order of their members. */
export function isSame(one: JsonValue, other: JsonValue): boolean {
  return shapeOf(rootPart(one), false) === shapeOf(rootPart(other), false);
}

function isAnnotation(keyword: string): boolean {
  return ANNOTATIONS.has(keyword) || keyword.startsWith("x-");
}

/** As a text, so that parts can be compared. */
function shapeOf(part: Part, isPlain: boolean): string {
  const { value, kind, key } = part;
  if (Array.isArray(value)) {
    const items = partsBelow(part).map((item) => shapeOf(item, isPlain));
    return `[${(SETS.has(key) ? items.sort() : items).join()}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const members = partsBelow(part).filter((member) => !(isPlain && kind === "keywords" && isAnnotation(member.key)));
  return `{${members
    .map((member) => `${JSON.stringify(member.key)}:${shapeOf(member, isPlain)}`)
    .sort()
    .join()}}`;
}

function only(object: JsonObject, keyword: string): JsonObject {
  return Object.hasOwn(object, keyword) ? { [keyword]: object[keyword] as JsonValue } : {};
}
