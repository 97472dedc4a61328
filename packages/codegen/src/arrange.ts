import { isObject, type JsonValue, type OpenApiDocument } from "./openapi-document.ts";

/**
 * Puts paths and components in an order of their own, so that moving them about in a document changes nothing.
 *
 * Literal paths come before those with a placeholder in the same place: a router that takes the first match then finds
 * `/classify/image` before `/classify/{sampleId}`. Fields stay as written, since their order tells a reader something.
 */
export function arrange(document: OpenApiDocument): OpenApiDocument {
  const { components } = document;
  return {
    ...document,
    paths: Object.fromEntries(Object.entries(document.paths).sort(([a], [b]) => comparePaths(a, b))),
    ...(isObject(components) && {
      components: Object.fromEntries(
        Object.entries(components)
          .sort(([a], [b]) => compareTexts(a, b))
          .map(([kind, members]) => [kind, sortMembers(members)]),
      ),
    }),
  };
}

function sortMembers(members: JsonValue): JsonValue {
  if (!isObject(members)) return members;
  return Object.fromEntries(Object.entries(members).sort(([a], [b]) => compareTexts(a, b)));
}

function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [one, other] = [left[i] as string, right[i] as string];
    const order = Number(one.includes("{")) - Number(other.includes("{")) || compareTexts(one, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** By code unit: the order must not depend on the language of the machine. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
