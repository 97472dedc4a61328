import { beforeEach, describe, expect, it } from "vitest";

import { createTestStudio } from "../test-studio.ts";
import type { LocalStudio } from "../local-studio.ts";
import type { Introduction } from "./hello.ts";
import type { InferenceSummary } from "./inference-summary.ts";

const INTRODUCTION: Introduction = {
  deviceType: "NANO",
  sensors: [{ name: "Acc", maxSampleLengthS: 60, frequencies: [50] }],
  supportsSnapshots: true,
  mode: "ingestion",
  inferenceInfo: undefined,
  availableRecords: undefined,
};

let studio: LocalStudio;
let projectId: number;

beforeEach(() => {
  studio = createTestStudio();
  ({ id: projectId } = studio.projects.create("Pumps", ""));
});

describe("Devices.seenInData", () => {
  it("makes a device known under its own id", () => {
    studio.devices.seenInData(projectId, "board", "NANO");

    expect(studio.devices.list(projectId)).toMatchObject([
      { deviceId: "board", name: "board", deviceType: "NANO", sensors: [], supportsSnapshots: false },
    ]);
  });

  it("leaves a device as it introduced itself, and as people named it", () => {
    studio.devices.introduced(projectId, "board", INTRODUCTION);
    studio.devices.rename(projectId, "board", "Bench");
    studio.devices.seenInData(projectId, "board", "SOMETHING");

    expect(studio.devices.list(projectId)).toMatchObject([{ deviceId: "board", name: "Bench", ...INTRODUCTION }]);
  });
});

describe("Devices.list", () => {
  it("keeps a device's number, and keeps projects apart", () => {
    const { id: otherId } = studio.projects.create("Fans", "");
    studio.devices.seenInData(projectId, "b", "T");
    studio.devices.seenInData(otherId, "b", "T");
    studio.devices.seenInData(projectId, "a", "T");
    const before = studio.devices.list(projectId).map(({ id, deviceId }) => ({ id, deviceId }));
    studio.devices.introduced(projectId, "b", INTRODUCTION);

    expect(before.map(({ deviceId }) => deviceId)).toEqual(["b", "a"]);
    expect(studio.devices.list(projectId).map(({ id, deviceId }) => ({ id, deviceId }))).toEqual(before);
  });
});

describe("InferenceHistory.add", () => {
  it("forgets the oldest summaries of a device that has sent more than a week of them", () => {
    const summaries = Array.from({ length: 10_002 }, (_, i): InferenceSummary => {
      const point = { index: i, timestamp: i };
      return { start: point, end: point, classificationCounter: [], mean: [], standardDeviation: [], metrics: [] };
    });
    studio.inferenceHistory.add(projectId, "other", 1, summaries.slice(0, 1));
    studio.inferenceHistory.add(projectId, "board", 1, summaries);

    const kept = studio.inferenceHistory.read(projectId, { startMs: 0, endMs: 20_000 });
    expect(kept.filter(({ deviceId }) => deviceId === "board").map(({ start }) => start.index)[0]).toBe(2);
    expect(kept).toHaveLength(10_001);
  });
});
