import { describe, expect, it } from "vitest";

import { answerValidators } from "./validate.ts";

describe("answerValidators", () => {
  it("takes an answer with fields and values that the document does not know", () => {
    const answer = { success: true, token: { socketToken: "a", expires: "2026-01-01", scope: "new" } };

    expect(answerValidators.getSocketToken(answer)).toEqual([]);
  });

  it("lists what is missing or of another type, with its place", () => {
    expect(answerValidators.getSocketToken({ success: "yes", token: {} })).toEqual(
      expect.arrayContaining([
        { at: "/success", what: "must be boolean" },
        { at: "/token", what: "must have required property 'socketToken'" },
      ]),
    );
  });
});
