/**
 * Generates TypeScript from OpenAPI 3 documents: read, normalise, overlay, select, emit; each step a function of its
 * own that takes a document and returns another.
 *
 * @module
 */
export { type Change, type Verdict } from "./api-diff/change.ts";
export { compareDocuments, type ApiDiff, type ChangeGroup } from "./api-diff/compare-documents.ts";
export { reportMarkdown } from "./api-diff/report.ts";
export { arrange } from "./arrange.ts";
export { emitOperations } from "./emit-operations.ts";
export { emitRequestValidators } from "./emit-request-validators.ts";
export { emitTypes } from "./emit-types.ts";
export { emitValidators } from "./emit-validators.ts";
export { generate, prepare, type GeneratedFile, type Output, type PreparedDocument } from "./generate.ts";
export { normalise } from "./normalise.ts";
export {
  OpenApiDocumentError,
  type JsonObject,
  type JsonValue,
  type OpenApiDocument,
  type Repair,
} from "./openapi-document.ts";
export { listOperations, type Operation, type ParameterType, type TakenParameter } from "./operations.ts";
export { applyOverlay } from "./overlay.ts";
export { parseOpenApi, readDocument, type ReadLimits } from "./read-document.ts";
export { checkReferences } from "./check-references.ts";
export { select, type Selection } from "./select.ts";
