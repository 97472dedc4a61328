import openapiTS, {
  astToString,
  type OpenAPI3,
  type SchemaObject,
  type TransformNodeOptions,
} from "openapi-typescript";
import ts from "typescript";

import { generatedHeader } from "./generated-header.ts";
import type { OpenApiDocument } from "./openapi-document.ts";

/**
 * TypeScript types of a document: `paths`, `components` and `operations`, as openapi-fetch takes them.
 *
 * A closed list of texts in an answer becomes an open one, since a server may know more values than its document; the
 * editor still completes the known ones. Lists in parameters stay closed. Dates stay texts.
 *
 * @param source Of the document, for the header.
 */
export async function emitTypes(document: OpenApiDocument, source: string): Promise<string> {
  const nodes = await openapiTS(document as unknown as OpenAPI3, {
    alphabetize: false,
    defaultNonNullable: false,
    silent: true,
    transform: openEnum,
  });
  return generatedHeader(source) + astToString(nodes);
}

function openEnum(schema: SchemaObject, { path }: TransformNodeOptions): ts.TypeNode | undefined {
  const isParameter = path?.includes("/parameters/") ?? false;
  if (isParameter || !Array.isArray(schema.enum)) return undefined;
  const types: readonly unknown[] = Array.isArray(schema.type) ? schema.type : [schema.type];
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
