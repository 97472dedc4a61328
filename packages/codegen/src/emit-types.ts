import openapiTS, {
  astToString,
  type OpenAPI3,
  type SchemaObject,
  type TransformNodeOptions,
} from "openapi-typescript";
import ts from "typescript";

import { generatedHeader } from "./generated-header.ts";
import { OpenApiDocumentError, type JsonValue, type OpenApiDocument } from "./openapi-document.ts";
import { partsBelow, rootPart, type Part } from "./parts.ts";

/**
 * TypeScript types of a document: `paths`, `components` and `operations`, as openapi-fetch takes them.
 *
 * A closed list of texts in an answer becomes an open one, since a server may know more values than its document; the
 * editor still completes the known ones. Lists in parameters stay closed. Dates stay texts.
 *
 * @param source Of the document, for the header.
 * @throws {OpenApiDocumentError} when openapi-typescript gives up on the document.
 */
export async function emitTypes(document: OpenApiDocument, source: string): Promise<string> {
  const readable = withoutReferencesInValues(rootPart(document));
  try {
    const nodes = await openapiTS(readable as unknown as OpenAPI3, {
      alphabetize: false,
      defaultNonNullable: false,
      silent: true,
      transform: openEnum,
    });
    return generatedHeader(source) + astToString(nodes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const problem = `openapi-typescript cannot make types of it (${reason}). Let a linter find the place.`;
    throw new OpenApiDocumentError(problem, { cause });
  }
}

/** openapi-typescript would follow a `$ref` in an example too, where it is data and leads nowhere. */
function withoutReferencesInValues(part: Part): JsonValue {
  if (typeof part.value !== "object" || part.value === null) return part.value;
  const kept = partsBelow(part).filter(
    ({ kind, value }) => kind !== "value" || !JSON.stringify(value).includes('"$ref"'),
  );
  if (Array.isArray(part.value)) return kept.map(withoutReferencesInValues);
  return Object.fromEntries(kept.map((below) => [below.key, withoutReferencesInValues(below)]));
}

function openEnum(schema: SchemaObject, { path }: TransformNodeOptions): ts.TypeNode | undefined {
  const isParameter = path?.includes("/parameters/") ?? false;
  if (isParameter || !Array.isArray(schema.enum)) return undefined;
  const types = typesOf(schema, schema.enum);
  if (!types.includes("string") || types.some((type) => type !== "string" && type !== "null")) return undefined;

  const { factory } = ts;
  const values: readonly unknown[] = schema.enum;
  const texts = values.filter((value) => typeof value === "string");
  const known = texts.map((text) => factory.createLiteralTypeNode(factory.createStringLiteral(text)));
  const anyOther = factory.createIntersectionTypeNode([
    factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword),
    factory.createTypeLiteralNode([]),
  ]);
  const isNullable = types.includes("null") || values.includes(null) || schema.nullable === true;
  return factory.createUnionTypeNode([
    ...known,
    factory.createParenthesizedType(anyOther),
    ...(isNullable ? [factory.createLiteralTypeNode(factory.createNull())] : []),
  ]);
}

/** The types that a schema names, or else those of its values. */
function typesOf({ type }: SchemaObject, values: readonly unknown[]): readonly unknown[] {
  if (type !== undefined) return Array.isArray(type) ? type : [type];
  return values.map((value) => (value === null ? "null" : typeof value));
}
