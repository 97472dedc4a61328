/**
 * The API documents as tests look at them: parsed, with references to follow.
 *
 * Tests only; programs use the types and tables that are generated from the documents.
 */
import { readFileSync } from "node:fs";

/** The parts of a schema that are looked at here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

export interface MediaType {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown } | { readonly $ref: string }>>;
}

export interface Content {
  readonly content: Readonly<Record<string, MediaType>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

type OrReference<T> = T | { readonly $ref: string };

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly OrReference<Parameter>[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, OrReference<Content>>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Text of a document in the folder openapi/ of the repository. */
export function readDocumentText(name: string): string {
  return readFileSync(new URL(`../../../openapi/${name}`, import.meta.url), "utf8");
}

/** Follows a reference within the document, as often as it leads to another one. */
export function follow<T extends object>(document: ApiDocument, object: OrReference<T>): T {
  let found: object = object;
  while ("$ref" in found && typeof found.$ref === "string") {
    const [, , kind = "", name = ""] = found.$ref.split("/");
    const target = document.components[kind]?.[name];
    if (typeof target !== "object" || target === null) throw new Error(`${found.$ref} leads nowhere.`);
    found = target;
  }
  return found as T;
}
