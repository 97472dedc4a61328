import { describe, expect, it } from "vitest";

import type { ImpulseLimits, StudioThreshold } from "../api.ts";
import { fitLimit, ThresholdEditor, type ThresholdsApi } from "./threshold-editor.svelte.ts";

const limits = {
  blocks: [
    { blockId: 3, type: "keras" },
    { blockId: 4, type: "anomaly" },
  ],
  thresholds: [
    { blockId: 3, key: "min_score", value: 0.6 },
    { blockId: 4, key: "min_anomaly_score", value: 0.3, suggestedValue: 0.27 },
  ],
} satisfies ImpulseLimits;
const ofRun = { minimumConfidence: 0.6, anomaly: 0.3 };
const { signal } = new AbortController();

function setUp(rest: Partial<ThresholdsApi> = {}) {
  const saved: unknown[] = [];
  const api: ThresholdsApi = {
    readLimits: async () => limits,
    saveThresholds: async (projectId, thresholds) => {
      saved.push({ projectId, thresholds });
      return true;
    },
    ...rest,
  };
  return { saved, editor: new ThresholdEditor(1, api) };
}

describe("ThresholdEditor", () => {
  it("shows the limits of the run, with those of Studio beside them", async () => {
    const { editor } = setUp();
    await editor.read(signal);

    expect(editor.rows(ofRun, undefined)).toMatchObject([
      { limit: "minimumConfidence", value: 0.6, was: 0.6, isChanged: false, inStudio: { blockId: 3 } },
      { limit: "anomaly", value: 0.3, isChanged: false, inStudio: { suggestedValue: 0.27 } },
    ]);
  });

  it("shows what is tried out, and what it was", () => {
    const { editor } = setUp();

    expect(editor.rows(ofRun, { ...ofRun, minimumConfidence: 0.4 })).toMatchObject([
      { value: 0.4, was: 0.6, isChanged: true },
      { value: 0.3, isChanged: false },
    ]);
  });

  it("changes Studio only after somebody was asked, and only what differs", async () => {
    const { saved, editor } = setUp();
    await editor.read(signal);
    const rows = editor.rows(ofRun, { ...ofRun, anomaly: 0.5 });

    await editor.save(rows, signal);
    expect(saved).toEqual([]);
    editor.askToSave();
    await editor.save(rows, signal);

    expect(saved).toEqual([{ projectId: 1, thresholds: [{ blockId: 4, key: "min_anomaly_score", value: 0.5 }] }]);
    expect(editor).toMatchObject({ state: "saved", areTestResultsStale: true });
  });

  it("leaves alone what nobody has tried out, also where Studio has changed since the run", async () => {
    const { editor } = setUp();
    await editor.read(signal);

    const rows = editor.rows({ minimumConfidence: 0.8, anomaly: 0.3 }, { minimumConfidence: 0.8, anomaly: 0.4 });

    expect(editor.toSave(rows)).toEqual([{ blockId: 4, key: "min_anomaly_score", value: 0.4 }]);
  });

  it("shows Studio's words when it refuses", async () => {
    const { editor } = setUp({ saveThresholds: () => Promise.reject(new Error("A model testing job is running.")) });
    await editor.read(signal);
    editor.askToSave();

    await editor.save(editor.rows(ofRun, { anomaly: 0.5 }), signal);

    expect(editor).toMatchObject({ state: "idle", failure: "A model testing job is running." });
  });

  it.each<{ name: string; type: string; thresholds: StudioThreshold[]; key: string | undefined }>([
    {
      name: "a block's only limit by any name",
      type: "keras",
      thresholds: [{ blockId: 5, key: "odd", value: 1 }],
      key: "odd",
    },
    {
      name: "the limit of objects among others",
      type: "keras-object-detection",
      thresholds: [
        { blockId: 5, key: "threshold", value: 1 },
        { blockId: 5, key: "min_score", value: 0.5 },
      ],
      key: "min_score",
    },
    {
      name: "none where one chooses between words",
      type: "keras",
      thresholds: [{ blockId: 5, key: "mode", value: "strict" }],
      key: undefined,
    },
    { name: "none where a block has none", type: "keras", thresholds: [], key: undefined },
  ])("finds $name", async ({ type, thresholds, key }) => {
    const { editor } = setUp({
      readLimits: async () => ({ blocks: [{ blockId: 5, type }], thresholds }),
    });
    await editor.read(signal);

    const limit = type === "keras" ? "minimumConfidence" : "minimumObjectScore";
    expect(editor.rows({ [limit]: 0.5 }, undefined)[0]?.inStudio?.key).toBe(key);
  });

  it("takes neither of two blocks of one kind for the one that verdicts were made with", async () => {
    const twice: ImpulseLimits = {
      blocks: [3, 5].map((blockId) => ({ blockId, type: "keras" })),
      thresholds: [3, 5].map((blockId) => ({ blockId, key: "min_score", value: 0.6 })),
    };
    const { editor } = setUp({ readLimits: async () => twice });
    await editor.read(signal);

    expect(editor.rows(ofRun, undefined)[0]?.inStudio).toBeUndefined();
  });
});

describe("fitLimit", () => {
  it("keeps what a limit can be", () => {
    expect(fitLimit("minimumConfidence", 0.65)).toBe(0.65);
    expect(fitLimit("maximumError", 12)).toBe(12);
    expect(fitLimit("anomaly", -0.4)).toBe(-0.4);
  });

  it("takes the nearest that it can be", () => {
    expect([fitLimit("minimumConfidence", 65), fitLimit("minimumObjectScore", -1)]).toEqual([1, 0]);
    expect(fitLimit("maximumError", -3)).toBe(0);
  });

  it("makes no limit of what is no number", () => {
    expect([fitLimit("anomaly", NaN), fitLimit("anomaly", Infinity)]).toEqual([undefined, undefined]);
  });
});
