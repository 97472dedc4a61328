import {
  entriesOf,
  isObject,
  itemsOf,
  METHODS,
  OpenApiDocumentError,
  textOf,
  type JsonObject,
  type JsonValue,
  type OpenApiDocument,
} from "./openapi-document.ts";
import { escapePointer, resolve } from "./references.ts";

/** What has to be known of an operation to call it or to serve it. */
export interface Operation {
  /** In lower case, such as `get`. */
  readonly method: string;
  /** With placeholders such as `{projectId}`. */
  readonly path: string;
  /** Name and type of each placeholder. */
  readonly pathParameters: Readonly<Record<string, ParameterType>>;
  readonly queryParameters: Readonly<Record<string, TakenParameter>>;
  readonly headerParameters: Readonly<Record<string, TakenParameter>>;
  /** Each alternative is a list of schemes that are needed together; an empty list means that none is needed. */
  readonly security: readonly (readonly string[])[];
  readonly isDeprecated: boolean;
  /** Sending it twice does what sending it once does: it only reads. */
  readonly isSafeToRetry: boolean;
}

/** As what a parameter is read from its text; `string` where its schema says several things, or nothing. */
export type ParameterType = "integer" | "number" | "boolean" | "string" | "array" | "object";

/** A parameter of a query or of the headers. */
export interface TakenParameter {
  readonly type: ParameterType;
  readonly isRequired: boolean;
}

/** An operation as it stands in the document. */
export interface OperationPlace {
  readonly id: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly pointer: string;
  readonly operation: JsonObject;
  /** With those of the path item, unless the operation has its own of the same name; references are followed. */
  readonly parameters: readonly JsonObject[];
}

/**
 * Every operation of a document where it stands, in the order of the document.
 *
 * @throws {OpenApiDocumentError} when a parameter's reference leads nowhere.
 */
export function findOperations(document: OpenApiDocument): readonly OperationPlace[] {
  return Object.entries(document.paths).flatMap(([path, value]) => {
    const at = `/paths/${escapePointer(path)}`;
    const item = isObject(value) ? resolve(document, value, at) : {};
    return METHODS.flatMap((method) => {
      const operation = item[method];
      if (!isObject(operation)) return [];
      const pointer = `${at}/${method}`;
      const id = typeof operation.operationId === "string" ? operation.operationId : undefined;
      const parameters = parametersOf(document, item, operation, pointer);
      return [{ id, method, path, pointer, operation, parameters }];
    });
  });
}

/**
 * The operations of a document by their operationId, in the order of the document.
 *
 * @throws {OpenApiDocumentError} when an operation has no operationId or two have the same.
 */
export function listOperations(document: OpenApiDocument): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const { id, method, path, pointer, operation, parameters } of findOperations(document)) {
    if (id === undefined) {
      const problem = `${method.toUpperCase()} ${path} has no operationId. Give it one, here or with an overlay.`;
      throw new OpenApiDocumentError(problem, { pointer });
    }
    if (operations.has(id)) {
      throw new OpenApiDocumentError(`The operationId ${id} is used twice. Rename one.`, { pointer });
    }
    const taken = (place: string) =>
      parameters
        .filter((each) => each.in === place)
        .map(
          (each) => [textOf(each.name), { type: typeOf(document, each), isRequired: each.required === true }] as const,
        );
    operations.set(id, {
      method,
      path,
      pathParameters: Object.fromEntries(taken("path").map(([name, { type }]) => [name, type])),
      queryParameters: Object.fromEntries(taken("query")),
      headerParameters: Object.fromEntries(taken("header")),
      security: securityOf(document, operation),
      isDeprecated: operation.deprecated === true,
      isSafeToRetry: isSafeToRetry(method, operation),
    });
  }
  return operations;
}

/** The alternatives of schemes that an operation takes: its own, else those of the document. */
export function securityOf(document: OpenApiDocument, operation: JsonObject): readonly (readonly string[])[] {
  return itemsOf(operation.security ?? document.security).map((each) => (isObject(each) ? Object.keys(each) : []));
}

/** Reading methods, and what the document itself marks as open to read-only access although it is a POST. */
function isSafeToRetry(method: string, operation: JsonObject): boolean {
  return method === "get" || method === "head" || itemsOf(operation["x-middleware"]).includes("AllowsReadOnly");
}

function parametersOf(document: OpenApiDocument, item: JsonObject, operation: JsonObject, pointer: string) {
  const byPlace = new Map<string, JsonObject>();
  for (const parameter of [...itemsOf(item.parameters), ...itemsOf(operation.parameters)]) {
    if (!isObject(parameter)) continue;
    const resolved = resolve(document, parameter, `${pointer}/parameters`);
    byPlace.set(`${textOf(resolved.in)} ${textOf(resolved.name)}`, resolved);
  }
  return [...byPlace.values()];
}

/** The schema of the JSON among the contents of a body, where there is any. */
export function jsonSchemaOf(content: JsonValue | undefined): JsonValue | undefined {
  const [, json] = entriesOf(content).find(([type]) => /^application\/(.+\+)?json\b/i.test(type)) ?? [];
  return isObject(json) ? json.schema : undefined;
}

/** As what a parameter is read from its text. */
export function typeOf(document: OpenApiDocument, parameter: JsonObject): ParameterType {
  // A parameter with `content` instead of a schema travels as text.
  const schema = isObject(parameter.schema) ? resolve(document, parameter.schema, "/components/parameters") : {};
  const alternatives = [schema.anyOf, schema.oneOf, schema.allOf]
    .flatMap(itemsOf)
    .filter(isObject)
    .map((each) => namedType(resolve(document, each, "/components/parameters")))
    .filter((type) => type !== "null");
  // What may be one thing or another travels as text.
  const isOne = new Set(alternatives).size === 1;
  const named = namedType(schema) ?? (isOne ? alternatives[0] : undefined);
  switch (named) {
    case "integer":
    case "number":
    case "boolean":
    case "array":
    case "object":
      return named;
    default:
      return "string";
  }
}

function namedType({ type }: JsonObject): JsonValue | undefined {
  return Array.isArray(type) ? itemsOf(type).find((each) => each !== "null") : type;
}
