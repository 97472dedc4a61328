import { Script } from "node:vm";

import { _, Ajv, str } from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";

import { lenientSchema, type Side } from "./lenient-schema.ts";
import {
  isObject,
  OpenApiDocumentError,
  textOf,
  type JsonObject,
  type JsonValue,
  type OpenApiDocument,
} from "./openapi-document.ts";
import { lookUp } from "./references.ts";

/** What stands above the code, for the type checker. */
export const MACHINE_MADE = `// The functions below are machine-made JavaScript; what is exported has its types.
// @ts-nocheck
`;

/** Lists what a function of ajv's finds. */
const PROBLEMS_OF = `function problemsOf(validate, value) {
  if (validate(value)) return [];
  return validate.errors.map(({ instancePath, message }) => ({ at: instancePath, what: message }));
}

`;

/**
 * Code of functions that check values by schemas of a document, as ajv makes it: one constant for each schema, with the
 * name that it has in `roots`, and `problemsOf` to call them with. It imports nothing and compiles nothing when it runs.
 *
 * @param side What the schemas are checked for; see `lenientSchema`.
 * @throws {OpenApiDocumentError} when a reference leads nowhere, or a schema is none.
 */
export function compileValidators(
  document: OpenApiDocument,
  roots: ReadonlyMap<string, JsonValue>,
  side: Side,
): string {
  // What ajv refuses is a mistake of the document, and what it makes has to be code: nobody else looks at it.
  try {
    const code = PROBLEMS_OF + compile(document, roots, side);
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

function compile(document: OpenApiDocument, roots: ReadonlyMap<string, JsonValue>, side: Side): string {
  const ajv = new Ajv({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    // Of an answer all the news of a changed server at once, and shorter code. A request that somebody fills with
    // mistakes must not cost more than its first one.
    allErrors: side === "answer",
    // Otherwise a small schema is repeated wherever it is used.
    inlineRefs: false,
    // Lengths in UTF-16 units, since code points would take code to import; ajv warns of that at each run.
    unicode: false,
    logger: false,
    code: { source: true, esm: true, lines: true },
  });
  nameValues(ajv);
  const names = new Map<string, string>();
  const open: { name: string; schema: JsonValue }[] = [];
  const refer = (reference: string): JsonObject => {
    const target = lookUp(document, reference);
    if (target === undefined) {
      throw new OpenApiDocumentError(`The reference ${reference} leads nowhere. Define it, or correct the name.`);
    }
    // A list of values is just a text once it is open; a function for that would be waste.
    if (isObject(target) && target.type === "string") return lenientSchema(target, side, refer) as JsonObject;
    const name = names.get(reference) ?? `schema${names.size}`;
    if (!names.has(reference)) open.push({ name, schema: target });
    names.set(reference, name);
    return { $ref: name };
  };

  for (const [name, schema] of roots) {
    ajv.addSchema({ $id: name, ...(lenientSchema(schema, side, refer) as JsonObject) });
  }
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    // A schema of its own, so that it is compiled once however many answers hold it.
    ajv.addSchema({ $id: next.name, ...(lenientSchema(next.schema, side, refer) as JsonObject) });
  }
  if (roots.size === 0) return "";
  return withoutSchemas(standaloneCode(ajv, Object.fromEntries([...roots.keys()].map((name) => [name, name]))));
}

/** Lists of values whose message says which they are. */
function nameValues(ajv: Ajv): void {
  ajv.removeKeyword("enum");
  ajv.addKeyword({
    keyword: "enum",
    schemaType: "array",
    error: { message: ({ schema }) => str`must be one of ${(schema as readonly JsonValue[]).map(textOf).join(", ")}` },
    code(context) {
      const values = context.schema as readonly (string | number | boolean | null)[];
      const equals = values.map((value) => _`${context.data} === ${value}`);
      context.pass(equals.reduce((any, each) => _`${any} || ${each}`));
    },
  });
}

/** Drops what only the parts of an error that nobody is shown need: the schemas, and where in them it arose. */
function withoutSchemas(code: string): string {
  return code
    .replace(/^"use strict";\n?/, "")
    .replaceAll(/^export const (\w+) = (?=validate\d+;)/gm, "const $1 = ")
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
