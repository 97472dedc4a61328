import type { OpenApiDocument } from "./openapi-document.ts";
import { referencesBelow, rootPart } from "./parts.ts";
import { resolve } from "./references.ts";

/**
 * Makes sure that every reference leads somewhere within the document.
 *
 * @throws {OpenApiDocumentError} at the first that does not.
 */
export function checkReferences(document: OpenApiDocument): void {
  for (const { reference, pointer } of referencesBelow(rootPart(document))) {
    resolve(document, { $ref: reference }, pointer);
  }
}
