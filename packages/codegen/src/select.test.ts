import { describe, expect, it } from "vitest";

import { checkReferences } from "./check-references.ts";
import { createLargeDocument } from "./large-document.ts";
import { listOperations } from "./operations.ts";
import { parseOpenApi } from "./read-document.ts";
import { select } from "./select.ts";
import { parseSmall, SMALL_YAML } from "./small-document.ts";

const { document } = parseOpenApi(createLargeDocument().text, "large.yaml");

function schemasOf(selected: typeof document) {
  return Object.keys((selected.components as { schemas: object }).schemas);
}

describe("select", () => {
  it("keeps everything when nothing is named", () => {
    expect(select(document, {})).toBe(document);
  });

  it("keeps the operations of a tag, those named, and of the components only what they reach", () => {
    const selected = select(document, { tags: ["Classify"], operationIds: ["getJobsSummary"] });
    const ids = [...listOperations(selected).keys()];

    expect(ids).toHaveLength(25);
    expect(ids).toContain("getJobsSummary");
    expect(schemasOf(selected)).toContain("StartJobResponse");
    expect(schemasOf(selected).length).toBeLessThan(schemasOf(document).length);
    expect(selected.tags).toMatchObject([{ name: "Classify" }, { name: "Jobs" }]);
    checkReferences(selected);
  });

  it("keeps one method of a path that has two", () => {
    const [path] = Object.keys(select(document, { operationIds: ["listJobsLayout"] }).paths);
    const item = select(document, { operationIds: ["listJobsLayout"] }).paths[String(path)];

    expect(Object.keys(item as object)).toEqual(["get"]);
    expect(Object.keys(document.paths[String(path)] as object)).toEqual(["get", "post"]);
  });

  it("keeps one method of a path item that stands elsewhere", () => {
    const yaml = `openapi: 3.1.0
paths: { /a: { $ref: "#/components/pathItems/A" } }
components:
  pathItems:
    A:
      get: { operationId: getA, responses: { "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Got" } } } } } }
      put: { operationId: putA, responses: { "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Put" } } } } } }
  schemas: { Got: {}, Put: {} }
`;
    const selected = select(parseSmall(yaml), { operationIds: ["getA"] });

    expect([...listOperations(selected).keys()]).toEqual(["getA"]);
    expect(schemasOf(selected)).toEqual(["Got"]);
  });

  it("keeps components whose names are escaped in the references to them", () => {
    const escaped = SMALL_YAML.replace("schemas/Things", "schemas/Page%C2%ABA~1B%C2%BB").replace(
      "Things:\n",
      "Page«A/B»:\n",
    );
    const selected = select(parseSmall(escaped), { operationIds: ["listThings"] });

    expect(schemasOf(selected)).toEqual(["Page«A/B»"]);
    checkReferences(selected);
  });

  it.each([
    { selection: { tags: ["classify"] }, message: 'No operation has the tag "classify". There are: Classify.' },
    { selection: { operationIds: ["nothing"] }, message: 'No operation has the operationId "nothing". There are: ' },
  ])("refuses what is not there: $message", ({ selection, message }) => {
    expect(() => select(document, selection)).toThrow(message);
  });
});
