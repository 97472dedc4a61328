import { describe, expect, it } from "vitest";

import { smallRecording } from "./small-impulse.ts";
import { addRecording, createTestStudio } from "./test-studio.ts";

describe("SampleStatistics.summarise", () => {
  it("names every label of samples with several", async () => {
    const studio = createTestStudio();
    const { id: projectId } = studio.projects.create("Pumps", "");
    await addRecording(studio, smallRecording(1), { projectId, label: "idle" });
    await addRecording(studio, smallRecording(1), { projectId, label: "" });
    await addRecording(studio, smallRecording(1), {
      projectId,
      structuredLabels: [
        { startIndex: 0, endIndex: 1, label: "wave" },
        { startIndex: 2, endIndex: 9, label: "idle" },
      ],
    });

    expect(studio.statistics.summarise(projectId, "testing")).toEqual({
      count: 3,
      totalLengthMs: 3_000,
      labels: ["idle", "wave"],
    });
  });
});
