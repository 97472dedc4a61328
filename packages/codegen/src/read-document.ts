import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import { parseDocument } from "yaml";

import { OpenApiDocumentError, type OpenApiDocument, type Repair } from "./openapi-document.ts";
import { refuseCycles } from "./refuse-cycles.ts";

/** How much is read at most, and for how long. */
export interface ReadLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const LIMITS: ReadLimits = { timeoutMs: 30_000, maxBytes: 50_000_000 };

/**
 * Reads an OpenAPI 3 document, YAML or JSON.
 *
 * @param source A file, or an address that starts with `http://` or `https://`.
 * @throws {OpenApiDocumentError} when it cannot be read within the limits or is not an OpenAPI 3 document.
 */
export async function readDocument(
  source: string,
  limits: ReadLimits = LIMITS,
): Promise<{ document: OpenApiDocument; repairs: readonly Repair[] }> {
  return parseOpenApi(await readText(source, limits), source);
}

/** The text of a file or of an address, as `readDocument` reads it. */
export async function readText(source: string, limits: ReadLimits = LIMITS): Promise<string> {
  const isAddress = /^https?:\/\//i.test(source);
  const signal = AbortSignal.timeout(limits.timeoutMs);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    const body = isAddress ? await download(source, signal) : await open(source, signal);
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > limits.maxBytes) {
        throw new OpenApiDocumentError(`has more than ${limits.maxBytes} bytes. Is it the right document?`, { source });
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof OpenApiDocumentError) throw cause;
    const advice = isAddress ? "Check the address and the connection." : "Check the path.";
    const reason = signal.aborted ? `not read within ${limits.timeoutMs / 1000} s` : reasonOf(cause);
    throw new OpenApiDocumentError(`cannot be read (${reason}). ${advice}`, { source, cause });
  }
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * As `readDocument`, from text; `source` only names it in errors.
 *
 * Raw control characters, which Studio's published document has, are dropped: no YAML parser has to accept them.
 *
 * @throws {OpenApiDocumentError} when it is no YAML or JSON, or not an OpenAPI 3 document.
 */
export function parseOpenApi(text: string, source: string): { document: OpenApiDocument; repairs: readonly Repair[] } {
  const repairs: Repair[] = [];
  const document = checkOpenApi(parseText(withoutControlCharacters(text, repairs), source), source);
  return { document, repairs };
}

/**
 * Makes sure that a parsed document is an OpenAPI 3 document as far as every step relies on it.
 *
 * @param source Names it in errors: where it was read from, or what has changed it last.
 * @throws {OpenApiDocumentError} when it is not.
 */
export function checkOpenApi(document: unknown, source: string): OpenApiDocument {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    const what = document === null || document === undefined ? "is empty" : "holds no object";
    throw new OpenApiDocumentError(`${what}. Give it an OpenAPI 3 document, YAML or JSON.`, { source });
  }
  refuseCycles(document, source);
  const { openapi, paths } = document as { openapi?: unknown; paths?: unknown };
  if (typeof openapi !== "string" || !/^3\.[01](\.|$)/.test(openapi)) {
    throw new OpenApiDocumentError(
      `has to be 3.0.x or 3.1.x, and is ${JSON.stringify(openapi)}. Convert the document to one of them.`,
      { source, pointer: "/openapi" },
    );
  }
  if (typeof paths !== "object" || paths === null || Array.isArray(paths)) {
    throw new OpenApiDocumentError("has to be an object with the paths of the API. Add it.", {
      source,
      pointer: "/paths",
    });
  }
  return document as OpenApiDocument;
}

/** Parses YAML or JSON, also an overlay. `source` only names it in errors. */
export function parseText(text: string, source: string): unknown {
  if (text.trimStart().startsWith("{")) {
    try {
      return JSON.parse(text);
    } catch {
      // YAML may start like this too, and its parser says where the mistake is.
    }
  }
  try {
    const parsed = parseDocument(text, { prettyErrors: true });
    const [error] = parsed.errors;
    if (error) throw error;
    return parsed.toJS() as unknown;
  } catch (cause) {
    throw new OpenApiDocumentError(`is neither YAML nor JSON: ${reasonOf(cause).trim()} Correct it there.`, {
      source,
      cause,
    });
  }
}

function withoutControlCharacters(text: string, repairs: Repair[]): string {
  const lines = text.split("\n").map((line, i) => {
    // eslint-disable-next-line no-control-regex -- control characters are what it is about
    const found = line.match(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g);
    if (!found) return line;
    const codes = found.map((character) => `U+${character.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()}`);
    repairs.push({ at: `line ${i + 1}`, what: `dropped ${[...new Set(codes)].join(", ")}, a control character` });
    // eslint-disable-next-line no-control-regex -- as above
    return line.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "");
  });
  return lines.join("\n");
}

async function open(file: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  // Opening a pipe that nobody writes to waits for ever, and cannot be called off.
  if (!(await stat(file)).isFile()) throw new Error("it is no plain file");
  return createReadStream(file, { signal }) as AsyncIterable<Uint8Array>;
}

async function download(address: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const response = await fetch(address, { signal });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`the server answered ${response.status}`);
  }
  // Leaving the loop early cancels the download: that is how the limit of bytes ends it.
  return response.body;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}
