import { describe, expect, it } from "vitest";

import { smallRecording } from "./small-impulse.ts";
import { addRecording, createTestStudio } from "./test-studio.ts";

describe("Samples.list", () => {
  it("takes only labels that are numbers for such", async () => {
    const studio = createTestStudio();
    const { id: projectId } = studio.projects.create("Pumps", "");
    for (const label of ["idle01", "3.5", "-2", "7", ""]) {
      await addRecording(studio, smallRecording(1), { projectId, label });
    }
    const page = { limit: 10, offset: 0 };

    const below = studio.samples.list(projectId, { category: "all", maxLabel: 7 }, page);
    const from = studio.samples.list(projectId, { category: "all", minLabel: 3.5 }, page);

    expect(below.map(({ label }) => label)).toEqual(["-2", "3.5"]);
    expect(from.map(({ label }) => label)).toEqual(["7", "3.5"]);
  });
});
