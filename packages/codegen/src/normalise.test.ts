import { describe, expect, it } from "vitest";

import { createLargeDocument } from "./large-document.ts";
import { normalise } from "./normalise.ts";
import { parseOpenApi } from "./read-document.ts";
import { parseSmall, SMALL_YAML } from "./small-document.ts";

describe("normalise", () => {
  it("drops required names that no property defines, and says so", () => {
    const { document, repairs } = normalise(parseSmall(SMALL_YAML.replace("[kind, created]", "[kind, ghost]")));

    expect(JSON.stringify(document)).toContain('"required":["kind"]');
    expect(repairs).toEqual([
      { at: "/components/schemas/Things", what: "dropped ghost from required, which no property defines" },
    ]);
  });

  it("keeps required names that another part of the same allOf defines", () => {
    const schema = `
      allOf:
        - { $ref: "#/components/schemas/Things" }
        - { required: [kind, own, ghost], properties: { own: { type: string } } }`;
    const { repairs } = normalise(parseSmall(`${SMALL_YAML}    More:${schema}\n`));

    expect(repairs).toEqual([
      { at: "/components/schemas/More/allOf/1", what: "dropped ghost from required, which no property defines" },
    ]);
  });

  it.each([
    `{ $ref: "#/components/schemas/Things", required: [kind, own], properties: { own: {} } }`,
    `{ required: [type, a], properties: { type: {} }, oneOf: [{ properties: { a: {} } }, { properties: { a: {} } }] }`,
    `{ anyOf: [{ $ref: "#/components/schemas/Things" }], required: [kind], properties: {} }`,
    `{ required: [n1], properties: {}, patternProperties: { ^n: {} } }`,
  ])("keeps required names that something beside the properties defines: %s", (schema) => {
    expect(normalise(parseSmall(`${SMALL_YAML}    More: ${schema}\n`)).repairs).toEqual([]);
  });

  it("drops what stands beside a reference in a 3.0 document, and keeps it in 3.1", () => {
    const withSibling = SMALL_YAML.replace('Kind" }', 'Kind", description: beside }');

    expect(normalise(parseSmall(withSibling)).repairs).toEqual([]);
    expect(normalise(parseSmall(withSibling.replace("3.1.0", "3.0.0"))).repairs).toEqual([
      { at: "/paths/~1api~1{projectId}~1things/get/parameters/0", what: "dropped description beside $ref" },
    ]);
  });

  it("leaves examples as they are", () => {
    const example = "      example: { required: [ghost], properties: {}, $ref: beside, more: 1 }\n";
    const document = parseSmall(SMALL_YAML.replace("3.1.0", "3.0.3") + example);

    expect(normalise(document)).toEqual({ document, repairs: [] });
  });

  it("finds everything that is wrong with a large document", () => {
    const large = createLargeDocument();
    const read = parseOpenApi(large.text, "large.yaml");
    const { repairs } = normalise(read.document);
    const count = (what: RegExp) => repairs.filter((repair) => what.test(repair.what)).length;

    expect(read.repairs).toHaveLength(15);
    expect(count(/^dropped neverDefined from required/)).toBe(large.danglingRequiredCount);
    expect(count(/^dropped description beside \$ref/)).toBe(large.referenceSiblingCount);
  });
});
