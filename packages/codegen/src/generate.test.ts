import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { emitOperations, emitTypes } from "./emit.ts";
import { generate } from "./generate.ts";
import { normalise } from "./normalise.ts";
import { OpenApiDocumentError, parseOpenApi, readDocument } from "./read-document.ts";

const YAML = `
openapi: 3.1.0
info: { title: Test, version: "1" }
paths:
  /api/{projectId}/things:
    parameters:
      - { name: projectId, in: path, required: true, schema: { type: integer } }
    get:
      operationId: listThings
      deprecated: true
      parameters:
        - { $ref: "#/components/parameters/Kind" }
        - { name: limit, in: query, required: true, schema: { type: integer } }
      responses:
        "200":
          description: Things.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Things" }
components:
  parameters:
    Kind: { name: kind, in: query, schema: { type: string, enum: [big, small] } }
  schemas:
    Things:
      type: object
      required: [kind, created]
      properties:
        kind: { type: string, enum: [big, small] }
        created: { type: string, format: date-time }
`;

function parse(yaml = YAML) {
  return parseOpenApi(yaml, "test.yaml");
}

describe("parseOpenApi", () => {
  it("reads a document with raw control characters in it", () => {
    const document = parse(YAML.replace("Things.", "Thi\u001cngs."));

    expect(JSON.stringify(document)).toContain("Things.");
  });

  it.each([
    { text: "a: [", message: "test.yaml: " },
    { text: "just text", message: "has to be an object" },
    { text: "swagger: '2.0'", message: "/openapi has to be 3.0.x or 3.1.x, and is undefined" },
    { text: "openapi: 3.1.0", message: "/paths is missing" },
    { text: "", message: "has to be an object" },
  ])("says what is wrong with $text", ({ text, message }) => {
    expect(() => parse(text)).toThrow(OpenApiDocumentError);
    expect(() => parse(text)).toThrow(message);
  });

  it("names a file that is not there", async () => {
    await expect(readDocument("/nowhere/api.yaml")).rejects.toThrow("/nowhere/api.yaml: cannot be read");
  });
});

describe("normalise", () => {
  it("drops required names that no property defines, and says so", () => {
    const { document, repairs } = normalise(parse(YAML.replace("[kind, created]", "[kind, ghost]")));

    expect(JSON.stringify(document)).toContain('"required":["kind"]');
    expect(repairs).toEqual([
      { at: "/components/schemas/Things", what: "dropped ghost from required, which no property defines" },
    ]);
  });

  it("drops what stands beside a reference in a 3.0 document, and keeps it in 3.1", () => {
    const withSibling = YAML.replace('Kind" }', 'Kind", description: beside }');

    expect(normalise(parse(withSibling)).repairs).toEqual([]);
    expect(normalise(parse(withSibling.replace("3.1.0", "3.0.0"))).repairs).toEqual([
      { at: "/paths/~1api~1{projectId}~1things/get/parameters/0", what: "dropped description beside $ref" },
    ]);
  });
});

describe("emitTypes", () => {
  it("opens the lists of texts in answers, closes those in parameters, and leaves dates as texts", async () => {
    const types = await emitTypes(parse(), "test.yaml");

    expect(types).toContain('kind: "big" | "small" | (string & {});');
    expect(types).toContain('Kind: "big" | "small";');
    expect(types).toMatch(/Format: date-time \*\/\s+created: string;/);
  });
});

describe("emitOperations", () => {
  it("lists method, path and parameters, those of the path item included", () => {
    const [, table] = emitOperations(parse(), "test.yaml").split("operationTable = ");

    expect(JSON.parse(String(table).replace(" as const;", ""))).toEqual({
      listThings: {
        method: "get",
        path: "/api/{projectId}/things",
        pathParameters: { projectId: "integer" },
        queryParameters: {
          kind: { type: "string", isRequired: false },
          limit: { type: "integer", isRequired: true },
        },
        isDeprecated: true,
      },
    });
  });

  it.each([
    { from: "operationId: listThings", to: "summary: none", message: "GET /api/{projectId}/things has no operationId" },
    { from: "#/components/parameters/Kind", to: "other.yaml#/Kind", message: "other.yaml#/Kind leads nowhere" },
    { from: "#/components/parameters/Kind", to: "#/components/nothing", message: "#/components/nothing leads nowhere" },
  ])("says what is wrong after $from became $to", ({ from, to, message }) => {
    expect(() => emitOperations(parse(YAML.replace(from, to)), "test.yaml")).toThrow(message);
  });
});

describe("generate", () => {
  let folder: string;
  let document: string;
  let outFolder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "windowscope-codegen-"));
    document = path.join(folder, "thing.yaml");
    outFolder = path.join(folder, "generated");
    await writeFile(document, YAML);
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function outcomes(check: boolean) {
    const { files } = await generate({ document, outFolder, outputs: ["types", "operations"], check });
    return Object.fromEntries(files.map(({ file, outcome }) => [path.basename(file), outcome]));
  }

  it("writes once, and leaves files that need no change untouched", async () => {
    expect(await outcomes(false)).toEqual({ "thing.gen.ts": "written", "thing-operations.gen.ts": "written" });
    const { mtimeMs } = await stat(path.join(outFolder, "thing.gen.ts"));

    expect(await outcomes(false)).toEqual({ "thing.gen.ts": "unchanged", "thing-operations.gen.ts": "unchanged" });
    expect((await stat(path.join(outFolder, "thing.gen.ts"))).mtimeMs).toBe(mtimeMs);
  });

  it("calls a file stale after a hand edit and after a change of the document, and writes nothing", async () => {
    await outcomes(false);
    expect(await outcomes(true)).toEqual({ "thing.gen.ts": "unchanged", "thing-operations.gen.ts": "unchanged" });

    const types = path.join(outFolder, "thing.gen.ts");
    await writeFile(types, "// edited by hand");
    expect(await outcomes(true)).toMatchObject({ "thing.gen.ts": "stale", "thing-operations.gen.ts": "unchanged" });
    expect(await readFile(types, "utf8")).toBe("// edited by hand");

    await writeFile(document, YAML.replace("limit", "most"));
    expect(await outcomes(true)).toMatchObject({ "thing-operations.gen.ts": "stale" });
  });
});
