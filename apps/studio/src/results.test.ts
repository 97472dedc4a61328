import { describe, expect, it } from "vitest";

import { smallImpulse } from "./small-impulse.ts";
import { createTestStudio } from "./test-studio.ts";

describe("Results.setTested", () => {
  it("does nothing for an impulse that was deleted meanwhile", () => {
    const studio = createTestStudio();
    const { id: projectId } = studio.projects.create("Pumps", "");
    const stored = studio.impulses.add(projectId, smallImpulse);
    studio.impulses.delete(stored.id);

    studio.results.setTested(stored, "float32");

    expect(studio.results.testedState(stored, "float32")).toBe("not-tested");
  });
});
