import type { JsonObject, JsonValue, OpenApiDocument } from "./read-document.ts";
import { OpenApiDocumentError } from "./read-document.ts";

/** What has to be known of an operation to call it or to serve it. */
export interface Operation {
  readonly method: string;
  /** With placeholders such as `{projectId}`. */
  readonly path: string;
  /** Name and type of each placeholder. */
  readonly pathParameters: Readonly<Record<string, ParameterType>>;
  readonly queryParameters: Readonly<Record<string, QueryParameter>>;
  readonly isDeprecated: boolean;
}

export type ParameterType = "integer" | "number" | "boolean" | "string";

export interface QueryParameter {
  readonly type: ParameterType;
  readonly isRequired: boolean;
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

/**
 * The operations of a document by their operationId, in the order of the document.
 *
 * @throws {OpenApiDocumentError} when an operation has no operationId or two have the same.
 */
export function listOperations(document: OpenApiDocument): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [path, item] of Object.entries(document.paths)) {
    const shared = (item as JsonObject).parameters ?? [];
    for (const method of METHODS) {
      const operation = (item as JsonObject)[method] as JsonObject | undefined;
      if (!operation) continue;
      const id = operation.operationId;
      if (typeof id !== "string") {
        throw new OpenApiDocumentError(`${method.toUpperCase()} ${path} has no operationId; give it one.`);
      }
      if (operations.has(id)) throw new OpenApiDocumentError(`The operationId ${id} is used twice; rename one.`);
      const parameters = [...(shared as JsonValue[]), ...((operation.parameters ?? []) as JsonValue[])].map(
        (parameter) => resolve(document, parameter as JsonObject),
      );
      operations.set(id, {
        method,
        path,
        pathParameters: Object.fromEntries(
          parameters.filter((each) => each.in === "path").map((each) => [each.name as string, typeOf(document, each)]),
        ),
        queryParameters: Object.fromEntries(
          parameters
            .filter((each) => each.in === "query")
            .map((each) => [each.name as string, { type: typeOf(document, each), isRequired: each.required === true }]),
        ),
        isDeprecated: operation.deprecated === true,
      });
    }
  }
  return operations;
}

function typeOf(document: OpenApiDocument, parameter: JsonObject): ParameterType {
  const { type } = resolve(document, parameter.schema as JsonObject);
  return type === "integer" || type === "number" || type === "boolean" ? type : "string";
}

/** Follows a reference within the document, and one behind it, up to a limit that no sane document reaches. */
function resolve(document: OpenApiDocument, object: JsonObject): JsonObject {
  let resolved = object;
  for (let depth = 0; typeof resolved.$ref === "string"; depth++) {
    const pointer = resolved.$ref;
    const target = pointer.startsWith("#/") ? lookUp(document, pointer) : undefined;
    if (target === undefined || depth > 20) {
      throw new OpenApiDocumentError(
        `The reference ${pointer} leads nowhere; only references within the document work.`,
      );
    }
    resolved = target as JsonObject;
  }
  return resolved;
}

function lookUp(document: OpenApiDocument, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const part of pointer.slice(2).split("/")) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    value = typeof value === "object" && value !== null ? (value as JsonObject)[key] : undefined;
  }
  return value;
}
