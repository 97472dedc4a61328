/** What a document is to every step: plain JSON with the parts of OpenAPI 3 that are looked at, and how it fails. */

/** Whatever JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object, whatever its members. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** The parts of an OpenAPI document that are looked at here; everything else passes through. */
export interface OpenApiDocument extends JsonObject {
  /** Version of OpenAPI, such as `3.1.0`. */
  readonly openapi: string;
  readonly paths: JsonObject;
}

/** Something that was wrong with the document and has been put right. */
export interface Repair {
  /** JSON pointer, or a line of the text where there is no pointer yet. */
  readonly at: string;
  /** What was wrong and what became of it, for people. */
  readonly what: string;
}

/** The document cannot be used. The message names the file, the place in it, and what to do. */
export class OpenApiDocumentError extends Error {
  override readonly name = "OpenApiDocumentError";
  /** JSON pointer of the place, where there is one. */
  readonly pointer: string | undefined;
  /** File or address, once known: the steps on values do not know it. */
  readonly source: string | undefined;
  readonly #problem: string;

  /** @param problem What is wrong and what to do, as sentences. */
  constructor(problem: string, place: { pointer?: string; source?: string; cause?: unknown } = {}) {
    const where = [place.source, place.pointer].filter((part) => part !== undefined).join("#");
    super(where === "" ? problem : `${where}: ${problem}`, { cause: place.cause });
    this.#problem = problem;
    this.pointer = place.pointer;
    this.source = place.source;
  }

  /** The same error, naming the file or address that the document came from. */
  from(source: string): OpenApiDocumentError {
    if (this.source !== undefined) return this;
    return new OpenApiDocumentError(this.#problem, {
      source,
      cause: this.cause ?? this,
      ...(this.pointer !== undefined && { pointer: this.pointer }),
    });
  }
}

/** The methods that a path item may have, in the order in which OpenAPI lists them. */
export const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members of an object or the items of a list, each with its key; nothing for plain values. */
export function entriesOf(value: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  return typeof value === "object" && value !== null ? Object.entries(value as JsonObject) : [];
}

/** The items, where the value is a list. */
export function itemsOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** For names and messages: a text as it is, anything else as JSON. */
export function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
