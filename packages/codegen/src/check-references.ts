import { isObject, itemsOf, OpenApiDocumentError, type JsonValue, type OpenApiDocument } from "./openapi-document.ts";
import { referencesBelow, rootPart } from "./parts.ts";
import { escapePointer, lookUp, resolve } from "./references.ts";

/**
 * Makes sure that every reference leads somewhere within the document, and that no schema has to be itself first.
 *
 * A schema may contain itself in a field or a list, as a tree does. Through `allOf` and its like alone no end is found,
 * neither by the compiler nor by a validator.
 *
 * @throws {OpenApiDocumentError} at the first that does not.
 */
export function checkReferences(document: OpenApiDocument): void {
  for (const { reference, pointer } of referencesBelow(rootPart(document))) {
    resolve(document, { $ref: reference }, pointer);
  }
  const schemas = isObject(document.components) ? document.components.schemas : undefined;
  const finished = new Set<JsonValue>();
  for (const [name, schema] of Object.entries(isObject(schemas) ? schemas : {})) {
    refuseEndless(document, schema, `/components/schemas/${escapePointer(name)}`, new Set(), finished);
  }
  // A reference may lead into a schema too.
  for (const { reference } of referencesBelow(rootPart(document))) {
    refuseEndless(document, lookUp(document, reference) ?? {}, reference.slice(1), new Set(), finished);
  }
}

function refuseEndless(
  document: OpenApiDocument,
  schema: JsonValue,
  pointer: string,
  above: Set<JsonValue>,
  finished: Set<JsonValue>,
): void {
  if (!isObject(schema) || finished.has(schema)) return;
  if (above.has(schema)) {
    throw new OpenApiDocumentError("has to be itself first, by way of $ref, allOf, anyOf or oneOf. Cut the circle.", {
      pointer,
    });
  }
  above.add(schema);
  const target = typeof schema.$ref === "string" ? lookUp(document, schema.$ref) : undefined;
  for (const part of [target, ...[schema.allOf, schema.anyOf, schema.oneOf].flatMap(itemsOf)]) {
    if (part !== undefined) refuseEndless(document, part, pointer, above, finished);
  }
  above.delete(schema);
  finished.add(schema);
}
