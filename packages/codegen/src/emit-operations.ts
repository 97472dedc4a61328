import { generatedHeader } from "./generated-header.ts";
import type { OpenApiDocument } from "./openapi-document.ts";
import { listOperations } from "./operations.ts";

/**
 * The operation table: what has to be known of each operation to call it or to serve it.
 *
 * @param source Of the document, for the header.
 * @throws {OpenApiDocumentError} when an operation has no operationId or two have the same.
 */
export function emitOperations(document: OpenApiDocument, source: string): string {
  const table = JSON.stringify(Object.fromEntries(listOperations(document)), undefined, 2);
  return `${generatedHeader(source)}
/** By operationId, what has to be known of each operation to call it or to serve it. */
export const operationTable = ${table} as const;\n`;
}
