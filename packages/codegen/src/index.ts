/** Generates TypeScript from OpenAPI documents: read, normalise, emit; each step a function of its own. */
export { emitOperations, emitTypes } from "./emit.ts";
export { generate, type GeneratedFile, type Output } from "./generate.ts";
export { normalise, type Repair } from "./normalise.ts";
export { listOperations, type Operation, type ParameterType, type QueryParameter } from "./operations.ts";
export { OpenApiDocumentError, parseOpenApi, readDocument, type OpenApiDocument } from "./read-document.ts";
