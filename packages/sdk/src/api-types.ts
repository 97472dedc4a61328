/** The Studio API as its document describes it: types, and the operation table. The only door to generated code. */
export type { components, operations, paths } from "./generated/studio.gen.ts";
export { operationTable } from "./generated/studio-operations.gen.ts";

import type { components, operations } from "./generated/studio.gen.ts";

/** The document's own schemas by name, such as `Schemas["Sample"]`. */
export type Schemas = components["schemas"];

export type OperationId = keyof operations;

/** What an operation takes in its path. */
export type PathOf<K extends OperationId> = operations[K]["parameters"] extends { path: infer P } ? P : undefined;

/** What an operation takes in its query. */
export type QueryOf<K extends OperationId> = operations[K]["parameters"] extends { query?: infer Q } ? Q : undefined;

/** What an operation takes as its body. */
export type BodyOf<K extends OperationId> = operations[K] extends {
  requestBody?: { content: { "application/json": infer B } };
}
  ? B
  : undefined;

/** What an operation answers when it succeeds; `never` for the few that answer a file or plain text. */
export type AnswerOf<K extends OperationId> = operations[K]["responses"][200]["content"] extends {
  "application/json": infer A;
}
  ? A
  : never;
