import { beforeEach, describe, expect, it } from "vitest";

import { smallRecording } from "../small-impulse.ts";
import { addRecording, createTestApi } from "../test-studio.ts";

let api: ReturnType<typeof createTestApi>;

beforeEach(() => {
  api = createTestApi();
});

async function addTrainingSet(): Promise<void> {
  for (const [label, amplitude] of Object.entries({ moving: 3, resting: 0.01 })) {
    for (const seconds of [8, 9]) {
      const about = { projectId: api.projectId, category: "training", label } as const;
      await addRecording(api.studio, smallRecording(seconds, amplitude), about);
    }
  }
}

describe("a project", () => {
  it("tells the interval and the axes of its training set, and how it was last recorded", async () => {
    expect((await api.call("getProjectRecommendedDataInterval")).error).toBe("There is no sample in the training set.");
    await addTrainingSet();
    await addRecording(api.studio, smallRecording(2), { projectId: api.projectId, label: "x" });

    expect(await api.call("getProjectRecommendedDataInterval")).toMatchObject({ intervalMs: 100, frequencyHz: 10 });
    expect(await api.call("getProjectDataAxesSummary")).toMatchObject({
      dataAxisSummary: { accX: 34_000, accY: 34_000 },
    });
    expect((await api.call("getProjectInfo")).acquisitionSettings).toMatchObject({
      intervalMs: 100,
      lengthMs: 2_000,
      label: "x",
    });
  });
});

describe("classifyImage", () => {
  it("says what the impulse reads instead of images", async () => {
    expect(await api.call("classifyImage")).toEqual({
      success: false,
      error: 'The impulse "two axes" reads accX, accY and no images.',
    });
  });
});
