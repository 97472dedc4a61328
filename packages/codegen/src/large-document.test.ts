import { describe, expect, it } from "vitest";

import { createLargeDocument } from "./large-document.ts";
import { listOperations } from "./operations.ts";
import { parseOpenApi } from "./read-document.ts";

const large = createLargeDocument();

describe("createLargeDocument", () => {
  it("has the size of a big service's document, the same each time, and another one for another seed", () => {
    expect(large.text.length).toBeGreaterThan(950_000);
    expect(large.text.length).toBeLessThan(1_200_000);
    expect(createLargeDocument().text === large.text).toBe(true);
    expect(createLargeDocument(2).text === large.text).toBe(false);
  });

  it("can be read, and has as many operations and schemas as it says", () => {
    const { document } = parseOpenApi(large.text, "large.yaml");
    const { schemas } = document.components as { schemas: object };

    expect(listOperations(document).size).toBe(large.operationCount);
    expect(Object.keys(schemas)).toHaveLength(large.schemaCount);
    expect(large.operationCount).toBe(600);
    expect(large.schemaCount).toBeGreaterThan(550);
    expect(large.schemaCount).toBeLessThan(650);
  });

  it("has raw control characters", () => {
    expect(large.text).toContain("\u001c");
    expect(large.text).toContain("\u001d");
  });
});
