import { describe, expect, it } from "vitest";

import { arrange } from "./arrange.ts";

describe("arrange", () => {
  it("puts literal paths before templates in the same place, and components in order of their names", () => {
    const paths = { "/b/{id}/c": {}, "/b/{id}": {}, "/b/all": {}, "/a/{id}": {} };
    const arranged = arrange({ openapi: "3.1.0", paths, components: { schemas: { B: {}, A: {} } } });

    expect(Object.keys(arranged.paths)).toEqual(["/a/{id}", "/b/all", "/b/{id}", "/b/{id}/c"]);
    expect(JSON.stringify(arranged.components)).toBe('{"schemas":{"A":{},"B":{}}}');
  });
});
