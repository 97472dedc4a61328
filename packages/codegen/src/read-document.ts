import { readFile } from "node:fs/promises";

import { parseDocument } from "yaml";

/** The document cannot be used. The message names the file, the place in it, and what to do. */
export class OpenApiDocumentError extends Error {
  override readonly name = "OpenApiDocumentError";
}

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** The parts of an OpenAPI document that are looked at here; everything else passes through. */
export interface OpenApiDocument extends JsonObject {
  readonly openapi: string;
  readonly paths: JsonObject;
}

/**
 * Reads an OpenAPI 3 document, YAML or JSON.
 *
 * Raw control characters, which Studio's published document has, are dropped: no YAML parser has to accept them.
 *
 * @throws {OpenApiDocumentError} when the file cannot be read, is not YAML, or is not an OpenAPI 3 document.
 */
export async function readDocument(file: string): Promise<OpenApiDocument> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new OpenApiDocumentError(`${file}: cannot be read. Check the path.`, { cause });
  }
  return parseOpenApi(text, file);
}

/** As `readDocument`, from text; `file` only names it in errors. */
export function parseOpenApi(text: string, file: string): OpenApiDocument {
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  const parsed = parseDocument(text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, ""), { prettyErrors: true });
  const [error] = parsed.errors;
  if (error) throw new OpenApiDocumentError(`${file}: ${error.message}`, { cause: error });

  const document = parsed.toJS() as unknown;
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new OpenApiDocumentError(`${file}: is not an OpenAPI document; it has to be an object.`);
  }
  const { openapi, paths } = document as { openapi?: unknown; paths?: unknown };
  if (typeof openapi !== "string" || !openapi.startsWith("3.")) {
    throw new OpenApiDocumentError(`${file}: /openapi has to be 3.0.x or 3.1.x, and is ${JSON.stringify(openapi)}.`);
  }
  if (typeof paths !== "object" || paths === null) {
    throw new OpenApiDocumentError(`${file}: /paths is missing; without paths there is nothing to generate.`);
  }
  return document as OpenApiDocument;
}
