import path from "node:path";

import { describe, expect, it } from "vitest";

import { emitValidators } from "./emit-validators.ts";
import { prepare } from "./generate.ts";
import { importCode, type Problem } from "./import-code.ts";
import { entriesOf, OpenApiDocumentError, type JsonObject, type OpenApiDocument } from "./openapi-document.ts";
import { findOperations } from "./operations.ts";
import { lookUp, resolve } from "./references.ts";
import { normalise } from "./normalise.ts";
import { parseSmall, SMALL_YAML } from "./small-document.ts";

type Validator = (answer: unknown) => readonly Problem[];

/** The validators of the small document with another schema for its answer. */
async function validatorOf(things: string) {
  const yaml = SMALL_YAML.slice(0, SMALL_YAML.indexOf("    Things:\n"));
  const { document } = normalise(parseSmall(`${yaml}    Things: ${things}\n`));
  const code = emitValidators(document, "small.yaml");
  const { answerValidators } = await importCode<{ answerValidators: Record<string, Validator> }>(code);
  return { code, validate: answerValidators.listThings as Validator };
}

const OBJECT = "{ type: object, required: [kind], properties: { kind: { type: string, enum: [big] } } }";

describe("emitValidators", () => {
  it("imports nothing and makes no code when it runs", async () => {
    const { code } = await validatorOf(OBJECT);

    expect(code).not.toMatch(/\bimport\b|\brequire\(|\beval\b|new Function/);
  });

  it("lists every problem with its place", async () => {
    const { validate } = await validatorOf(
      "{ type: object, required: [a, b], properties: { b: { type: array, items: { type: integer } } } }",
    );

    expect(validate({ b: [1, "two", 3.5] })).toEqual([
      { at: "/b/1", what: "must be integer" },
      { at: "/b/2", what: "must be integer" },
    ]);
    expect(validate({ a: 1 })).toEqual([{ at: "", what: "must have required property 'b'" }]);
  });

  it.each([
    { what: "an unknown value of a list", things: OBJECT, answer: { kind: "huge" } },
    {
      what: "an unknown field",
      things: `{ allOf: [${OBJECT}], additionalProperties: false }`,
      answer: { kind: "big", x: 1 },
    },
    {
      what: "any text for a format",
      things: "{ type: string, format: date-time, maxLength: 3 }",
      answer: "not a date",
    },
    { what: "a required name that nothing defines", things: "{ required: [ghost], properties: {} }", answer: {} },
    { what: "null where 3.0 says nullable", things: "{ nullable: true, type: object }", answer: null },
    { what: "null where 3.1 lists it", things: "{ type: [string, 'null'] }", answer: null },
    { what: "an answer that fits two of oneOf", things: `{ oneOf: [${OBJECT}, ${OBJECT}] }`, answer: { kind: "big" } },
    {
      what: "null where 3.0 says nullable beside allOf",
      things: `{ nullable: true, type: object, allOf: [${OBJECT}] }`,
      answer: null,
    },
    {
      what: "null where 3.0 says nullable beside oneOf",
      things: `{ nullable: true, type: object, oneOf: [${OBJECT}] }`,
      answer: null,
    },
    {
      what: "a field whose name follows a pattern",
      things: "{ type: object, patternProperties: { ^n: { type: number } }, additionalProperties: { type: string } }",
      answer: { n1: 1, other: "text" },
    },
    {
      what: "an answer without what may only be written",
      things: "{ required: [a], properties: { a: { type: string, writeOnly: true } } }",
      answer: {},
    },
  ])("lets $what pass", async ({ things, answer }) => {
    const { validate } = await validatorOf(things);

    expect(validate(answer)).toEqual([]);
  });

  it("stays code whatever the names are", async () => {
    const { validate } = await validatorOf(
      `{ required: ['a}b', 'c"}d', "e'}f"], properties: { 'a}b': {}, 'c"}d': {}, "e'}f": {} } }`,
    );

    expect(validate({ "a}b": 1 })).toEqual([
      { at: "", what: "must have required property 'c\"}d'" },
      { at: "", what: "must have required property 'e'}f'" },
    ]);
  });

  it("says that it cannot make a validator of a type that is none", () => {
    const broken = parseSmall(SMALL_YAML.replace("Things:\n      type: object", "Things:\n      type: file"));

    expect(() => emitValidators(broken, "small.yaml")).toThrow(OpenApiDocumentError);
  });

  it("takes a result or a job, and nothing else", async () => {
    const { validate } = await validatorOf(
      `{ anyOf: [${OBJECT}, { type: object, required: [id], properties: { id: { type: integer } } }] }`,
    );

    expect(validate({ kind: "big" })).toEqual([]);
    expect(validate({ id: 7 })).toEqual([]);
    expect(validate({})).not.toEqual([]);
  });

  it("refuses an operationId that is used twice", () => {
    const twice = SMALL_YAML.replace("    get:", "    put: { operationId: listThings }\n    get:");

    expect(() => emitValidators(parseSmall(twice), "small.yaml")).toThrow("The operationId listThings is used twice");
  });

  it("follows schemas that contain themselves", async () => {
    const { validate } = await validatorOf(
      '{ type: object, properties: { below: { type: array, items: { $ref: "#/components/schemas/Things" } } } }',
    );

    expect(validate({ below: [{ below: [{}] }] })).toEqual([]);
    expect(validate({ below: [{ below: [3] }] })).toEqual([{ at: "/below/0/below/0", what: "must be object" }]);
  });
});

describe("the validators of openapi/studio.yaml", () => {
  it("take every example of an answer that the document gives", async () => {
    const { document } = await prepare(path.resolve(import.meta.dirname, "../../../openapi/studio.yaml"));
    const { answerValidators } = await importCode<{ answerValidators: Record<string, Validator> }>(
      emitValidators(document, "studio.yaml"),
    );
    const examples = findOperations(document).flatMap(({ id, operation }) => examplesOf(document, operation, id ?? ""));

    expect(examples.length).toBeGreaterThan(15);
    for (const { id, name, value } of examples) {
      expect({ id, name, problems: answerValidators[id]?.(value) }).toEqual({ id, name, problems: [] });
    }
  });
});

function examplesOf(document: OpenApiDocument, operation: JsonObject, id: string) {
  const answer = lookUp(operation, "#/responses/200/content/application~1json/examples");
  return entriesOf(answer).map(([name, example]) => {
    const { value } = resolve(document, example as JsonObject, name);
    return { id, name, value };
  });
}
