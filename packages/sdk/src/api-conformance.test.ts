import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import ts from "typescript";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { follow, readDocumentText, type ApiDocument, type Operation, type Schema } from "./api-document.ts";

/** Where the document may differ from the official client, and why. */
const EXPLAINED: Readonly<Record<string, string>> = {
  "ImpulseInputBlock.description: the client has no such field": "Studio versions before 2026 send it.",
  "ImpulseDspBlock.description: the client has no such field": "Studio versions before 2026 send it.",
  "ImpulseLearnBlock.description: the client has no such field": "Studio versions before 2026 send it.",
  "KerasVisualLayer.type: is free text here": "It names each of the ready-made models, and nothing depends on it.",
};

const document = parse(readDocumentText("studio.yaml")) as ApiDocument;
const require = createRequire(import.meta.url);
const sdkFolder = path.join(path.dirname(require.resolve("edge-impulse-api")), "sdk");

describe("openapi/studio.yaml, compared with edge-impulse-api 1.95.13", () => {
  const client = readOfficialClient();
  const differences = new Set<string>();
  for (const [route, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const official = client.get(operation.operationId);
      if (official) compareOperation(route, method, operation, official, (what) => differences.add(what));
      else differences.add(`${operation.operationId}: the client has no such operation`);
    }
  }

  it("has operations, parameters and fields of the client, and no difference that is not explained", () => {
    expect([...differences].filter((difference) => !(difference in EXPLAINED))).toEqual([]);
  });

  it("explains no difference that is gone", () => {
    expect(Object.keys(EXPLAINED).filter((difference) => !differences.has(difference))).toEqual([]);
  });
});

type Report = (difference: string) => void;

/** An operation as the client's source shows it. */
interface OfficialOperation {
  readonly method: string;
  readonly path: string;
  /** Their types by name. */
  readonly pathParameters: ReadonlyMap<string, Field>;
  readonly queryParameters: ReadonlyMap<string, Field>;
  readonly body: ts.TypeNode | undefined;
  readonly answer: ts.TypeNode;
}

interface Field {
  readonly isRequired: boolean;
  readonly types: readonly ts.TypeNode[];
}

function compareOperation(
  route: string,
  method: string,
  operation: Operation,
  official: OfficialOperation,
  report: Report,
): void {
  const { operationId: id } = operation;
  if (route !== official.path) report(`${id}: the path is ${route}, there ${official.path}`);
  if (method !== official.method) report(`${id}: the method is ${method}, there ${official.method}`);

  const parameters = (operation.parameters ?? []).map((parameter) => follow(document, parameter));
  for (const where of ["path", "query"] as const) {
    const theirs = where === "path" ? official.pathParameters : official.queryParameters;
    const ours = parameters.filter((parameter) => parameter.in === where);
    for (const { name, required, schema } of ours) {
      const their = theirs.get(name);
      if (!their) report(`${id}: the client has no ${where} parameter ${name}`);
      else {
        if ((required ?? false) !== their.isRequired) report(`${id}: ${name} is required only on one side`);
        compareSchema(schema, their.types, `${id} ${name}`, report);
      }
    }
    for (const name of theirs.keys()) {
      if (!ours.some((parameter) => parameter.name === name))
        report(`${id}: the ${where} parameter ${name} is missing`);
    }
  }

  const body = operation.requestBody?.content["application/json"];
  if ((body === undefined) !== (official.body === undefined)) report(`${id}: only one side has a JSON body`);
  if (body && official.body) compareSchema(body.schema, [official.body], `${id} body`, report);

  const answer = follow(document, operation.responses["200"] ?? { content: {} }).content["application/json"];
  const answersBytes = ["Buffer", "string"].includes(official.answer.getText());
  if ((answer === undefined) !== answersBytes) report(`${id}: only one side answers JSON`);
  if (answer) compareSchema(answer.schema, [official.answer], `${id} answer`, report);
}

/**
 * Compares what a schema says with a type of the client: kinds, lists of values, and of objects the fields.
 *
 * A field that only the client requires is no difference: older versions do not send it.
 *
 * @param theirs More than one where the client has a union.
 * @param at Named after the schema, where it has a name, so that each is reported once.
 */
function compareSchema(given: Schema, theirs: readonly ts.TypeNode[], at: string, report: Report): void {
  const name = given.$ref?.split("/").at(-1);
  const where = name ?? at;
  const schema = follow(document, given);
  const types = theirs.flatMap(expand);
  if (schema.anyOf) {
    schema.anyOf.forEach((choice, i) => compareSchema(choice, types.slice(i, i + 1), `${where} choice ${i}`, report));
    return;
  }

  const ours = kindOf(schema);
  const kinds = new Set(types.map(kindOfType));
  if (!kinds.has(ours)) report(`${where}: is ${ours}, there ${[...kinds].join(" or ")}`);
  if (ours === "array" && schema.items) {
    const items = types.flatMap((type) => (ts.isArrayTypeNode(type) ? [type.elementType] : []));
    compareSchema(schema.items, items, `${where}[]`, report);
  }
  if (ours === "text") compareValues(schema, types, where, report);
  if (ours === "object") compareFields(schema, types, where, report);
}

function compareValues(schema: Schema, types: readonly ts.TypeNode[], where: string, report: Report): void {
  const theirs = types.flatMap((type) =>
    ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [type.literal.text] : [],
  );
  const ours = schema.enum;
  if (!ours) {
    if (theirs.length > 0) report(`${where}: is free text here`);
    return;
  }
  for (const value of ours) if (!theirs.includes(value)) report(`${where}: the client has no value ${value}`);
  for (const value of theirs) if (!ours.includes(value)) report(`${where}: the value ${value} is missing`);
}

const compared = new Set<string>();

function compareFields(schema: Schema, types: readonly ts.TypeNode[], where: string, report: Report): void {
  const ours = fieldsOf(schema);
  // Free-form here; what the client knows of it is left out on purpose, and the description says so.
  if (Object.keys(ours.properties).length === 0 && schema.additionalProperties !== undefined) return;
  const pair = [where, ...types.map((type) => `${type.getSourceFile().fileName}:${type.pos}`)].join(" ");
  if (compared.has(pair)) return;
  compared.add(pair);

  const theirs = membersOf(types);
  for (const [name, property] of Object.entries(ours.properties)) {
    const their = theirs.get(name);
    if (!their) report(`${where}.${name}: the client has no such field`);
    else {
      if (ours.required.has(name) && !their.isRequired) report(`${where}.${name}: is required only here`);
      compareSchema(property, their.types, `${where}.${name}`, report);
    }
  }
  for (const name of theirs.keys()) if (!(name in ours.properties)) report(`${where}.${name}: is missing`);
}

/** Fields of an object, those of its parts included. */
function fieldsOf(given: Schema): { properties: Record<string, Schema>; required: Set<string> } {
  const schema = follow(document, given);
  const parts = (schema.allOf ?? []).map(fieldsOf);
  return {
    properties: Object.assign({}, ...parts.map(({ properties }) => properties), schema.properties) as Record<
      string,
      Schema
    >,
    required: new Set([...parts.flatMap(({ required }) => [...required]), ...(schema.required ?? [])]),
  };
}

function kindOf(schema: Schema): string {
  const type = Array.isArray(schema.type) ? (schema.type as readonly string[])[0] : schema.type;
  if (schema.allOf) return "object";
  if (type === "string") return schema.format === "date-time" ? "date" : "text";
  return type === "integer" ? "number" : String(type);
}

function kindOfType(type: ts.TypeNode): string {
  if (ts.isTypeLiteralNode(type) || type.kind === ts.SyntaxKind.ObjectKeyword) return "object";
  if (ts.isArrayTypeNode(type)) return "array";
  if (ts.isLiteralTypeNode(type)) return type.getText() === "null" ? "null" : "text";
  const text = type.getText();
  return text === "Date" ? "date" : text === "string" ? "text" : text;
}

/** A union's members, and what the names of the client's models stand for. Parts of an intersection repeat each other. */
function expand(type: ts.TypeNode): ts.TypeNode[] {
  if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type)) return type.types.flatMap(expand);
  if (!ts.isTypeReferenceNode(type) || type.getText() === "Date") return [type];
  const name = type.getText();
  // A list of values stands beside the model that uses it.
  const source = type.getSourceFile();
  const alias = aliasIn(source, name) ?? aliasIn(readModel(name), name);
  if (!alias) throw new Error(`The client's sources do not define ${name}.`);
  return expand(alias);
}

/** Fields of the client's objects; of a union's members together, required when all of them require it. */
function membersOf(types: readonly ts.TypeNode[]): Map<string, Field> {
  const objects = types.filter(ts.isTypeLiteralNode).map(({ members }) => members.filter(ts.isPropertySignature));
  const fields = new Map<string, Field>();
  for (const { name, questionToken, type } of objects.flat()) {
    const key = name.getText().replaceAll(/['"]/g, "");
    const before = fields.get(key);
    const count = objects.filter((members) =>
      members.some((member) => member.name.getText() === name.getText()),
    ).length;
    fields.set(key, {
      isRequired: !questionToken && (before?.isRequired ?? true) && count === objects.length,
      types: [...(before?.types ?? []), ...(type ? [type] : [])],
    });
  }
  return fields;
}

/** Every operation of the client, by operationId. */
function readOfficialClient(): ReadonlyMap<string, OfficialOperation> {
  const operations = new Map<string, OfficialOperation>();
  for (const file of readdirSync(path.join(sdkFolder, "api")).filter((name) => name.endsWith(".d.ts"))) {
    const types = parseTypes(path.join(sdkFolder, "api", file));
    const code = readFileSync(path.join(sdkFolder, "api", file.replace(".d.ts", ".js")), "utf8");
    for (const method of types.statements.filter(ts.isClassDeclaration).flatMap(({ members }) => members)) {
      if (!ts.isMethodDeclaration(method)) continue;
      const id = method.name.getText();
      const [body] = code.split(`    async ${id}(`)[1]?.split("\n    async ") ?? [];
      const route = /localVarPath = this\.basePath \+ '([^']+)'/.exec(body ?? "")?.[1];
      const verb = /method: '(\w+)'/.exec(body ?? "")?.[1];
      if (route && verb) operations.set(id, readOperation(types, method, route, verb.toLowerCase()));
    }
  }
  return operations;
}

function readOperation(types: ts.SourceFile, declaration: ts.MethodDeclaration, route: string, method: string) {
  const pathNames = new Set([...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  const parameters = declaration.parameters.flatMap(({ name, type }) => (type ? [{ name: name.getText(), type }] : []));
  const query = parameters.find(({ name }) => name === "queryParams")?.type;
  const isBody = (name: string) => !pathNames.has(name) && !["queryParams", "params", "options"].includes(name);
  const promise = declaration.type;
  if (!promise || !ts.isTypeReferenceNode(promise) || !promise.typeArguments?.[0]) {
    throw new Error(`${declaration.name.getText()} of ${types.fileName} answers no promise.`);
  }
  return {
    method,
    path: route,
    pathParameters: new Map(
      parameters
        .filter(({ name }) => pathNames.has(name))
        .map(({ name, type }) => [name, { isRequired: true, types: [type] }]),
    ),
    queryParameters: query ? membersOf(expand(query)) : new Map<string, Field>(),
    body: parameters.find(({ name }) => isBody(name))?.type,
    answer: promise.typeArguments[0],
  } satisfies OfficialOperation;
}

const models = new Map<string, ts.SourceFile>();

function readModel(name: string): ts.SourceFile {
  const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`;
  const model = models.get(file) ?? parseTypes(path.join(sdkFolder, "model", file));
  models.set(file, model);
  return model;
}

function aliasIn(source: ts.SourceFile, name: string): ts.TypeNode | undefined {
  return source.statements.filter(ts.isTypeAliasDeclaration).find((alias) => alias.name.text === name)?.type;
}

function parseTypes(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
}
