import path from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import { emitRequestValidators } from "./emit-request-validators.ts";
import { prepare } from "./generate.ts";
import { importCode, type Problem } from "./import-code.ts";
import { normalise } from "./normalise.ts";
import {
  entriesOf,
  isObject,
  textOf,
  type JsonObject,
  type JsonValue,
  type OpenApiDocument,
} from "./openapi-document.ts";
import { findOperations } from "./operations.ts";
import { lookUp, resolve } from "./references.ts";
import { parseSmall, SMALL_YAML } from "./small-document.ts";

interface SaidRequest {
  readonly path: object;
  readonly query: object;
  readonly body?: unknown;
}

type Validator = (request: SaidRequest) => readonly Problem[];

async function validatorsOf(document: OpenApiDocument) {
  const code = emitRequestValidators(document, "small.yaml");
  const module = await importCode<{ requestValidators: Record<string, Validator> }>(code);
  return { code, validators: module.requestValidators };
}

/** The problems of a body that has to be as the schema says. */
async function problemsOf(schema: string, body: unknown, isRequired = true) {
  const requestBody = `{ required: ${isRequired}, content: { application/json: { schema: ${schema} } } }`;
  const put = `    put: { operationId: putThings, requestBody: ${requestBody} }\n    get:`;
  const { document } = normalise(parseSmall(SMALL_YAML.replace("    get:", put)));
  const { code, validators } = await validatorsOf(document);
  expect(code).not.toMatch(/\bimport\b|\brequire\(|\beval\b|new Function/);
  return validators.putThings?.({ path: { projectId: 1 }, query: {}, body });
}

describe("emitRequestValidators", () => {
  it.each([
    { what: "a type", schema: "{ properties: { a: { type: integer } } }", body: { a: "1" }, at: "/body/a" },
    { what: "a required field", schema: "{ required: [a], properties: { a: {} } }", body: {}, at: "/body" },
    { what: "a list of values", schema: "{ enum: [big, small] }", body: "huge", at: "/body" },
    { what: "a list of texts and numbers", schema: "{ enum: [a, 1, true] }", body: "1", at: "/body" },
    { what: "a limit", schema: "{ type: number, exclusiveMinimum: 0 }", body: 0, at: "/body" },
    { what: "a length", schema: "{ type: string, minLength: 1 }", body: "", at: "/body" },
    { what: "a length of a list", schema: "{ type: array, maxItems: 1 }", body: [1, 2], at: "/body" },
    { what: "a referred schema", schema: '{ $ref: "#/components/schemas/Things" }', body: { kind: 1 }, at: "/body" },
  ])("holds a body to $what", async ({ schema, body, at }) => {
    expect(await problemsOf(schema, body)).toMatchObject([{ at }]);
  });

  it.each([
    { what: "an unknown field", schema: "{ type: object, additionalProperties: false }", body: { x: 1 } },
    { what: "any text for a pattern", schema: "{ type: string, pattern: ^a, format: email }", body: "b" },
    { what: "null where 3.0 says nullable", schema: "{ type: string, nullable: true, enum: [a] }", body: null },
    {
      what: "a body without what may only be read",
      schema: "{ required: [a], properties: { a: { readOnly: true } } }",
      body: {},
    },
    { what: "a list of values that are objects", schema: "{ enum: [{ a: 1 }] }", body: { a: 1 } },
  ])("lets $what pass", async ({ schema, body }) => {
    expect(await problemsOf(schema, body)).toEqual([]);
  });

  it("names the values that there are", async () => {
    expect(await problemsOf('{ enum: [big, "sm\\"all", null] }', 3)).toEqual([
      { at: "/body", what: 'must be one of big, sm"all, null' },
    ]);
  });

  it("stops at the first field that is wrong, so that a body full of mistakes costs no more than one", async () => {
    expect(await problemsOf("{ type: array, items: { type: integer } }", ["a", "b", "c"])).toHaveLength(1);
  });

  it("wants a body only where the document says that it is required", async () => {
    expect(await problemsOf("{ type: object }", undefined)).toEqual([
      { at: "", what: "must have required property 'body'" },
    ]);
    expect(await problemsOf("{ type: object }", undefined, false)).toEqual([]);
  });

  it("holds parameters to their types and values, and wants those that are required", async () => {
    const { validators } = await validatorsOf(parseSmall());
    const problems = (query: object) => validators.listThings?.({ path: { projectId: 1 }, query });

    expect(problems({ limit: 1, kind: "big", other: 1 })).toEqual([]);
    expect(problems({ limit: 1, kind: "huge" })).toEqual([{ at: "/query/kind", what: "must be one of big, small" }]);
    expect(problems({})).toEqual([{ at: "/query", what: "must have required property 'limit'" }]);
  });

  it("takes any text for a parameter that may be one thing or another", async () => {
    const either = "{ anyOf: [{ type: integer }, { type: boolean }] }";
    const { validators } = await validatorsOf(
      parseSmall(SMALL_YAML.replace("schema: { type: string, enum: [big, small] }", `schema: ${either}`)),
    );

    expect(validators.listThings?.({ path: { projectId: 1 }, query: { limit: 1, kind: "7" } })).toEqual([]);
  });
});

describe("the request validators of openapi/studio.yaml", () => {
  let document: OpenApiDocument;
  let validators: Record<string, Validator>;
  let examples: readonly { id: string; name: string; path: object; query: object; body: JsonValue | undefined }[];

  beforeAll(async () => {
    ({ document } = await prepare(path.resolve(import.meta.dirname, "../../../openapi/studio.yaml")));
    ({ validators } = await validatorsOf(document));
    examples = findOperations(document).flatMap(({ id = "", operation, parameters }) =>
      examplesOf(document, operation).map(([name, body]) => ({
        ...{ id, name, body },
        path: requiredOf(parameters, "path"),
        query: requiredOf(parameters, "query"),
      })),
    );
  });

  it("take every example of a body that the document gives", () => {
    expect(examples.length).toBeGreaterThan(15);
    for (const { id, name, ...request } of examples) {
      expect({ id, name, problems: validators[id]?.(request) }).toEqual({ id, name, problems: [] });
    }
  });

  it("refuse each of these bodies when a list stands in its place", () => {
    for (const { id, name, ...request } of examples) {
      const problems = validators[id]?.({ ...request, body: [] });
      expect({ id, name, problems }).toEqual({ id, name, problems: [{ at: "/body", what: "must be object" }] });
    }
  });
});

function examplesOf(document: OpenApiDocument, operation: JsonObject): readonly (readonly [string, JsonValue])[] {
  const given = lookUp(operation, "#/requestBody/content/application~1json/examples");
  return entriesOf(given).map(([name, example]) => [
    name,
    resolve(document, example as JsonObject, name).value ?? null,
  ]);
}

/** A value of the right type for each parameter that has to be there. */
function requiredOf(parameters: readonly JsonObject[], place: string): object {
  const required = parameters.filter((parameter) => parameter.in === place && parameter.required === true);
  return Object.fromEntries(
    required.map(({ name, schema }) => [textOf(name), isObject(schema) && schema.type === "integer" ? 1 : "text"]),
  );
}
