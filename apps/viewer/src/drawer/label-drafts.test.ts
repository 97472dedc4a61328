import { describe, expect, it } from "vitest";

import type { SampleLabels } from "../api.ts";
import { LabelDrafts } from "./label-drafts.ts";

const sample = { projectId: 1, sampleId: 7, lengthMs: 1000 };
const other = { projectId: 1, sampleId: 8, lengthMs: 1000 };
const signal = new AbortController().signal;

/** Studio answers a save when it is told to. */
function setUp() {
  let studio: SampleLabels = { ranges: [{ startMs: 0, endMs: 1000, label: "idle" }] };
  const saves: { answer: () => void; refuse: () => void }[] = [];
  const drafts = new LabelDrafts({
    readLabels: async () => studio,
    saveLabels: (_, __, labels) =>
      new Promise((resolve, reject) => {
        const answer = () => {
          studio = labels;
          resolve();
        };
        saves.push({ answer, refuse: () => reject(new Error("No.")) });
      }),
  });
  return { drafts, saves };
}

async function typeAndSave() {
  const { drafts, saves } = setUp();
  const editor = drafts.open(sample);
  await editor.read(signal);
  editor.change(0, { label: "wave" });
  return { drafts, editor, save: editor.save(), studio: saves[0] };
}

describe("LabelDrafts.open", () => {
  it("has what was typed and not saved again, whatever was looked at meanwhile", async () => {
    const { drafts } = setUp();
    const typed = drafts.open(sample);
    await typed.read(signal);
    typed.change(0, { label: "wave" });

    await drafts.open(other).read(signal);

    expect(drafts.open(sample)).toBe(typed);
    expect(drafts.open({ ...sample, lengthMs: 1016 })).toBe(typed);
  });

  it("begins anew where nothing was typed", async () => {
    const { drafts } = setUp();
    const first = drafts.open(sample);
    await first.read(signal);

    expect(drafts.open(sample)).not.toBe(first);
  });

  it("keeps a draft while it is saved, and lets it go with Studio's answer, which comes after somebody left", async () => {
    const { drafts, editor, save, studio } = await typeAndSave();

    expect(drafts.open(sample)).toBe(editor);
    drafts.open(other);
    studio?.answer();
    await save;

    const next = drafts.open(sample);
    expect(next).not.toBe(editor);
    await next.read(signal);
    expect(next.ranges).toEqual([{ startMs: 0, endMs: 1000, label: "wave" }]);
  });

  it("keeps what was typed while an earlier state was saved", async () => {
    const { drafts, editor, save, studio } = await typeAndSave();

    editor.change(0, { label: "snake" });
    studio?.answer();
    await save;

    expect(editor).toMatchObject({ isChanged: true, isSaved: false, state: "ready" });
    expect(drafts.open(sample)).toBe(editor);
    expect(editor.ranges).toEqual([{ startMs: 0, endMs: 1000, label: "snake" }]);
  });

  it("keeps a draft that Studio refused", async () => {
    const { drafts, editor, save, studio } = await typeAndSave();

    studio?.refuse();
    await save;

    expect(drafts.open(sample)).toBe(editor);
    expect(editor.failure).toBe("No.");
  });
});
