import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import {
  follow,
  readDocumentText,
  type ApiDocument,
  type Content,
  type MediaType,
  type Schema,
} from "./api-document.ts";

describe.each(["studio.yaml", "ingestion.yaml"])("openapi/%s", (name) => {
  const document = parse(readDocumentText(name)) as ApiDocument;
  const contents = listContents(document);

  it("has an example of every body that is not a file", () => {
    const withoutExample = contents.flatMap(({ at, content }) =>
      Object.entries(content)
        .filter(([, { schema, examples }]) => !isFile(document, schema) && Object.keys(examples ?? {}).length === 0)
        .map(([mediaType]) => `${at} ${mediaType}`),
    );

    expect(withoutExample).toEqual([]);
  });

  it("has examples that are as their schemas say", () => {
    // Formats such as date-time are for people here; what else is unknown to JSON Schema belongs to OpenAPI.
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema({ ...document, $id: name });

    const errors = contents.flatMap(({ at, content }) =>
      listExamples(document, content).flatMap(({ schema, example, value }) => {
        const isValid = ajv.compile(rebase(schema, name));
        return isValid(value) ? [] : [`${at} ${example}: ${ajv.errorsText(isValid.errors)}`];
      }),
    );

    expect(errors).toEqual([]);
  });

  it("has no field in an example that its schema does not know", () => {
    const strays = contents.flatMap(({ at, content }) =>
      listExamples(document, content).flatMap(({ schema, example, value }) =>
        listStrays(document, [schema], value, `${at} ${example}`),
      ),
    );

    expect(strays).toEqual([]);
  });
});

interface Place {
  readonly at: string;
  readonly content: Readonly<Record<string, MediaType>>;
}

/** Every body of a document: requests, answers of each status. */
function listContents(document: ApiDocument): Place[] {
  return Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ operationId, requestBody, responses }) => [
      ...(requestBody ? [{ at: `${operationId} request`, content: requestBody.content }] : []),
      ...Object.entries(responses).map(([status, response]) => ({
        at: `${operationId} ${status}`,
        content: follow<Content>(document, response).content,
      })),
    ]),
  );
}

function listExamples(document: ApiDocument, content: Place["content"]) {
  return Object.values(content).flatMap(({ schema, examples }) =>
    Object.entries(examples ?? {}).map(([example, given]) => {
      const { value } = follow<{ readonly value: unknown }>(document, given);
      return { schema, example, value };
    }),
  );
}

function isFile(document: ApiDocument, schema: Schema): boolean {
  return follow(document, schema).format === "binary";
}

/** The schema with its references led to the document, which has the name as its id. */
function rebase(schema: Schema, name: string): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"${name}#`)) as object;
}

/** Fields of a value that none of the schemas describes. JSON Schema lets them pass, but in an example they are slips. */
function listStrays(document: ApiDocument, given: readonly Schema[], value: unknown, at: string): string[] {
  const schemas = given.flatMap((schema) => partsOf(document, schema));
  if (Array.isArray(value)) {
    const items = schemas.flatMap((schema) => schema.items ?? []);
    return value.flatMap((item, i) => listStrays(document, items, item, `${at}[${i}]`));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const own = schemas.flatMap(({ properties }) => properties?.[name] ?? []);
    const free = schemas.flatMap(({ additionalProperties }) => additionalProperties ?? []);
    if (own.length === 0 && free.length === 0) return [`${at}.${name}`];
    if (own.length === 0 && free.includes(true)) return [];
    const others = free.filter((schema) => typeof schema === "object");
    return listStrays(document, own.length > 0 ? own : others, field, `${at}.${name}`);
  });
}

/** A schema and whatever it is made of. */
function partsOf(document: ApiDocument, given: Schema): Schema[] {
  const schema = follow(document, given);
  const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? [])];
  return [schema, ...parts.flatMap((part) => partsOf(document, part))];
}
