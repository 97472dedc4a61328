import { describe, expect, it } from "vitest";

import { requestValidators } from "./validate-requests.ts";

describe("requestValidators", () => {
  it("takes fields that the document does not know, and refuses values that it does not", () => {
    const path = { projectId: 1, sampleId: 2 };

    expect(requestValidators.moveSample({ path, query: {}, body: { newCategory: "testing", x: 1 } })).toEqual([]);
    expect(requestValidators.moveSample({ path, query: {}, body: { newCategory: "elsewhere" } })).toEqual([
      { at: "/body/newCategory", what: "must be one of training, testing, validation, post-processing" },
    ]);
  });

  it("names a body that is missing, and takes what has none", () => {
    const path = { projectId: 1, sampleId: 2 };

    expect(requestValidators.moveSample({ path, query: {} })).toEqual([
      { at: "", what: "must have required property 'body'" },
    ]);
    expect(requestValidators.classifySampleV2({ path, query: {} })).toEqual([]);
  });
});
