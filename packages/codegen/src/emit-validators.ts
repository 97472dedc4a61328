import { Script } from "node:vm";

import { Ajv } from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";

import { generatedHeader } from "./generated-header.ts";
import { lenientSchema } from "./lenient-schema.ts";
import {
  entriesOf,
  isObject,
  OpenApiDocumentError,
  type JsonObject,
  type JsonValue,
  type OpenApiDocument,
} from "./openapi-document.ts";
import { findOperations, listOperations, type OperationPlace } from "./operations.ts";
import { lookUp, resolve } from "./references.ts";

/**
 * Validators of the successful JSON answers, one for each operation that has one, as code that imports nothing and
 * compiles nothing when it runs.
 *
 * They are lenient (see `lenientSchema`): what they refuse would break a program that relies on the types.
 *
 * @param source Of the document, for the header.
 * @throws {OpenApiDocumentError} when a reference leads nowhere, an operationId is missing or used twice, or a schema is
 *   none.
 */
export function emitValidators(document: OpenApiDocument, source: string): string {
  // Refuses ids that are missing or used twice: both would be a validator less.
  listOperations(document);
  const answers = findOperations(document).flatMap((place) => {
    const schema = answerSchema(document, place);
    return schema === undefined || place.id === undefined ? [] : [{ id: place.id, schema }];
  });
  const roots = new Map(answers.map(({ schema }, i) => [`validateAnswer${i}`, schema]));
  const code = compileOrSay(document, roots);
  const ids = answers.map(({ id }) => JSON.stringify(id));
  const members = ids.map((id, i) => `  ${id}: (answer) => problemsOf(validateAnswer${i}, answer),\n`);
  return `${generatedHeader(source)}// The functions below are machine-made JavaScript; what is exported has its types.
// @ts-nocheck

/** One thing that is not as the document says. */
export interface AnswerProblem {
  /** JSON pointer into the answer; empty for the answer itself. */
  readonly at: string;
  readonly what: string;
}

/** Lists what is wrong with a parsed answer; an empty list when nothing is. */
export type AnswerValidator = (answer: unknown) => readonly AnswerProblem[];

/** By operationId, for successful answers in JSON. Unknown fields and unknown values of enums are right. */
export const answerValidators: Readonly<Record<${ids.join(" | ") || "never"}, AnswerValidator>> = {
${members.join("")}};

function problemsOf(validate, answer) {
  if (validate(answer)) return [];
  return validate.errors.map(({ instancePath, message }) => ({ at: instancePath, what: message }));
}

${code}
`;
}

/** The schema of the first successful answer in JSON. */
function answerSchema(document: OpenApiDocument, { operation, pointer }: OperationPlace): JsonValue | undefined {
  const successful = entriesOf(operation.responses)
    .filter(([status]) => /^2(\d\d|XX)$/i.test(status))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [status, response] of successful) {
    const at = `${pointer}/responses/${status}`;
    const { content } = isObject(response) ? resolve(document, response, at) : {};
    const [, json] = entriesOf(content).find(([type]) => /^application\/(.+\+)?json\b/i.test(type)) ?? [];
    if (isObject(json) && json.schema !== undefined) return json.schema;
  }
  return undefined;
}

/** What ajv refuses is a mistake of the document, and what it makes has to be code: nobody else looks at it. */
function compileOrSay(document: OpenApiDocument, roots: ReadonlyMap<string, JsonValue>): string {
  try {
    const code = compile(document, roots);
    // Parses, and runs nothing.
    new Script(code);
    return code;
  } catch (cause) {
    if (cause instanceof OpenApiDocumentError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const problem = `ajv cannot make validators of it (${reason}). Let a linter find the place.`;
    throw new OpenApiDocumentError(problem, { cause });
  }
}

function compile(document: OpenApiDocument, roots: ReadonlyMap<string, JsonValue>): string {
  const ajv = new Ajv({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    // Shorter code, and all the news of a changed server at once.
    allErrors: true,
    // Otherwise a small schema is repeated wherever it is used.
    inlineRefs: false,
    code: { source: true, esm: true, lines: true },
  });
  const names = new Map<string, string>();
  const open: { name: string; schema: JsonValue }[] = [];
  const refer = (reference: string): JsonObject => {
    const target = lookUp(document, reference);
    if (target === undefined) {
      throw new OpenApiDocumentError(`The reference ${reference} leads nowhere. Define it, or correct the name.`);
    }
    // A list of values is just a text once it is open; a function for that would be waste.
    if (isObject(target) && target.type === "string") return lenientSchema(target, refer) as JsonObject;
    const name = names.get(reference) ?? `schema${names.size}`;
    if (!names.has(reference)) open.push({ name, schema: target });
    names.set(reference, name);
    return { $ref: name };
  };

  for (const [name, schema] of roots) {
    ajv.addSchema({ $id: name, ...(lenientSchema(schema, refer) as JsonObject) });
  }
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    // A schema of its own, so that it is compiled once however many answers hold it.
    ajv.addSchema({ $id: next.name, ...(lenientSchema(next.schema, refer) as JsonObject) });
  }
  if (roots.size === 0) return "";
  return withoutSchemas(standaloneCode(ajv, Object.fromEntries([...roots.keys()].map((name) => [name, name]))));
}

/** Drops what only the parts of an error that nobody is shown need: the schemas, and where in them it arose. */
function withoutSchemas(code: string): string {
  return code
    .replace(/^"use strict";\n?/, "")
    .replaceAll(/^export const (validateAnswer\d+) = /gm, "const $1 = ")
    .replaceAll(
      /,schemaPath:"(?:[^"\\]|\\.)*",keyword:"\w+",params:\{(?:[^}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\}/g,
      "",
    )
    .replaceAll(/^const schema\d+ = .*;\n/gm, "")
    .replaceAll(
      /const (err\d+) = (\{.*\});\nif\(vErrors === null\)\{\nvErrors = \[\1\];\n\}\nelse \{\nvErrors\.push\(\1\);\n\}/g,
      "(vErrors ??= []).push($2);",
    )
    .replaceAll(/\/\*# sourceURL=.*?\*\/;?/g, "")
    .replaceAll(/\n{2,}/g, "\n");
}
