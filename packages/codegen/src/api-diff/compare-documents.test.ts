import { describe, expect, it } from "vitest";

import { createLargeDocument } from "../large-document.ts";
import { parseOpenApi } from "../read-document.ts";
import { worst } from "./change.ts";
import { compareDocuments } from "./compare-documents.ts";
import { reportMarkdown } from "./report.ts";

const BEFORE = `
openapi: 3.1.0
info: { title: Test, version: "1" }
security: [{ Key: [] }]
paths:
  /api/{projectId}/samples:
    parameters: [{ name: projectId, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: listSamples
      parameters:
        - { name: limit, in: query, schema: { type: integer } }
      responses: { "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Samples" } } } } }
    post:
      operationId: startJob
      requestBody:
        content: { application/json: { schema: { $ref: "#/components/schemas/StartRequest" } } }
      responses: { "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Sample" } } } } }
  /api/{projectId}/metrics:
    get: { operationId: getMetrics, responses: {} }
components:
  schemas:
    Samples: { allOf: [{ $ref: "#/components/schemas/Answer" }, { type: object, properties: { samples: { type: array, items: { $ref: "#/components/schemas/Sample" } } } }] }
    Answer: { type: object, required: [success], properties: { success: { type: boolean } } }
    Sample:
      type: object
      required: [id, label]
      properties:
        id: { type: integer }
        label: { type: string }
        category: { type: string }
        intervalMs: { type: number, description: Resampled interval. }
        kind: { type: string, enum: [int8, float32] }
        box: { type: object, required: [x], properties: { x: { type: number } } }
    StartRequest:
      type: object
      required: [mode]
      properties: { mode: { type: string, enum: [fast, slow] }, size: { type: integer } }
`;

type Edit = readonly [from: string, to: string];

function compare(...edits: readonly Edit[]) {
  let after = BEFORE;
  for (const [from, to] of edits) {
    expect(after).toContain(from);
    after = after.replace(from, to);
  }
  return compareDocuments(parseOpenApi(BEFORE, "old.yaml").document, parseOpenApi(after, "new.yaml").document);
}

function compareWith(given: Edit | undefined, [from, to]: Edit) {
  const before = given === undefined ? BEFORE : BEFORE.replace(...given);
  expect(before).toContain(from);
  return compareDocuments(
    parseOpenApi(before, "old.yaml").document,
    parseOpenApi(before.replace(from, to), "new.yaml").document,
  );
}

describe("compareDocuments", () => {
  it.each([
    {
      change: "an optional field of an answer is added",
      edit: ["label: { type: string }", "label: { type: string }\n        videoUrl: { type: string }"],
      want: { subject: "field", what: "added", at: "videoUrl", reader: "compatible", writer: undefined },
    },
    {
      change: "a field of an answer is removed",
      edit: ["        category: { type: string }\n", ""],
      want: { subject: "field", what: "removed", at: "category", reader: "breaking", writer: undefined },
    },
    {
      change: "a required field of an answer becomes optional",
      edit: ["[id, label]", "[id]"],
      want: { subject: "field", at: "label", detail: "was required, is optional", reader: "breaking" },
    },
    {
      change: "an optional field of an answer becomes required",
      edit: ["[id, label]", "[id, label, kind]"],
      want: { subject: "field", at: "kind", detail: "was optional, is required", reader: "compatible" },
    },
    {
      change: "an answer's list of values grows",
      edit: ["[int8, float32]", "[int8, float32, akida]"],
      want: { subject: "value", what: "added", at: "kind", detail: "akida", reader: "compatible" },
    },
    {
      change: "an answer's list of numbers grows",
      before: ["id: { type: integer }", "id: { type: integer, enum: [1] }"],
      edit: ["id: { type: integer, enum: [1] }", "id: { type: integer, enum: [1, 2] }"],
      want: { subject: "value", what: "added", at: "id", detail: "2", reader: "breaking" },
    },
    {
      change: "a constant of an answer changes",
      before: ["kind: { type: string, enum: [int8, float32] }", "kind: { const: int8 }"],
      edit: ["kind: { const: int8 }", "kind: { const: int4 }"],
      want: { subject: "value", what: "added", at: "kind", detail: "int4", reader: "breaking" },
    },
    {
      change: "free text of an answer becomes one of a list",
      edit: ["category: { type: string }", "category: { type: string, enum: [training, testing] }"],
      want: { subject: "type", at: "category", detail: "is one of training, testing now", reader: "compatible" },
    },
    {
      change: "a field of an answer may be null",
      edit: ["label: { type: string }", "label: { type: [string, 'null'] }"],
      want: { subject: "type", at: "label", detail: "may be null now", reader: "breaking" },
    },
    {
      change: "a number of an answer becomes a text",
      edit: ["id: { type: integer }", "id: { type: string }"],
      want: { subject: "type", at: "id", detail: "was integer, is string", reader: "breaking" },
    },
    {
      change: "a field within a field changes",
      edit: ["x: { type: number }", "x: { type: integer }"],
      want: { subject: "type", at: "box.x", detail: "was number, is integer", reader: "compatible" },
    },
    {
      change: "a field is deprecated",
      edit: ["category: { type: string }", "category: { type: string, deprecated: true }"],
      want: { subject: "wording", at: "category", detail: "is deprecated now", reader: "compatible" },
    },
    {
      change: "a field is described differently",
      edit: ["Resampled interval.", "Source interval."],
      want: { subject: "wording", at: "intervalMs", detail: "is described differently", reader: "unclear" },
    },
    {
      change: "a format is given",
      edit: ["label: { type: string }", "label: { type: string, format: date-time }"],
      want: { subject: "type", at: "label", detail: "format was not given, is date-time", reader: "unclear" },
    },
    {
      change: "an optional field of a request is added",
      edit: ["size: { type: integer }", "size: { type: integer }, skip: { type: boolean }"],
      want: { subject: "field", what: "added", at: "skip", reader: undefined, writer: "compatible" },
    },
    {
      change: "a required field of a request is added",
      edit: ["required: [mode]\n      properties: {", "required: [mode, skip]\n      properties: { skip: {},"],
      want: { subject: "field", what: "added", at: "skip", detail: "required", writer: "breaking" },
    },
    {
      change: "a field of a request is removed",
      edit: [", size: { type: integer }", ""],
      want: { subject: "field", what: "removed", at: "size", writer: "unclear" },
    },
    {
      change: "a request's list of values shrinks",
      edit: ["[fast, slow]", "[fast]"],
      want: { subject: "value", what: "removed", at: "mode", detail: "slow", writer: "breaking" },
    },
    {
      change: "a request's list of values grows",
      edit: ["[fast, slow]", "[fast, slow, exact]"],
      want: { subject: "value", what: "added", at: "mode", detail: "exact", writer: "compatible" },
    },
    {
      change: "an optional parameter is added",
      edit: [
        "parameters:\n        -",
        "parameters:\n        - { name: truncate, in: query, schema: { type: boolean } }\n        -",
      ],
      want: { subject: "parameter", what: "added", at: "query truncate", detail: "optional", writer: "compatible" },
    },
    {
      change: "a required parameter is added",
      edit: [
        "parameters:\n        -",
        "parameters:\n        - { name: truncate, in: query, required: true }\n        -",
      ],
      want: { subject: "parameter", what: "added", at: "query truncate", detail: "required", writer: "breaking" },
    },
    {
      change: "a parameter is removed",
      edit: ["        - { name: limit, in: query, schema: { type: integer } }\n", "        []\n"],
      want: { subject: "parameter", what: "removed", at: "query limit", writer: "unclear" },
    },
    {
      change: "an operation is removed",
      edit: ["  /api/{projectId}/metrics:\n    get: { operationId: getMetrics, responses: {} }\n", ""],
      want: { subject: "operation", what: "removed", reader: "breaking", writer: "breaking" },
    },
    {
      change: "an operation is added",
      edit: [
        "getMetrics, responses: {} }",
        "getMetrics, responses: {} }\n    post: { operationId: setThresholds, responses: {} }",
      ],
      want: { subject: "operation", what: "added", reader: "compatible", writer: "compatible" },
    },
    {
      change: "an operation moves",
      edit: ["/api/{projectId}/metrics:", "/api/{projectId}/all-metrics:"],
      want: { subject: "operation", what: "changed", reader: "breaking", writer: "breaking" },
    },
    {
      change: "the answer becomes another schema of the same shape but for one field",
      edit: [
        'schema: { $ref: "#/components/schemas/Sample" } } } } }\n  /api',
        "schema: { type: object, required: [id, label], properties: { id: { type: integer } } } } } } }\n  /api",
      ],
      want: { subject: "field", what: "removed", at: "answer 200.label", reader: "breaking" },
    },
  ] as const)("says when $change", ({ edit, want, ...given }) => {
    const changes = compareWith(given.before, edit).groups.flatMap((group) => group.changes);

    expect(changes).toContainEqual(expect.objectContaining(want));
  });

  it("says when another way to log in is taken, and when one no longer is", () => {
    const changes = compare(["[{ Key: [] }]", "[{ OAuth2: [] }]"]).groups.flatMap((group) => group.changes);

    expect(changes).toMatchObject([
      { detail: "no longer takes Key", writer: "breaking" },
      { detail: "takes OAuth2 now", writer: "compatible" },
    ]);
  });

  it("groups by schema, with the operations that it reaches, however deep", () => {
    const { groups } = compare(["id: { type: integer }", "id: { type: string }"]);

    expect(groups).toMatchObject([{ kind: "schema", name: "Sample", operations: ["listSamples", "startJob"] }]);
  });

  it("meets a schema that only the default answer has", () => {
    const asDefault = BEFORE.replaceAll('"200":', "default:");
    const { groups, counts } = compareDocuments(
      parseOpenApi(asDefault, "old.yaml").document,
      parseOpenApi(asDefault.replace("id: { type: integer }", "id: { type: string }"), "new.yaml").document,
    );

    expect(groups).toMatchObject([{ name: "Sample", operations: ["listSamples", "startJob"] }]);
    expect(counts.breaking).toBe(1);
  });

  it("meets a schema whose name is escaped in the references to it", () => {
    const escaped = BEFORE.replaceAll('schemas/Sample"', 'schemas/Page%C2%ABA~1B%C2%BB"').replace(
      "    Sample:",
      "    Page«A/B»:",
    );
    const { groups } = compareDocuments(
      parseOpenApi(escaped, "old.yaml").document,
      parseOpenApi(escaped.replace("id: { type: integer }", "id: { type: string }"), "new.yaml").document,
    );

    expect(groups).toMatchObject([{ name: "Page«A/B»", operations: ["listSamples", "startJob"] }]);
  });

  it.each([
    {
      change: "alternatives of a request come",
      edit: [
        "StartRequest:\n      type: object\n",
        "StartRequest:\n      oneOf: [{ required: [mode] }, { required: [size] }]\n",
      ],
      want: [{ detail: "is one of 2 alternatives now", reader: undefined, writer: "unclear" }],
    },
    {
      change: "free alternatives of an answer go",
      edit: ["x: { type: number }", "x: {}"],
      before: ["x: { type: number }", "x: { oneOf: [{ type: string }, { type: number }] }"],
      want: [
        { detail: "was string or number, is any type", reader: "unclear" },
        { detail: "was one of 2 alternatives, is free now", reader: "breaking" },
      ],
    },
    {
      change: "a name that another part defines becomes required",
      edit: ["Samples: { allOf: [{", "Samples: { required: [success, more], allOf: [{"],
      want: [{ subject: "field", at: "more", detail: "was optional, is required", reader: "compatible" }],
    },
    {
      change: "the items of a list are no longer described",
      edit: [', items: { $ref: "#/components/schemas/Sample" }', ""],
      want: [
        { at: "samples[]", detail: "was object, is any type", reader: "unclear" },
        { at: "samples[].id", what: "removed" },
        { at: "samples[].label", what: "removed" },
        { at: "samples[].category", what: "removed" },
        { at: "samples[].intervalMs", what: "removed" },
        { at: "samples[].kind", what: "removed" },
        { at: "samples[].box", what: "removed" },
      ],
    },
    {
      change: "a way to log in works otherwise",
      edit: ["in: header", "in: query"],
      want: [{ detail: "takes Key in another way now", writer: "breaking" }],
    },
    {
      change: "a parameter is written otherwise",
      edit: ["in: query, schema: { type: integer }", "in: query, style: form, schema: { type: integer }"],
      want: [{ subject: "parameter", at: "query limit", detail: "style differs", writer: "unclear" }],
    },
    {
      change: "a parameter has content instead of a schema",
      edit: ["in: query, schema: { type: integer }", "in: query, content: { text/plain: {} }"],
      want: [
        { detail: "was integer, is any type" },
        { at: "query limit", detail: "content differs", writer: "unclear" },
      ],
    },
    {
      change: "an answer gets a header",
      edit: ['"200": { content', '"200": { headers: { ETag: {} }, content'],
      want: [{ subject: "answer", at: "answer 200", detail: "headers differs", reader: "unclear" }],
    },
    {
      change: "a keyword that is not looked into changes",
      edit: ["label: { type: string }", "label: { type: string, not: { const: none } }"],
      want: [{ at: "label", detail: "not differs", reader: "unclear" }],
    },
    {
      change: "an operation has another server",
      edit: ["operationId: getMetrics", "operationId: getMetrics, servers: [{ url: /v2 }]"],
      want: [{ detail: "servers differs", reader: "unclear", writer: "unclear" }],
    },
    {
      change: "all of the servers change",
      edit: ["security: [{", "servers: [{ url: /v2 }]\nsecurity: [{"],
      want: [{ subject: "operation", detail: "servers differs", reader: "unclear", writer: "unclear" }],
    },
    {
      change: "an example changes",
      edit: ["label: { type: string }", "label: { type: string, example: none }"],
      want: [{ subject: "wording", reader: "compatible", writer: "compatible" }],
    },
  ] as const)("says just what happened when $change", ({ edit, want, ...given }) => {
    const schemes = `${BEFORE}  securitySchemes: { Key: { type: apiKey, name: key, in: header } }\n`;
    const [from, to] = given.before ?? ["", ""];
    const before = schemes.replace(from, to);
    const after = before.replace(given.before ? to : edit[0], edit[1]);
    const diff = compareDocuments(parseOpenApi(before, "old.yaml").document, parseOpenApi(after, "new.yaml").document);

    expect(diff.groups.flatMap(({ changes }) => changes)).toMatchObject(want);
  });

  it("comes to an end where a list of itself is no longer described", () => {
    const tree = `${BEFORE}    Tree: { type: array, items: { $ref: "#/components/schemas/Tree" } }\n`;
    const { groups } = compareDocuments(
      parseOpenApi(tree, "old.yaml").document,
      parseOpenApi(tree.replace(', items: { $ref: "#/components/schemas/Tree" }', ""), "new.yaml").document,
    );

    expect(groups).toMatchObject([{ name: "Tree", changes: [{ at: "[]", detail: "was array, is any type" }] }]);
  });

  it("says once what happened to several operations", () => {
    const { groups } = compare(["[{ Key: [] }]", "[{ Key: [] }, { OAuth2: [] }]"]);

    expect(groups).toMatchObject([
      { kind: "operations", operations: ["getMetrics", "listSamples", "startJob"], changes: [{}] },
    ]);
  });

  it("finds nothing where only places and names within the document changed", () => {
    const moved = BEFORE.replace(
      '{ $ref: "#/components/schemas/StartRequest" }',
      '{ $ref: "#/components/schemas/Begin" }',
    );
    const { groups, counts } = compareDocuments(
      parseOpenApi(BEFORE, "old.yaml").document,
      parseOpenApi(moved.replace("    StartRequest:", "    Begin:"), "new.yaml").document,
    );

    expect(groups.flatMap(({ name, changes }) => changes.map(({ what }) => `${name} ${what}`))).toEqual([
      "Begin added",
      "StartRequest removed",
    ]);
    expect(counts.breaking).toBe(0);
  });

  it("compares large documents, schemas that contain themselves included", () => {
    const [one, other] = [1, 2].map((seed) => parseOpenApi(createLargeDocument(seed).text, "").document);
    if (!one || !other) throw new Error("two documents were made");

    expect(compareDocuments(one, one).groups).toEqual([]);
    expect(compareDocuments(one, other).counts.breaking).toBeGreaterThan(100);
  });
});

describe("worst", () => {
  it("calls compatible what nobody meets", () => {
    expect(worst({ reader: undefined, writer: undefined })).toBe("compatible");
    expect(worst({ reader: "unclear", writer: "breaking" })).toBe("breaking");
  });
});

describe("reportMarkdown", () => {
  it("puts first what breaks, and last what is only described differently", () => {
    const diff = compare(
      ["        category: { type: string }\n", ""],
      ["[int8, float32]", "[int8, float32, akida]"],
      ["Resampled interval.", "Source interval."],
    );

    expect(reportMarkdown(diff, "old.yaml", "new.yaml")).toBe(`# API changes: old.yaml → new.yaml

1 breaking, 1 unclear, 1 compatible.

## Breaking

### Sample, reaches 2 operations: listSamples, startJob

- field \`category\` removed: was optional (reader: breaking)

## Compatible

### Sample, reaches 2 operations: listSamples, startJob

- value \`akida\` of \`kind\` added (reader: compatible)

## Described differently

The same shape, perhaps another meaning:

\`Sample.intervalMs\`
`);
  });

  it("says when there is nothing to say", () => {
    expect(reportMarkdown(compare(), "old.yaml", "new.yaml")).toContain("No differences.");
  });
});
