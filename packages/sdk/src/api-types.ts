/**
 * The Studio API as its document describes it: types, and the operation table. The only door to generated code.
 *
 * @module
 */
export type { components, operations, paths } from "./generated/studio.gen.ts";
import { operationTable } from "./generated/studio-operations.gen.ts";
export { operationTable };

import type { components, operations } from "./generated/studio.gen.ts";

/** The document's own schemas by name, such as `Schemas["Sample"]`. */
export type Schemas = components["schemas"];

/** The operations of the document, by the names that it gives them. */
export type OperationId = keyof operations;

/** What an operation takes in its path. */
export type PathOf<K extends OperationId> = operations[K]["parameters"] extends { path: infer P } ? P : undefined;

/** What an operation takes in its query. */
export type QueryOf<K extends OperationId> = operations[K]["parameters"] extends { query?: infer Q }
  ? // Without a query it says `query?: never`, which `exactOptionalPropertyTypes` takes at its word.
    [Q] extends [never]
    ? undefined
    : Q
  : undefined;

/** What an operation takes as its body. */
export type BodyOf<K extends OperationId> = operations[K] extends {
  requestBody?: { content: { "application/json": infer B } };
}
  ? B
  : operations[K] extends { requestBody?: { content: { "multipart/form-data": unknown } } }
    ? FormData
    : undefined;

type ContentOf<K extends OperationId> = operations[K]["responses"] extends { 200: { content: infer C } } ? C : never;

/** What an operation answers when it succeeds: JSON, or else a text or bytes. */
export type AnswerOf<K extends OperationId> =
  ContentOf<K> extends { "application/json": infer A }
    ? A
    : ContentOf<K> extends { "text/plain": unknown }
      ? string
      : ArrayBuffer;

type PlainOperation = { [K in OperationId]: AnswerOf<K> extends string | ArrayBuffer ? K : never }[OperationId];

/** The operations that do not answer JSON. */
const PLAIN_ANSWERS: { readonly [K in PlainOperation]: AnswerOf<K> extends string ? "text" : "bytes" } = {
  getSampleAsRaw: "bytes",
  getSampleAsAudio: "bytes",
  getSampleAsImage: "bytes",
  getSampleAsVideo: "bytes",
  downloadLearnModel: "bytes",
  downloadDspData: "bytes",
  downloadJobsLogs: "text",
};

/** In which form an operation answers; `undefined` for JSON. */
export function answerFormOf(operation: OperationId): "text" | "bytes" | undefined {
  return (PLAIN_ANSWERS as Partial<Record<OperationId, "text" | "bytes">>)[operation];
}

/** Whether a request may be sent again without knowing what became of it. */
export function isSafe(operation: OperationId): boolean {
  return operationTable[operation].isSafeToRetry;
}
