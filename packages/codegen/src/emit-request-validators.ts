import { compileValidators, MACHINE_MADE } from "./compile-validators.ts";
import { generatedHeader } from "./generated-header.ts";
import { isObject, textOf, type JsonObject, type JsonValue, type OpenApiDocument } from "./openapi-document.ts";
import { findOperations, jsonSchemaOf, listOperations, typeOf, type OperationPlace } from "./operations.ts";
import { resolve } from "./references.ts";

/**
 * Validators of requests for a server, one for each operation, as code that imports nothing and compiles nothing when it
 * runs. They take path, query and a JSON body together, each parameter as the operation table's type.
 *
 * They know types, fields, required names, lists of values, limits and lengths; unknown fields pass (see
 * `lenientSchema`). Headers and bodies that are not JSON are not looked at.
 *
 * @param source Of the document, for the header.
 * @throws {OpenApiDocumentError} when a reference leads nowhere, an operationId is missing or used twice, or a schema is
 *   none.
 */
export function emitRequestValidators(document: OpenApiDocument, source: string): string {
  const ids = [...listOperations(document).keys()].map((id) => JSON.stringify(id));
  const schemas = findOperations(document).map((place) => requestSchema(document, place));
  const roots = new Map(schemas.map((schema, i) => [`validateRequest${i}`, schema]));
  const code = compileValidators(document, roots, "request");
  const members = ids.map((id, i) => `  ${id}: (request) => problemsOf(validateRequest${i}, request),\n`);
  return `${generatedHeader(source)}${MACHINE_MADE}
/** What a request says. Parameters are of the types that the operation table gives; the body is parsed JSON. */
export interface SaidRequest {
  readonly path: object;
  readonly query: object;
  readonly body?: unknown;
}

/** One thing that is not as the document says. */
export interface RequestProblem {
  /** JSON pointer into the request, such as \`/query/limit\` or \`/body/label\`. */
  readonly at: string;
  readonly what: string;
}

/** Lists what is wrong with a request, up to the first field that is; an empty list when nothing is. */
export type RequestValidator = (request: SaidRequest) => readonly RequestProblem[];

/** By operationId. Unknown fields are right, unknown values of enums are not. */
export const requestValidators: Readonly<Record<${ids.join(" | ") || "never"}, RequestValidator>> = {
${members.join("")}};

${code}
`;
}

function requestSchema(document: OpenApiDocument, { operation, parameters, pointer }: OperationPlace): JsonObject {
  const { content, required } = isObject(operation.requestBody)
    ? resolve(document, operation.requestBody, `${pointer}/requestBody`)
    : {};
  const body = jsonSchemaOf(content);
  const parametersIn = (place: string) => {
    const taken = parameters.filter((parameter) => parameter.in === place);
    return {
      type: "object",
      properties: Object.fromEntries(taken.map((each) => [textOf(each.name), parameterSchema(document, each)])),
      required: taken.filter((each) => each.required === true).map((each) => textOf(each.name)),
    };
  };
  return {
    type: "object",
    properties: { path: parametersIn("path"), query: parametersIn("query"), ...(body !== undefined && { body }) },
    required: ["path", "query", ...(body !== undefined && required === true ? ["body"] : [])],
  };
}

/** What a parameter has to be. One that may be this or that has stayed a text, and no schema of its own fits that. */
function parameterSchema(document: OpenApiDocument, parameter: JsonObject): JsonValue {
  const type = typeOf(document, parameter);
  const schema = isObject(parameter.schema) ? resolve(document, parameter.schema, "/components/parameters") : {};
  return schema.type === type ? schema : { type };
}
