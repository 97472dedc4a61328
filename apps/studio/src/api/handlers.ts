import type { AnswerOf, BodyOf, OperationId, PathOf, QueryOf } from "@windowscope/sdk/api-types";

import type { Project } from "../projects.ts";

/** Studio's way of saying no: status 200, `success: false` and this text. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** What an operation is called with; path and query are parsed as the API document says. */
interface ApiRequest<K extends OperationId> {
  readonly path: PathOf<K>;
  /** Nothing in it is there but what was sent. */
  readonly query: NonNullable<QueryOf<K>>;
  readonly body: BodyOf<K>;
  /** The project that the key opens. It is the one of the path, where the path names one. */
  readonly project: Project;
}

type WithoutSuccess<A> = A extends { success: boolean } ? Omit<A, "success" | "error"> : never;

/** The JSON answer less what every one has; a whole response where the API document promises a file or plain text. */
type HandlerAnswer<K extends OperationId> =
  AnswerOf<K> extends string | ArrayBuffer ? Response : WithoutSuccess<AnswerOf<K>>;

/**
 * Serves one operation.
 *
 * @throws {RefusedError} to answer `success: false`.
 */
export type Handler<K extends OperationId> = (request: ApiRequest<K>) => HandlerAnswer<K> | Promise<HandlerAnswer<K>>;

/**
 * Handlers of operations of the API document, by operationId: a wrong one does not compile. One that is missing makes
 * the local Studio say that it does not have the operation yet.
 */
export type Handlers = { readonly [K in OperationId]?: Handler<K> };
