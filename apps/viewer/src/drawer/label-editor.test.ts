import { describe, expect, it } from "vitest";

import type { SampleLabels } from "../api.ts";
import { LabelEditor, type LabelsApi } from "./label-editor.svelte.ts";

const sample = { projectId: 1, sampleId: 7, lengthMs: 1000 };

function setUp(refusal?: string, labelled = sample) {
  const saved: SampleLabels[] = [];
  const api: LabelsApi = {
    readLabels: async () => ({ ranges: [{ startMs: 0, endMs: 1000, label: "idle" }] }),
    saveLabels: async (_, __, labels) => {
      if (refusal !== undefined) throw new Error(refusal);
      saved.push(labels);
    },
  };
  return { saved, editor: new LabelEditor(labelled, api) };
}

const signal = new AbortController().signal;

describe("LabelEditor", () => {
  it("reads what Studio has, and saves what was made of it", async () => {
    const { saved, editor } = setUp();
    await editor.read(signal);

    editor.add({ startMs: 400, endMs: 4000, label: "wave" });
    expect(editor.isChanged).toBe(true);
    await editor.save();

    expect(saved).toEqual([
      {
        ranges: [
          { startMs: 0, endMs: 400, label: "idle" },
          { startMs: 400, endMs: 1000, label: "wave" },
        ],
      },
    ]);
    expect(editor).toMatchObject({ isChanged: false, isSaved: true, state: "ready" });
  });

  it("ends where the labels in Studio do, though the signal of a resampled recording ends a little later", async () => {
    const { saved, editor } = setUp(undefined, { ...sample, lengthMs: 1016 });
    await editor.read(signal);

    editor.add({ startMs: 400, endMs: 1016, label: "wave" });
    expect(editor.problems).toEqual([]);
    await editor.save();

    expect(saved[0]?.ranges.at(-1)).toEqual({ startMs: 400, endMs: 1000, label: "wave" });
  });

  it("saves nothing that Studio would refuse", async () => {
    const { saved, editor } = setUp();
    await editor.read(signal);

    editor.change(0, { endMs: 600 });
    await editor.save();

    expect(editor.problems).toEqual(["Nothing is labelled from 0.60 s to 1.00 s."]);
    expect(saved).toEqual([]);
  });

  it("keeps the changes and shows the words when Studio refuses", async () => {
    const { editor } = setUp("structuredLabels: index 12 does not have a label.");
    await editor.read(signal);
    editor.change(0, { label: "wave" });

    await editor.save();

    expect(editor).toMatchObject({
      failure: "structuredLabels: index 12 does not have a label.",
      isChanged: true,
      isSaved: false,
      state: "ready",
    });
    expect(editor.ranges[0]?.label).toBe("wave");
  });

  it("says why labels cannot be read, and takes no changes then", async () => {
    const editor = new LabelEditor(sample, {
      readLabels: () => Promise.reject(new Error("The server does not answer.")),
      saveLabels: () => Promise.reject(new Error("not reached")),
    });

    await editor.read(signal);
    editor.add({ startMs: 0, endMs: 1000, label: "wave" });

    expect(editor).toMatchObject({ state: "failed", failure: "The server does not answer.", ranges: [] });
  });

  it("shows nothing of an answer that came after another sample was picked", async () => {
    const { editor } = setUp();
    const stop = new AbortController();
    const reading = editor.read(stop.signal);
    stop.abort();
    await reading;

    expect(editor.state).toBe("reading");
  });
});

describe("LabelEditor.classifyAgain", () => {
  it("says why the recording was not classified again, and nothing of it after the next try", async () => {
    const { editor } = setUp();

    await editor.classifyAgain(() => Promise.reject(new Error("Studio is away.")));
    expect(editor).toMatchObject({ restartFailure: "Studio is away.", isRestarting: false });

    const trying = editor.classifyAgain(() => Promise.resolve());
    expect(editor).toMatchObject({ restartFailure: undefined, isRestarting: true });
    await trying;
    expect(editor.isRestarting).toBe(false);
  });

  it("asks once, however often it is wanted at once", async () => {
    const { editor } = setUp();
    let asked = 0;
    const start = async () => void asked++;

    await Promise.all([editor.classifyAgain(start), editor.classifyAgain(start)]);

    expect(asked).toBe(1);
  });
});
