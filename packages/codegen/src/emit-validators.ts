import { compileValidators, MACHINE_MADE } from "./compile-validators.ts";
import { generatedHeader } from "./generated-header.ts";
import { entriesOf, isObject, type JsonValue, type OpenApiDocument } from "./openapi-document.ts";
import { findOperations, jsonSchemaOf, listOperations, type OperationPlace } from "./operations.ts";
import { resolve } from "./references.ts";

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
  const code = compileValidators(document, roots, "answer");
  const ids = answers.map(({ id }) => JSON.stringify(id));
  const members = ids.map((id, i) => `  ${id}: (answer) => problemsOf(validateAnswer${i}, answer),\n`);
  return `${generatedHeader(source)}${MACHINE_MADE}
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
    const schema = jsonSchemaOf(content);
    if (schema !== undefined) return schema;
  }
  return undefined;
}
