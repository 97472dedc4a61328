import { describe, expect, it } from "vitest";

import { applyOverlay } from "./overlay.ts";
import { parseSmall } from "./small-document.ts";

function apply(...actions: readonly object[]) {
  return applyOverlay(parseSmall(), { overlay: "1.0.0", info: { title: "Test", version: "1" }, actions });
}

const THINGS = "$.components.schemas.Things";

describe("applyOverlay", () => {
  it("merges an update into an object, level by level, and says where", () => {
    const { document, applied } = apply({ target: THINGS, update: { properties: { size: { type: "integer" } } } });

    expect(document.components).toMatchObject({
      schemas: { Things: { properties: { created: { type: "string" }, size: { type: "integer" } } } },
    });
    expect(applied).toEqual([{ at: "/components/schemas/Things", what: "updated by the overlay" }]);
  });

  it("appends to a list", () => {
    const { document } = apply({ target: `${THINGS}.required`, update: "size" });

    expect(document.components).toMatchObject({ schemas: { Things: { required: ["kind", "created", "size"] } } });
  });

  it("removes every match, items of a list too", () => {
    const { document, applied } = apply({ target: "$.paths.*.get.parameters[*]", remove: true });

    expect(JSON.stringify(document.paths)).toContain('"parameters":[]');
    expect(applied).toHaveLength(2);
  });

  it.each(["$.tags[2,0]", "$.tags[0,0,2]", "$.tags[::-2]"])("removes just what %s names", (target) => {
    const { document } = apply({ target: "$", update: { tags: ["a", "b", "c"] } }, { target, remove: true });

    expect(document.tags).toEqual(["b"]);
  });

  it("removes what is within what is removed too, once", () => {
    const { document } = apply(
      { target: "$.info", update: { "x-a": [[1, 2], 3] } },
      { target: "$.info..*", remove: true },
    );

    expect(document.info).toEqual({});
  });

  it("finds by a condition", () => {
    const { document } = apply({ target: "$.paths.*[?@.operationId == 'listThings'].deprecated", remove: true });

    expect(JSON.stringify(document)).not.toContain("deprecated");
  });

  it("applies each action to what the one before it left", () => {
    const { document } = apply(
      { target: "$.info", update: { contact: {} } },
      { target: "$.info.contact", remove: true },
    );

    expect(document.info).toEqual({ title: "Test", version: "1" });
  });

  it.each([
    { action: { target: "$.nothing", remove: true }, message: "/actions/0/target: $.nothing matches nothing" },
    { action: { target: "nothing[", remove: true }, message: "/actions/0/target: nothing[ is no JSONPath" },
    { action: { target: "$.info" }, message: "/actions/0: needs a target, and update or remove: true" },
  ])("refuses $action", ({ action, message }) => {
    expect(() => apply(action)).toThrow(message);
  });

  it.each([
    { overlay: null, message: "/overlay: has to be 1.0.0" },
    { overlay: { overlay: "1.0.0" }, message: "/actions: has to be a list" },
  ])("refuses $overlay as an overlay", ({ overlay, message }) => {
    expect(() => applyOverlay(parseSmall(), overlay)).toThrow(message);
  });
});
